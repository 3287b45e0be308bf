using Weir.Packets;
using Weir.TcpIp.Ip;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Icmp;

/// <summary>Errors that we send: which packets may be answered by one, how many a second, and what is quoted.</summary>
internal sealed class IcmpErrors(NetworkStack stack)
{
    /// <summary>net.ipv4.icmp_msgs_per_sec and icmp_msgs_burst, RFC 4443 2.4 (f).</summary>
    private const int PerSecond = 1000;
    private const int Burst = 50;

    /// <summary>RFC 1812 4.3.2.3: as much as fits into 576 bytes. RFC 4443 2.4 (c): into 1280.</summary>
    private const int LargestIpv4 = 576;
    private const int LargestIpv6 = 1280;

    /// <summary>Without the bits that were precedence, and those that are ECN's now.</summary>
    private const int TypeOfService = 0x1C;

    private const int InternetworkControl = 0xC0;

    private TokenBucket _bucket = new(PerSecond, Burst);

    public long Sent { get; private set; }

    /// <summary>No error about an error, a later fragment, or a packet whose source is not one host (RFC 1122 3.2.2, RFC 4443 2.4 e).</summary>
    public static bool MayBeQuoted(ReadOnlySpan<byte> packet) => packet[0] >> 4 == 4 ? MayQuoteIpv4(packet) : MayQuoteIpv6(packet);

    /// <param name="input">Where the packet came in; null: not known any more.</param>
    /// <param name="source">The address that the packet was sent to; the answer comes from it if it is ours.</param>
    /// <param name="packet">What the error is about, from its IP header on.</param>
    /// <param name="type">Of the error.</param>
    /// <param name="code">Of the error.</param>
    /// <param name="rest">Bytes 4 to 7: pointer, MTU, or 0.</param>
    /// <returns>False: too many were sent, or there is no address or way to send it.</returns>
    public bool Send(StackInterface? input, UInt128 source, ReadOnlySpan<byte> packet, byte type, byte code, uint rest)
    {
        if (!_bucket.TryTake(stack.Now))
        {
            stack.Drop(IpDropReason.IcmpSuppressed);
            return false;
        }

        bool isIpv4 = packet[0] >> 4 == 4;
        UInt128 to = isIpv4 ? IpAddressBits.FromIpv4(ReadUInt32BigEndian(packet[12..])) : ReadUInt128BigEndian(packet[8..]);
        int headers = (isIpv4 ? Ipv4Header.Size : Ipv6Header.Size) + IcmpHeader.Size;
        ReadOnlySpan<byte> quote = packet[..Math.Min(packet.Length, (isIpv4 ? LargestIpv4 : LargestIpv6) - headers)];
        var outgoing = new IpOutgoing
        {
            Source = stack.Owns(source) ? source : 0,
            Destination = to,
            Protocol = isIpv4 ? IpProtocol.IPPROTO_ICMP : IpProtocol.IPPROTO_ICMPV6,

            // RFC 1812 4.3.2.5: the packet's type of service, with the precedence of internetwork control; net/ipv4/icmp.c too, which sends no DF.
            TrafficClass = isIpv4 ? (byte)((packet[1] & TypeOfService) | InternetworkControl) : (byte)0,
            MayBeFragmented = true,
            Interface = AddressKinds.IsLinkLocal(to) ? input : null,
        };
        if (stack.Output.Begin(outgoing, IcmpHeader.Size + quote.Length, out Span<byte> message) != IpSendResult.Sent)
            return false;
        new IcmpHeader(type, code, 0, rest).WriteTo(message);
        quote.CopyTo(message[IcmpHeader.Size..]);
        WriteChecksum(message, isIpv4, stack.Output.Source, to);
        stack.Output.Send(default);
        Sent++;
        return true;
    }

    public static void WriteChecksum(Span<byte> message, bool isIpv4, UInt128 source, UInt128 destination) => WriteUInt16BigEndian(
        message[2..],
        isIpv4 ? InternetChecksum.Compute(message) : InternetChecksum.Transport(6, source, destination, IpProtocol.IPPROTO_ICMPV6, message));

    /// <summary>One's own programs are told too; from a wire a loopback address does not come so far.</summary>
    private static bool IsOneHost(UInt128 source) => !AddressKinds.IsMartianSource(source) || AddressKinds.IsLoopback(source);

    private static bool MayQuoteIpv4(ReadOnlySpan<byte> packet)
    {
        UInt128 source = IpAddressBits.FromIpv4(ReadUInt32BigEndian(packet[12..]));
        int header = (packet[0] & 0x0F) << 2;
        bool isLater = (ReadUInt16BigEndian(packet[6..]) & 0x1FFF) != 0;
        if (isLater || !IsOneHost(source))
            return false;

        // RFC 1122 3.2.2 asks for silence about errors; queries and their answers may be told of.
        return packet[9] != IpProtocol.IPPROTO_ICMP
            || (packet.Length > header && (IcmpType)packet[header] is IcmpType.ICMP_ECHO or IcmpType.ICMP_ECHOREPLY or IcmpType.ICMP_TIMESTAMP or IcmpType.ICMP_TIMESTAMPREPLY);
    }

    private static bool MayQuoteIpv6(ReadOnlySpan<byte> packet)
    {
        UInt128 source = ReadUInt128BigEndian(packet[8..]);
        if (source == 0 || !IsOneHost(source))
            return false;
        byte next = packet[6];
        int at = Ipv6Header.Size;
        for (int count = 0; count < FrameLayers.MaxExtensionHeaders && Ipv6Extension.IsExtension(next); count++)
        {
            if (Ipv6Extension.Parse(packet[at..], next, out Ipv6Extension extension) != PacketError.None)
                return true;
            if (extension.FragmentOffset != 0)
                return false;
            next = extension.NextHeader;
            at += extension.Length;
        }

        // RFC 4443 2.1: errors are the types below 128; redirects are treated like them (2.4 e.2).
        return next != IpProtocol.IPPROTO_ICMPV6
            || (packet.Length > at && packet[at] >= 128 && packet[at] != (byte)Icmpv6Type.NDISC_REDIRECT);
    }
}
