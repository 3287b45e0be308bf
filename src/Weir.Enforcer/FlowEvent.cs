using Weir.Packets;
using Weir.Policy;

namespace Weir.Enforcer;

public enum FlowEventKind : byte
{
    /// <summary>A session was seen for the first time.</summary>
    Opened,
    /// <summary>Its application was identified, its decision changed, or its counters grew since the last event.</summary>
    Updated,
    /// <summary>It ended, timed out or was evicted.</summary>
    Closed,
    /// <summary>Frames without a session were dropped (denied first packet, malformed, table full…). ClientPackets and ClientBytes count them.</summary>
    Dropped,
}

/// <summary>What the data path tells the agent. Counters are what was added since the session's last event.</summary>
public readonly record struct FlowEvent
{
    public required FlowEventKind Kind { get; init; }
    /// <summary>The same for all events of one session, unique in this run of the agent; 0 for <see cref="FlowEventKind.Dropped"/>.</summary>
    public ulong Session { get; init; }
    public required ushort PortId { get; init; }
    public required SessionDirection Direction { get; init; }
    public required UInt128 Client { get; init; }
    public required UInt128 Server { get; init; }
    public required ushort ClientPort { get; init; }
    public required ushort ServerPort { get; init; }
    public required byte Protocol { get; init; }
    public Application Application { get; init; }
    /// <summary>The application is identified, or identification has given up: it does not change any more. Learn from this event on, not before.</summary>
    public bool ApplicationIsFinal { get; init; }
    /// <summary>The TLS server name or HTTP Host, when seen; else null.</summary>
    public string? ServerName { get; init; }
    public PolicyDecision Decision { get; init; }
    /// <summary>Why frames are dropped; <see cref="DropReason.None"/> while the session passes.</summary>
    public DropReason DropReason { get; init; }
    /// <summary>With <see cref="DropReason.Malformed"/>: what was wrong.</summary>
    public PacketError PacketError { get; init; }
    public ulong ClientPackets { get; init; }
    public ulong ClientBytes { get; init; }
    public ulong ServerPackets { get; init; }
    public ulong ServerBytes { get; init; }
    /// <summary>True while the kernel passes the session without asking.</summary>
    public bool Settled { get; init; }
    /// <summary>Monotonic time of the event (CLOCK_MONOTONIC).</summary>
    public TimeSpan Time { get; init; }
}
