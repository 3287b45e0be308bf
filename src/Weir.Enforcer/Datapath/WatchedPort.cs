using Weir.Policy;

namespace Weir.Enforcer.Datapath;

/// <summary>A port as a packet loop knows it: with the workload's place in the current policy.</summary>
internal sealed class WatchedPort(EnforcerPort port)
{
    private PolicyModel? _model;

    public ushort Id { get; } = port.Id;

    public string Workload { get; } = port.Workload;

    /// <summary>The workload's index in the model, -1 when the policy does not know it.</summary>
    public int WorkloadIndex { get; private set; } = -1;

    public PolicyMode Mode { get; private set; }

    public void Use(PolicyModel? model)
    {
        if (ReferenceEquals(model, _model))
            return;
        _model = model;
        WorkloadIndex = model?.FindWorkload(Workload) ?? -1;
        Mode = WorkloadIndex < 0 ? PolicyMode.Discover : model!.ModeOf(WorkloadIndex);
    }
}
