using Weir.Packets;

namespace Weir.Enforcer;

/// <summary>What the enforcer has done since its start; a snapshot, all loops together.</summary>
public sealed record EnforcerCounters
{
    public ulong Frames { get; init; }
    public ulong Bytes { get; init; }
    public ulong Accepted { get; init; }
    public ulong Dropped { get; init; }
    /// <summary>Sessions that were ended by resets to both ends.</summary>
    public ulong Rejected { get; init; }
    /// <summary>Dropped frames by reason; reasons that never occurred are left out.</summary>
    public IReadOnlyDictionary<DropReason, ulong> DropReasons { get; init; } = new Dictionary<DropReason, ulong>();
    /// <summary>Frames that would have been dropped in protect mode, by reason.</summary>
    public IReadOnlyDictionary<DropReason, ulong> PassedAnyway { get; init; } = new Dictionary<DropReason, ulong>();
    /// <summary>Malformed frames by what was wrong, dropped or not.</summary>
    public IReadOnlyDictionary<PacketError, ulong> PacketErrors { get; init; } = new Dictionary<PacketError, ulong>();
    public ulong SessionsOpened { get; init; }
    public ulong SessionsClosed { get; init; }
    /// <summary>Sessions that had to go before their time to make room.</summary>
    public ulong SessionsEvicted { get; init; }
    public int Sessions { get; init; }
    /// <summary>Sessions that the kernel passes by itself now.</summary>
    public int SettledSessions { get; init; }
    public ulong SessionsSettled { get; init; }
    /// <summary>Live sessions by state: <c>SynSent</c>, <c>Established</c>…, <c>Udp</c>, <c>Icmp</c>, <c>Other</c>.</summary>
    public IReadOnlyDictionary<string, int> SessionStates { get; init; } = new Dictionary<string, int>();
    /// <summary>Frames that the kernel could not put into a ring because it was full.</summary>
    public ulong RingDrops { get; init; }
    /// <summary>Frames that the kernel refused to send back.</summary>
    public ulong SendFailures { get; init; }
    /// <summary>Events merged into later ones or given up because the reader was too slow.</summary>
    public ulong EventsMerged { get; init; }
    public ulong EventsLost { get; init; }
}
