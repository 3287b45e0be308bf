using Weir.Packets;

namespace Weir.TcpIp.Neighbors;

/// <summary>One address on a link, and the packets that wait for its Ethernet address.</summary>
internal sealed class Neighbor(UInt128 address)
{
    private Queue<LinkedListNode<WaitingPacket>>? _waiting;

    public UInt128 Address { get; } = address;

    public MacAddress Mac { get; set; }

    public NeighborState State { get; set; }

    /// <summary>When the state ends by itself; MaxValue: it does not.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.MaxValue;

    /// <summary>Questions asked in this state.</summary>
    public int Probes { get; set; }

    /// <summary>Since when it has its place among the others: it was used, or came into another state.</summary>
    public TimeSpan LastUsed { get; set; }

    public bool IsRouter { get; set; }

    public bool HasMac => State > NeighborState.Incomplete;

    /// <summary>Of <see cref="WaitingPackets"/>.</summary>
    public Queue<LinkedListNode<WaitingPacket>> Waiting => _waiting ??= new();

    /// <summary>Bytes of memory of all that waits.</summary>
    public int WaitingBytes { get; set; }

    /// <summary>The neighbors beside it in the <see cref="NeighborOrder"/>.</summary>
    public Neighbor? Before { get; set; }

    /// <summary>The one behind.</summary>
    public Neighbor? Behind { get; set; }
}
