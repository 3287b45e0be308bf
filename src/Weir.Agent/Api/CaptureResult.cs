using Weir.Capture;

namespace Weir.Agent.Api;

/// <summary>What a capture needs to know.</summary>
public sealed record CaptureRequest
{
    public required CaptureMode Mode { get; init; }
}

/// <summary>A workload that is captured now, and what was done for it.</summary>
public sealed record CaptureResult
{
    public required string Workload { get; init; }
    public required CaptureMode Mode { get; init; }
    public required DateTimeOffset Since { get; init; }
    public required IReadOnlyList<PortStatus> Ports { get; init; }
    public IReadOnlyList<PlanStep> Steps { get; init; } = [];

    public static CaptureResult Of(CapturedWorkload captured, IReadOnlyList<PlanStep> steps) => new()
    {
        Workload = captured.Target.Workload,
        Mode = captured.Mode,
        Since = captured.Since,
        Ports = [.. captured.Ports.Select(PortStatus.Of)],
        Steps = steps,
    };
}

/// <summary>Workloads that are not captured any more, and what was done for it.</summary>
public sealed record ReleaseResult(IReadOnlyList<string> Released, IReadOnlyList<PlanStep> Steps);

/// <summary>What capturing a workload would change.</summary>
public sealed record PlanResult
{
    public required string Workload { get; init; }
    public required CaptureMode Mode { get; init; }
    public required IReadOnlyList<PortStatus> Ports { get; init; }
    public required IReadOnlyList<PlanStep> Steps { get; init; }

    public static PlanResult Of(CapturePlan plan) => new()
    {
        Workload = plan.Target.Workload,
        Mode = plan.Mode,
        Ports = [.. plan.Ports.Select(PortStatus.Of)],
        Steps = [.. plan.Render().Select(PlanStep.Of)],
    };
}

/// <summary>A step as the standard tools' command lines, with its inverse and one sentence why.</summary>
public sealed record PlanStep(string Namespace, IReadOnlyList<string> Commands, IReadOnlyList<string> Inverse, string Explanation)
{
    public static PlanStep Of(StepText step) => new(step.Namespace, step.Commands, step.Inverse, step.Explanation);
}

/// <summary>The kernel's state against the plans.</summary>
public sealed record VerifyResult(bool InPlace, IReadOnlyList<DriftStatus> Drift);

public sealed record DriftStatus(string Workload, string What, string Expected, string Found)
{
    public static DriftStatus Of(Drift drift) => new(drift.Workload, drift.What, drift.Expected, drift.Found);
}
