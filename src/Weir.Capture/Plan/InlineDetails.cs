namespace Weir.Capture.Plan;

/// <summary>What the steps of an inline capture work from; it is in the journal, so that a later process can go on.</summary>
internal sealed record InlineDetails
{
    public required IReadOnlyList<PortPlan> Ports { get; init; }
    /// <summary>The workload as it was before.</summary>
    public required WorkloadState Before { get; init; }
}
