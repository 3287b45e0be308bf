using Weir.Packets;
using Weir.TcpIp.Neighbors;

namespace Weir.TcpIp.Ip;

/// <summary>By which interface a packet leaves, and to whom on the link.</summary>
internal readonly record struct NextHop
{
    public required StackInterface Interface { get; init; }

    /// <summary>On Ethernet, unless <see cref="GroupMac"/> is set.</summary>
    public Neighbor? Neighbor { get; init; }

    /// <summary>The Ethernet address of a group or of all; default: a neighbor's is used.</summary>
    public MacAddress GroupMac { get; init; }

    /// <summary>The packet is another host's: who is told when it goes no further.</summary>
    public bool IsForwarded { get; init; }

    /// <summary>Bytes of the largest packet that the route and its link take.</summary>
    public required int RouteMtu { get; init; }

    /// <summary>Bytes of the largest packet that reaches the destination, as far as ICMP has told. Not for TCP, whose connections believe only what quotes a segment of theirs.</summary>
    public required int Mtu { get; init; }
}
