using Weir.Policy;

namespace Weir.Enforcer;

/// <summary>A live session at one moment, for people to look at. Counters are totals since it was opened.</summary>
public sealed record SessionSnapshot
{
    public required ulong Session { get; init; }
    public required ushort PortId { get; init; }
    public required SessionDirection Direction { get; init; }
    public required UInt128 Client { get; init; }
    public required UInt128 Server { get; init; }
    public required ushort ClientPort { get; init; }
    public required ushort ServerPort { get; init; }
    public required byte Protocol { get; init; }
    /// <summary>The TCP state; <c>Udp</c>, <c>Icmp</c>, <c>Other</c> for protocols without one.</summary>
    public required string State { get; init; }
    public Application Application { get; init; }
    public string? ServerName { get; init; }
    public PolicyDecision Decision { get; init; }
    public DropReason DropReason { get; init; }
    public bool Settled { get; init; }
    public ulong ClientPackets { get; init; }
    public ulong ClientBytes { get; init; }
    public ulong ServerPackets { get; init; }
    public ulong ServerBytes { get; init; }
    /// <summary>How long ago it was opened, and last seen by user space.</summary>
    public TimeSpan Age { get; init; }
    public TimeSpan Idle { get; init; }
}
