namespace Weir.Agent.Store;

/// <summary>How much is kept: rows at most, and for how long.</summary>
public sealed record Retention
{
    public int Flows { get; init; } = 200_000;
    public int Violations { get; init; } = 50_000;
    public int Workloads { get; init; } = 10_000;
    public int PolicyVersions { get; init; } = 500;
    public TimeSpan Age { get; init; } = TimeSpan.FromDays(30);
}
