using Weir.Packets;
using Weir.TcpIp.Icmp;
using Weir.TcpIp.Tcp;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Ip;

/// <summary>From IP up to TCP, UDP and ICMP: whole packets for us, and errors about packets of ours.</summary>
internal sealed class TransportInput(NetworkStack stack)
{
    /// <summary>A whole packet for us goes to its transport.</summary>
    public void Deliver(in Arrived arrived)
    {
        // RFC 4291 2.5.2: who has no address yet can only ask for one.
        if (arrived.Source == 0 && arrived.Protocol != IpProtocol.IPPROTO_ICMPV6)
        {
            stack.Drop(IpDropReason.MartianSource);
            return;
        }

        switch (arrived.Protocol)
        {
            case IpProtocol.IPPROTO_TCP:
                DeliverTcp(arrived);
                break;
            case IpProtocol.IPPROTO_UDP:
                stack.Udp.Receive(arrived);
                break;
            case IpProtocol.IPPROTO_ICMP when arrived.IsIpv4:
            case IpProtocol.IPPROTO_ICMPV6 when !arrived.IsIpv4:
                stack.Icmp.Receive(arrived);
                break;
            default:
                stack.Drop(IpDropReason.UnknownProtocol);
                if (arrived.Kind == DestinationKind.Local)
                    stack.Icmp.SendUnreachable(arrived, UnreachableKind.Protocol);
                break;
        }
    }

    /// <summary>An ICMP error about a packet of ours; false: it is not.</summary>
    public bool ReceiveError(in QuotedPacket quoted)
    {
        // RFC 5927: who has not seen the packet can't know ports and sequence numbers. TCP keeps what is said of a path's MTU for itself, by
        // connection; for the rest a socket must have sent the packet.
        if (quoted.Protocol == IpProtocol.IPPROTO_TCP)
        {
            if (TcpErrors.From(quoted) is { } error)
                stack.Tcp.ReceiveError(error, stack.Now);
            return true;
        }

        if (quoted.Protocol != IpProtocol.IPPROTO_UDP || !stack.Udp.ReceiveError(quoted))
            return false;
        if (quoted.Kind == IcmpErrorKind.PacketTooBig && stack.Output.RouteMtu(quoted.Remote) is > 0 and var mtu)
            stack.PathMtus.Lower(quoted.Remote, mtu, quoted.Mtu == 0 ? Plateau.Below(quoted.Length) : quoted.Mtu, stack.Now);
        return true;
    }

    /// <summary>The neighbor of a packet that was to be sent is silent: told to its sender, who may be ourselves.</summary>
    /// <param name="packet">From its IP header on.</param>
    /// <param name="isForwarded">Another host has sent it. The source address does not say: a transparent connection is from any.</param>
    public void Unreachable(ReadOnlySpan<byte> packet, bool isForwarded)
    {
        if (isForwarded)
        {
            stack.Icmp.TrySendHostUnreachable(packet);
            return;
        }

        bool isIpv4 = packet[0] >> 4 == 4;
        Span<byte> message = stackalloc byte[IcmpHeader.Size + Ipv6Header.Size + 8];
        int quoted = Math.Min(packet.Length, message.Length - IcmpHeader.Size);
        new IcmpHeader(isIpv4 ? (byte)IcmpType.ICMP_DEST_UNREACH : (byte)Icmpv6Type.ICMPV6_DEST_UNREACH, isIpv4 ? (byte)1 : (byte)3, 0, 0).WriteTo(message);
        packet[..quoted].CopyTo(message[IcmpHeader.Size..]);
        if (QuotedPacket.TryRead(message[..(IcmpHeader.Size + quoted)], isIpv4, out QuotedPacket about))
            ReceiveError(about);
    }

    private void DeliverTcp(in Arrived arrived)
    {
        // RFC 9293 3.9.2.3: TCP is between two hosts. RFC 1122 3.3.6: nor may it come in a frame to all.
        if (arrived.Kind is not (DestinationKind.Local or DestinationKind.Foreign) || arrived.ToLinkGroup)
        {
            stack.Drop(IpDropReason.NotOurAddress);
            return;
        }

        ReadOnlySpan<byte> segment = arrived.Transport;
        if (!arrived.ChecksumVerified)
        {
            ulong sum = InternetChecksum.AddPseudoHeader(0, arrived.IsIpv4 ? (byte)4 : (byte)6, arrived.Source, arrived.Destination, IpProtocol.IPPROTO_TCP, segment.Length);
            if (InternetChecksum.Finish(InternetChecksum.Add(sum, segment)) != 0)
            {
                stack.Drop(IpDropReason.TransportChecksumWrong);
                return;
            }
        }

        var arrival = new SegmentArrival
        {
            Source = arrived.Source,
            Destination = arrived.Destination,
            Ecn = (byte)(arrived.TrafficClass & 3),
            Interface = arrived.Input.Index,
            IsLocal = arrived.Kind == DestinationKind.Local,
        };
        stack.Tcp.Receive(arrival, segment, stack.Now);
    }
}
