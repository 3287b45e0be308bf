using System.Buffers.Binary;
using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Tcp;

namespace Weir.Stack;

/// <summary>The loops of one device's queues, as one of them sees them.</summary>
/// <remarks>
/// The kernel steers a packet by its flow only after it has seen one of ours from that queue, and forgets a flow that was silent for three
/// seconds (drivers/net/tun.c, tun_flow_update and tun_flow_cleanup): the answer to a SYN may come to any queue. So a loop opens connections
/// from ports that give its number modulo the number of loops, and each loop knows whose a segment is.
/// </remarks>
internal sealed class LoopSiblings(StackLoop?[] loops, int number) : ITcpSiblings
{
    private const int Ipv6At = 14, NextHeaderAt = Ipv6At + 6, IcmpTypeAt = Ipv6At + 40;

    public bool IsOwnPort(ushort localPort) => localPort % loops.Length == number;

    public bool TryPass(in SegmentArrival arrival, ReadOnlySpan<byte> segment, ushort localPort)
    {
        if (IsOwnPort(localPort) || loops[localPort % loops.Length] is not { } owner)
            return false;
        owner.PassSegment(arrival, segment);
        return true;
    }

    public void Pass(in TcpIcmpError error)
    {
        // Of a connection that was accepted the port does not say whose it is: all are asked, and who was asked asks no further.
        if (loops[number] is not { IsTakingPassed: false } own)
            return;
        foreach (var loop in loops)
        {
            if (loop != own)
                loop?.PassError(error);
        }
    }

    /// <summary>A frame of ARP or neighbor discovery goes to all: each loop has neighbors of its own.</summary>
    internal void PassIfOfNeighbors(ReadOnlySpan<byte> frame, in PacketOffload offload)
    {
        if (!IsOfNeighbors(frame))
            return;
        for (var i = 0; i < loops.Length; i++)
        {
            if (i != number)
                loops[i]?.PassFrame(frame, offload);
        }
    }

    private static bool IsOfNeighbors(ReadOnlySpan<byte> frame)
    {
        if (frame.Length <= Ipv6At)
            return false;
        var type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        return type == EtherType.ETH_P_ARP
            || (type == EtherType.ETH_P_IPV6 && frame.Length > IcmpTypeAt && frame[NextHeaderAt] == IpProtocol.IPPROTO_ICMPV6
                && (Icmpv6Type)frame[IcmpTypeAt] is Icmpv6Type.NDISC_NEIGHBOUR_SOLICITATION or Icmpv6Type.NDISC_NEIGHBOUR_ADVERTISEMENT);
    }
}
