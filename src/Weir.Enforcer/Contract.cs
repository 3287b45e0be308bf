using Weir.Policy;

namespace Weir.Enforcer;

/// <summary>A workload's port that the enforcer watches.</summary>
/// <param name="Id">The number in its marker address, unique in this Weir.</param>
/// <param name="Workload">The workload's name, as the policy knows it.</param>
/// <param name="Address">The port's Ethernet address, 6 bytes.</param>
public sealed record EnforcerPort(ushort Id, string Workload, string Name, byte[] Address);

public enum FlowEventKind : byte
{
    /// <summary>A session was seen for the first time.</summary>
    Opened,
    /// <summary>Its application was identified, its decision changed, or its counters grew since the last event.</summary>
    Updated,
    /// <summary>It ended, timed out or was evicted.</summary>
    Closed,
    /// <summary>A frame without a session was dropped (denied first packet, malformed, table full…).</summary>
    Dropped,
}

/// <summary>What the data path tells the agent. Counters are what was added since the session's last event.</summary>
public readonly record struct FlowEvent
{
    public required FlowEventKind Kind { get; init; }
    public required ushort PortId { get; init; }
    public required SessionDirection Direction { get; init; }
    public required UInt128 Client { get; init; }
    public required UInt128 Server { get; init; }
    public required ushort ClientPort { get; init; }
    public required ushort ServerPort { get; init; }
    public required byte Protocol { get; init; }
    public Application Application { get; init; }
    /// <summary>The TLS server name or HTTP Host, when seen; else null.</summary>
    public string? ServerName { get; init; }
    public PolicyDecision Decision { get; init; }
    public DropReason DropReason { get; init; }
    public ulong ClientPackets { get; init; }
    public ulong ClientBytes { get; init; }
    public ulong ServerPackets { get; init; }
    public ulong ServerBytes { get; init; }
    /// <summary>True while the kernel passes the session without asking.</summary>
    public bool Settled { get; init; }
    /// <summary>Monotonic time of the event (CLOCK_MONOTONIC).</summary>
    public TimeSpan Time { get; init; }
}

/// <summary>Why a frame was dropped; the flow log, the counters and the console use the same name.</summary>
public enum DropReason : byte
{
    None,
    PolicyDeny,
    ApplicationDenied,
}

/// <summary>One direction of a session as the kernel program sees its packets.</summary>
public readonly record struct SettledKey(ushort PortId, byte Protocol, UInt128 Source, UInt128 Destination, ushort SourcePort, ushort DestinationPort);

/// <summary>Packets and bytes that passed in the kernel, and when the last one did (CLOCK_MONOTONIC).</summary>
public readonly record struct SettledCounters(ulong Packets, ulong Bytes, TimeSpan LastSeen);

/// <summary>The kernel's table of sessions that pass without user space. The agent joins it to the eBPF map; tests have one in memory.</summary>
public interface ISettledSessions
{
    /// <summary>Lets one direction pass under a policy generation; false when the table is full (the session then stays in user space).</summary>
    bool Add(in SettledKey key, uint generation);

    /// <summary>Takes one direction back and says what it carried; zeros when it was not there.</summary>
    SettledCounters Remove(in SettledKey key);

    /// <summary>What one direction has carried so far, since it was added.</summary>
    SettledCounters Read(in SettledKey key);

    /// <summary>From now on only entries of this generation pass; all others go to user space at once.</summary>
    void SetGeneration(uint generation);
}
