namespace Weir.Enforcer;

/// <summary>One direction of a session as the kernel program sees its packets.</summary>
public readonly record struct SettledKey(ushort PortId, byte Protocol, UInt128 Source, UInt128 Destination, ushort SourcePort, ushort DestinationPort);

/// <summary>Packets and bytes that passed in the kernel, and when the last one did (CLOCK_MONOTONIC).</summary>
public readonly record struct SettledCounters(ulong Packets, ulong Bytes, TimeSpan LastSeen);

/// <summary>The kernel's table of sessions that pass without user space. The agent joins it to the eBPF map; tests have one in memory.</summary>
/// <remarks>Called on the packet loop's thread only (<see cref="SetGeneration"/>: on the caller's of <see cref="Enforcer.SetPolicy"/>); must not block.</remarks>
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
