using Weir.Policy;

namespace Weir.Agent;

/// <summary>The compiled policy that the data path asks, and what it was compiled from.</summary>
/// <remarks>Its callers take turns; <see cref="Model"/> may be read by any thread.</remarks>
internal sealed class PolicyInForce(PolicyKeeper keeper)
{
    private PolicyWorkload[] _compiledFor = [];
    private PolicyModel _model = PolicyModel.Compile(new PolicyConfig(), [], 0);

    /// <summary>Groups with modes, rules in order, learned ones included.</summary>
    public PolicyConfig Effective { get; private set; } = new();

    public PolicyModel Model => Volatile.Read(ref _model);

    /// <summary>False: policy and workloads are what they were, and the model stays. A new generation makes every settled session be judged again: not for nothing.</summary>
    public bool Compile(IEnumerable<PolicyWorkload> known)
    {
        var effective = keeper.Effective();
        PolicyWorkload[] workloads = [.. known];
        if (_model.Generation > 0 && effective == Effective && workloads.SequenceEqual(_compiledFor))
            return false;

        (Effective, _compiledFor) = (effective, workloads);
        Volatile.Write(ref _model, PolicyModel.Compile(effective, workloads, _model.Generation + 1));
        return true;
    }

    /// <summary>Whether the workload is in protect.</summary>
    public bool IsStrict(string workload) => _model.FindWorkload(workload) is >= 0 and var index && _model.ModeOf(index) == PolicyMode.Protect;
}
