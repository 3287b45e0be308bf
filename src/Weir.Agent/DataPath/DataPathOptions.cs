namespace Weir.Agent.DataPath;

/// <summary>The data path's bounds.</summary>
internal sealed record DataPathOptions
{
    public required int RingSlots { get; init; }

    public required int MaximumSessions { get; init; }

    /// <summary>How often the counters of a long session are told.</summary>
    public TimeSpan UpdateInterval { get; init; } = TimeSpan.FromSeconds(1);
}
