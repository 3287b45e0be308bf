using Weir.Packets;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Neighbors;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Icmp;

/// <summary>ICMP and ICMPv6 (RFC 792, 1122 3.2.2, 4443): echo, errors received and errors sent.</summary>
/// <remarks>Sending is in two parts: what may be answered at all, here; what a message looks like, in <see cref="IcmpErrors"/>.</remarks>
public sealed class IcmpLayer
{
    private readonly NetworkStack _stack;
    private readonly IcmpErrors _errors;
    private readonly EchoReplies _replies = new();

    internal IcmpLayer(NetworkStack stack)
    {
        _stack = stack;
        _errors = new IcmpErrors(stack);
    }

    /// <summary>Echo requests answered.</summary>
    public long EchoesAnswered { get; private set; }

    /// <summary>Errors sent.</summary>
    public long ErrorsSent => _errors.Sent;

    /// <summary>Sends an echo request.</summary>
    /// <param name="destination">Whom to ask.</param>
    /// <param name="identifier">Comes back in the reply, as does the sequence number.</param>
    /// <param name="sequence">Of this request.</param>
    /// <param name="data">Comes back too: at most 65507 bytes.</param>
    /// <param name="now">The time.</param>
    public IpSendResult SendEcho(UInt128 destination, ushort identifier, ushort sequence, ReadOnlySpan<byte> data, TimeSpan now)
    {
        _stack.SetNow(now);
        bool isIpv4 = IpAddressBits.IsIpv4(destination);
        byte type = isIpv4 ? (byte)IcmpType.ICMP_ECHO : (byte)Icmpv6Type.ICMPV6_ECHO_REQUEST;
        return Send(new IpOutgoing { Source = 0, Destination = destination, Protocol = ProtocolFor(destination) }, type, ((uint)identifier << 16) | sequence, data);
    }

    /// <summary>Takes the oldest echo reply that has come in; a few dozen are kept.</summary>
    public bool TryReceiveReply(out EchoReply reply) => _replies.TryTake(out reply);

    internal void Receive(in Arrived arrived)
    {
        ReadOnlySpan<byte> message = arrived.Transport;
        if (message.Length < IcmpHeader.Size)
        {
            _stack.Drop(IpDropReason.Malformed);
            return;
        }

        ulong sum = arrived.IsIpv4 ? 0 : InternetChecksum.AddPseudoHeader(0, 6, arrived.Source, arrived.Destination, IpProtocol.IPPROTO_ICMPV6, message.Length);
        if (!arrived.ChecksumVerified && InternetChecksum.Finish(InternetChecksum.Add(sum, message)) != 0)
        {
            _stack.Drop(IpDropReason.TransportChecksumWrong);
            return;
        }

        if (arrived.IsIpv4)
            ReceiveIpv4(arrived, message);
        else
            ReceiveIpv6(arrived, message);
    }

    internal void SendParameterProblem(in Arrived about, byte code, int pointer)
    {
        bool answersGroup = code == 2 && !about.IsIpv4;
        if (MayAnswer(about, answersGroup))
            _errors.Send(about.Input, about.Destination, about.Packet, about.IsIpv4 ? (byte)IcmpType.ICMP_PARAMETERPROB : (byte)Icmpv6Type.ICMPV6_PARAMPROB, code, about.IsIpv4 ? (uint)pointer << 24 : (uint)pointer);
    }

    internal void SendUnreachable(in Arrived about, UnreachableKind kind)
    {
        if (!MayAnswer(about, answersGroup: false))
            return;
        if (about.IsIpv4)
            _errors.Send(about.Input, about.Destination, about.Packet, (byte)IcmpType.ICMP_DEST_UNREACH, (byte)kind, 0);
        else
            _errors.Send(about.Input, about.Destination, about.Packet, (byte)Icmpv6Type.ICMPV6_DEST_UNREACH, Ipv6Code(kind), 0);
    }

    internal void SendTooBig(in Arrived about, int mtu)
    {
        if (!MayAnswer(about, answersGroup: !about.IsIpv4))
            return;
        if (about.IsIpv4)
            _errors.Send(about.Input, about.Destination, about.Packet, (byte)IcmpType.ICMP_DEST_UNREACH, 4, (uint)mtu);
        else
            _errors.Send(about.Input, about.Destination, about.Packet, (byte)Icmpv6Type.ICMPV6_PKT_TOOBIG, 0, (uint)mtu);
    }

    internal void SendHopLimitExceeded(in Arrived about)
    {
        if (MayAnswer(about, answersGroup: false))
            _errors.Send(about.Input, about.Destination, about.Packet, about.IsIpv4 ? (byte)IcmpType.ICMP_TIME_EXCEEDED : (byte)Icmpv6Type.ICMPV6_TIME_EXCEED, 0, 0);
    }

    internal void SendReassemblyTimeExceeded(ReadOnlySpan<byte> packet)
    {
        bool isIpv4 = packet[0] >> 4 == 4;
        if (IcmpErrors.MayBeQuoted(packet))
            _errors.Send(null, 0, packet, isIpv4 ? (byte)IcmpType.ICMP_TIME_EXCEEDED : (byte)Icmpv6Type.ICMPV6_TIME_EXCEED, 1, 0);
    }

    /// <summary>A packet of another, which goes no further: the neighbor is silent, or a proxy can't reach where it is to go.</summary>
    /// <returns>False: nobody was told.</returns>
    internal bool TrySendHostUnreachable(ReadOnlySpan<byte> packet)
    {
        bool isIpv4 = packet[0] >> 4 == 4;
        return IcmpErrors.MayBeQuoted(packet)
            && _errors.Send(null, 0, packet, isIpv4 ? (byte)IcmpType.ICMP_DEST_UNREACH : (byte)Icmpv6Type.ICMPV6_DEST_UNREACH, isIpv4 ? (byte)1 : (byte)3, 0);
    }

    /// <summary>RFC 1122 3.2.2 and RFC 4443 2.4 (e): to whom no error is ever sent.</summary>
    private bool MayAnswer(in Arrived about, bool answersGroup)
    {
        bool toGroup = about.Kind == DestinationKind.Broadcast || AddressKinds.IsMulticast(about.Destination) || about.ToLinkGroup;
        if ((!toGroup || answersGroup) && IcmpErrors.MayBeQuoted(about.Packet))
            return true;
        _stack.Drop(IpDropReason.IcmpSuppressed);
        return false;
    }

    private void ReceiveIpv4(in Arrived arrived, ReadOnlySpan<byte> message)
    {
        switch ((IcmpType)message[0])
        {
            case IcmpType.ICMP_ECHO:
                Answer(arrived, message, (byte)IcmpType.ICMP_ECHOREPLY);
                break;
            case IcmpType.ICMP_ECHOREPLY:
                _replies.Add(arrived, message);
                break;
            case IcmpType.ICMP_DEST_UNREACH or IcmpType.ICMP_TIME_EXCEEDED or IcmpType.ICMP_PARAMETERPROB:
                ReceiveError(arrived, message);
                break;
            default:
                _stack.Drop(IpDropReason.IcmpIgnored);
                break;
        }
    }

    private void ReceiveIpv6(in Arrived arrived, ReadOnlySpan<byte> message)
    {
        switch ((Icmpv6Type)message[0])
        {
            case Icmpv6Type.ICMPV6_ECHO_REQUEST:
                Answer(arrived, message, (byte)Icmpv6Type.ICMPV6_ECHO_REPLY);
                break;
            case Icmpv6Type.ICMPV6_ECHO_REPLY:
                _replies.Add(arrived, message);
                break;
            case Icmpv6Type.ICMPV6_DEST_UNREACH or Icmpv6Type.ICMPV6_PKT_TOOBIG or Icmpv6Type.ICMPV6_TIME_EXCEED or Icmpv6Type.ICMPV6_PARAMPROB:
                ReceiveError(arrived, message);
                break;
            case Icmpv6Type.NDISC_NEIGHBOUR_SOLICITATION or Icmpv6Type.NDISC_NEIGHBOUR_ADVERTISEMENT when arrived.Input.HeaderSize != 0:
                NeighborMessages.ReceiveDiscovery(arrived, message, _stack.Now);
                break;
            case Icmpv6Type.ICMPV6_MGM_QUERY when arrived.Input.Reports is { } reports:
                if (!reports.Receive(arrived, message, _stack.Now))
                    _stack.Drop(IpDropReason.NeighborMessageInvalid);
                break;
            default:
                _stack.Drop(IpDropReason.IcmpIgnored);
                break;
        }
    }

    /// <summary>Of IPv4 only for an address of our own: an answer to a group would help to flood the asker (RFC 1122 3.2.2.6 allows silence; net.ipv4.icmp_echo_ignore_broadcasts).</summary>
    /// <remarks>Of IPv6 for a group too, which is one of the link: from an address of the interface (RFC 4443 4.2; net.ipv6.icmp.echo_ignore_multicast is 0).</remarks>
    private void Answer(in Arrived arrived, ReadOnlySpan<byte> message, byte type)
    {
        bool toGroup = arrived.Kind == DestinationKind.Multicast && !arrived.IsIpv4;
        UInt128 source = toGroup ? arrived.Input.ChooseSource(arrived.Source) : arrived.Destination;
        if ((arrived.Kind != DestinationKind.Local && !toGroup) || arrived.Source == 0 || source == 0)
        {
            _stack.Drop(IpDropReason.IcmpIgnored);
            return;
        }

        // The kernel's icmp_reply and icmpv6_echo_reply: the request's traffic class, and no DF, since nobody is there to hear that it was too big.
        var reply = new IpOutgoing
        {
            Source = source,
            Destination = arrived.Source,
            Protocol = arrived.Protocol,
            TrafficClass = arrived.TrafficClass,
            MayBeFragmented = true,
            Interface = AddressKinds.IsLinkLocal(arrived.Source) ? arrived.Input : null,
        };
        if (Send(reply, type, ReadUInt32BigEndian(message[4..]), message[IcmpHeader.Size..]) == IpSendResult.Sent)
            EchoesAnswered++;
    }

    private IpSendResult Send(in IpOutgoing packet, byte type, uint rest, ReadOnlySpan<byte> data)
    {
        IpSendResult result = _stack.Output.Begin(packet, IcmpHeader.Size + data.Length, out Span<byte> message);
        if (result != IpSendResult.Sent)
            return result;
        new IcmpHeader(type, 0, 0, rest).WriteTo(message);
        data.CopyTo(message[IcmpHeader.Size..]);
        IcmpErrors.WriteChecksum(message, IpAddressBits.IsIpv4(packet.Destination), _stack.Output.Source, packet.Destination);
        _stack.Output.Send(default);
        return IpSendResult.Sent;
    }

    private static byte ProtocolFor(UInt128 destination) => IpAddressBits.IsIpv4(destination) ? IpProtocol.IPPROTO_ICMP : IpProtocol.IPPROTO_ICMPV6;

    private void ReceiveError(in Arrived arrived, ReadOnlySpan<byte> message)
    {
        if (arrived.Kind is not (DestinationKind.Local or DestinationKind.Foreign) || !QuotedPacket.TryRead(message, arrived.IsIpv4, out QuotedPacket quoted))
        {
            _stack.Drop(IpDropReason.IcmpIgnored);
            return;
        }

        if (!_stack.ReceiveError(quoted))
            _stack.Drop(IpDropReason.IcmpIgnored);
    }

    private static byte Ipv6Code(UnreachableKind kind) => kind switch
    {
        UnreachableKind.Network => 0,
        UnreachableKind.Host => 3,
        _ => 4,
    };
}
