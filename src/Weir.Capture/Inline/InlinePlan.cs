using Weir.Capture.Journal;
using Weir.Capture.Plan;
using Weir.Capture.Steering;

namespace Weir.Capture.Inline;

/// <summary>The plan of an inline capture.</summary>
public sealed record InlinePlan : CapturePlan
{
    internal InlinePlan()
    {
    }

    internal ulong Inode { get; init; }

    internal InlineDetails Details { get; init; } = null!;

    internal IReadOnlyList<CaptureStep> Steps { get; init; } = [];

    internal string WeirNamespace { get; init; } = "";

    public override IReadOnlyList<StepText> Render() => Render(new ProgramRendering());

    /// <summary>The plan with its steering written in another form.</summary>
    public IReadOnlyList<StepText> Render(ISteeringRendering steering)
    {
        PlanText text = new(WeirNamespace, Target.Workload, Details, steering);
        return [.. Steps.Select(step => step.Render(text))];
    }

    internal CaptureRecord ToRecord(DateTimeOffset since) => new()
    {
        Target = Target,
        Inode = Inode,
        Mode = Mode,
        Since = since,
        Ports = Ports,
        Inline = Details,
        Steps = Steps,
    };
}
