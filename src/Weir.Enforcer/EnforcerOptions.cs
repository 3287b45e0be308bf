namespace Weir.Enforcer;

/// <summary>The enforcer's bounds and time-outs.</summary>
public sealed record EnforcerOptions
{
    /// <summary>Sessions of one packet loop; a power of two, 1024 to 16,777,216. Each costs at most 256 bytes, taken when first needed.</summary>
    public int MaxSessions { get; init; } = 65536;

    /// <summary>Half-open TCP and unanswered sessions that one source address may have per loop.</summary>
    public int MaxHalfOpenPerSource { get; init; } = 4096;

    /// <summary>Flow events waiting for the reader. When it is full, news of a session is merged into its next event; the loop never waits.</summary>
    public int EventCapacity { get; init; } = 16384;

    /// <summary>How often a session whose counters grew is reported.</summary>
    public TimeSpan UpdateInterval { get; init; } = TimeSpan.FromSeconds(5);

    public SessionTimeouts Timeouts { get; init; } = new();

    /// <summary>Called on the loop's thread when it meets a fault of our own, just before the loop ends. Null: the process stops.</summary>
    public Action<Exception>? Failed { get; init; }
}
