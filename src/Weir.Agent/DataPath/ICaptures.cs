using Weir.Capture;

namespace Weir.Agent.DataPath;

/// <summary>The part of <see cref="Captures"/> that the agent uses; its tests have one without a kernel.</summary>
internal interface ICaptures
{
    RecoveryReport Recover();

    IReadOnlyList<CapturedWorkload> List();

    CapturePlan Plan(CaptureTarget target, CaptureMode mode);

    CapturedWorkload Apply(CapturePlan plan, Action<StepText>? progress);

    void Release(string workload, Action<StepText>? progress);

    IReadOnlyList<Drift> Verify();
}

/// <summary>The kernel's.</summary>
internal sealed class KernelCaptures(Captures captures) : ICaptures
{
    public RecoveryReport Recover() => captures.Recover();

    public IReadOnlyList<CapturedWorkload> List() => captures.List();

    public CapturePlan Plan(CaptureTarget target, CaptureMode mode) => captures.Plan(target, mode);

    public CapturedWorkload Apply(CapturePlan plan, Action<StepText>? progress) => captures.Apply(plan, progress);

    public void Release(string workload, Action<StepText>? progress) => captures.Release(workload, progress);

    public IReadOnlyList<Drift> Verify() => captures.Verify();
}
