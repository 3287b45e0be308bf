using System.Runtime.CompilerServices;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>Where the layers of one Ethernet frame begin, found in one pass over its headers.</summary>
/// <remarks>
/// The packet loop's view of a frame: offsets and the few fields that a session is known by, no copy, no allocation.
/// Options are not read, checksums not verified. A length field is believed only as far as the frame goes; the exception are
/// the kernel's own packets of more than 64 KiB (BIG TCP, ip-link(8) gso_max_size), whose length field cannot hold the truth and is 0:
/// there the packet is the rest of the frame.
/// </remarks>
public struct FrameLayers
{
    /// <summary>The most 802.1Q and 802.1ad tags that are skipped.</summary>
    public const int MaxVlanTags = 4;

    /// <summary>The most IPv6 extension headers that are walked. RFC 8200 names six, one of which may come twice.</summary>
    public const int MaxExtensionHeaders = 8;

    private const int LargestLengthField = ushort.MaxValue;
    private const int Ipv4Size = 20;
    private const int Ipv6Size = 40;
    private const int TcpSize = 20;
    private const int UdpSize = 8;
    private const int IcmpSize = 8;

    /// <summary>Source and destination, IPv4 as IPv4-mapped IPv6 (::ffff:a.b.c.d), most significant byte first.</summary>
    public UInt128 Source { readonly get; internal set; }

    public UInt128 Destination { readonly get; internal set; }

    public int NetworkOffset { readonly get; internal set; }

    public int TransportOffset { readonly get; internal set; }

    public int PayloadOffset { readonly get; internal set; }

    /// <summary>Bytes of transport payload that the IP length promises and the frame holds; padding behind it is not counted.</summary>
    public int PayloadLength { readonly get; internal set; }

    public uint TcpSequence { readonly get; internal set; }

    public uint TcpAcknowledgment { readonly get; internal set; }

    /// <summary>The fragment identification (16 bits in IPv4, 32 in IPv6).</summary>
    public uint FragmentId { readonly get; internal set; }

    /// <summary>The ethertype behind all VLAN tags, host order.</summary>
    public ushort EtherType { readonly get; internal set; }

    /// <summary>TCP and UDP ports; for ICMP echo the identifier in both; otherwise 0. Host order.</summary>
    public ushort SourcePort { readonly get; internal set; }

    public ushort DestinationPort { readonly get; internal set; }

    /// <summary>4, 6, or 0 when the frame carries no IP.</summary>
    public byte IpVersion { readonly get; internal set; }

    /// <summary>The transport protocol behind all extension headers (IANA number).</summary>
    public byte Protocol { readonly get; internal set; }

    /// <summary>The flags byte of a TCP header (CWR ECE URG ACK PSH RST SYN FIN), 0 for others.</summary>
    public byte TcpFlags { readonly get; internal set; }

    /// <summary>ICMP and ICMPv6 type and code.</summary>
    public byte IcmpType { readonly get; internal set; }

    public byte IcmpCode { readonly get; internal set; }

    public byte TimeToLive { readonly get; internal set; }

    /// <summary>A fragment of a larger packet (MF set or offset not 0).</summary>
    public bool IsFragment { readonly get; internal set; }

    /// <summary>A fragment that does not hold the transport header; ports are 0.</summary>
    public bool IsLaterFragment { readonly get; internal set; }

    /// <summary>Reads the headers once. <see cref="PacketError.None"/>: all offsets lie inside <paramref name="frame"/>.</summary>
    /// <remarks>After an error the layers that were read before it are still set, so that a drop can be reported with its addresses.</remarks>
    public static PacketError Parse(ReadOnlySpan<byte> frame, out FrameLayers layers)
    {
        layers = default;
        if (frame.Length < 14)
        {
            return PacketError.EthernetTooShort;
        }

        ushort type = ReadUInt16BigEndian(frame[12..]);
        int offset = 14;
        if (type is Packets.EtherType.ETH_P_8021Q or Packets.EtherType.ETH_P_8021AD)
        {
            PacketError error = SkipVlanTags(frame, ref offset, ref type);
            if (error != PacketError.None)
            {
                return error;
            }
        }

        layers.EtherType = type;
        layers.NetworkOffset = offset;
        switch (type)
        {
            case Packets.EtherType.ETH_P_IP:
                return ParseIpv4(frame, offset, quoted: false, ref layers);
            case Packets.EtherType.ETH_P_IPV6:
                return ParseIpv6(frame, offset, quoted: false, ref layers);
            default:
                layers.TransportOffset = layers.PayloadOffset = offset;
                layers.PayloadLength = frame.Length - offset;
                return PacketError.None;
        }
    }

    /// <summary>Reads the packet that an ICMP error quotes: its lengths promise more than is quoted, and 4 bytes of transport are enough for ports.</summary>
    internal static PacketError ParseQuoted(ReadOnlySpan<byte> frame, int offset, out FrameLayers layers)
    {
        layers = default;
        if (offset >= frame.Length)
        {
            return PacketError.IcmpQuoteTooShort;
        }

        layers.NetworkOffset = offset;
        switch (frame[offset] >> 4)
        {
            case 4:
                layers.EtherType = Packets.EtherType.ETH_P_IP;
                return ParseIpv4(frame, offset, quoted: true, ref layers);
            case 6:
                layers.EtherType = Packets.EtherType.ETH_P_IPV6;
                return ParseIpv6(frame, offset, quoted: true, ref layers);
            default:
                return PacketError.IcmpQuoteNotIp;
        }
    }

    private static PacketError SkipVlanTags(ReadOnlySpan<byte> frame, ref int offset, ref ushort type)
    {
        for (int tags = 0; type is Packets.EtherType.ETH_P_8021Q or Packets.EtherType.ETH_P_8021AD; tags++)
        {
            if (tags == MaxVlanTags)
            {
                return PacketError.VlanTagsTooMany;
            }

            if (frame.Length - offset < 4)
            {
                return PacketError.VlanTagTooShort;
            }

            type = ReadUInt16BigEndian(frame[(offset + 2)..]);
            offset += 4;
        }

        return PacketError.None;
    }

    private static PacketError ParseIpv4(ReadOnlySpan<byte> frame, int offset, bool quoted, ref FrameLayers layers)
    {
        ReadOnlySpan<byte> packet = frame[offset..];
        if (packet.Length < Ipv4Size)
        {
            return PacketError.Ipv4TooShort;
        }

        byte versionAndLength = packet[0];
        if (versionAndLength >> 4 != 4)
        {
            return PacketError.Ipv4VersionWrong;
        }

        int header = (versionAndLength & 0x0F) << 2;
        if (header < Ipv4Size)
        {
            return PacketError.Ipv4HeaderLengthBelowMinimum;
        }

        if (header > packet.Length)
        {
            return PacketError.Ipv4HeaderBeyondFrame;
        }

        byte protocol = packet[9];
        layers.IpVersion = 4;
        layers.Protocol = protocol;
        layers.TimeToLive = packet[8];
        layers.FragmentId = ReadUInt16BigEndian(packet[4..]);
        layers.Source = Mapped(ReadUInt32BigEndian(packet[12..]));
        layers.Destination = Mapped(ReadUInt32BigEndian(packet[16..]));

        int length = ReadUInt16BigEndian(packet[2..]);
        if (length < header)
        {
            if (length != 0 || (!quoted && packet.Length <= LargestLengthField))
            {
                return PacketError.Ipv4LengthBelowHeader;
            }

            length = packet.Length;
        }

        if (length > packet.Length)
        {
            if (!quoted)
            {
                return PacketError.Ipv4LengthBeyondFrame;
            }

            length = packet.Length;
        }

        ushort fragment = ReadUInt16BigEndian(packet[6..]);
        if ((fragment & 0x3FFF) != 0)
        {
            layers.IsFragment = true;
            int fragmentOffset = (fragment & 0x1FFF) << 3;
            if (fragmentOffset + length > LargestLengthField)
            {
                return PacketError.Ipv4FragmentBeyondMaximum;
            }

            if (fragmentOffset != 0)
            {
                return LaterFragment(offset + header, offset + length, ref layers);
            }
        }

        return ParseTransport(frame, offset + header, offset + length, protocol, quoted, ref layers);
    }

    private static PacketError ParseIpv6(ReadOnlySpan<byte> frame, int offset, bool quoted, ref FrameLayers layers)
    {
        ReadOnlySpan<byte> packet = frame[offset..];
        if (packet.Length < Ipv6Size)
        {
            return PacketError.Ipv6TooShort;
        }

        if (packet[0] >> 4 != 6)
        {
            return PacketError.Ipv6VersionWrong;
        }

        byte next = packet[6];
        layers.IpVersion = 6;
        layers.Protocol = next;
        layers.TimeToLive = packet[7];
        layers.Source = new UInt128(ReadUInt64BigEndian(packet[8..]), ReadUInt64BigEndian(packet[16..]));
        layers.Destination = new UInt128(ReadUInt64BigEndian(packet[24..]), ReadUInt64BigEndian(packet[32..]));

        int payload = ReadUInt16BigEndian(packet[4..]);
        int available = packet.Length - Ipv6Size;
        if (payload == 0 && (quoted || available > LargestLengthField))
        {
            payload = available;
        }

        if (payload > available)
        {
            if (!quoted)
            {
                return PacketError.Ipv6LengthBeyondFrame;
            }

            payload = available;
        }

        int transport = offset + Ipv6Size;
        int end = transport + payload;
        if (next is IpProtocol.IPPROTO_TCP or IpProtocol.IPPROTO_UDP or IpProtocol.IPPROTO_ICMPV6)
        {
            return ParseTransport(frame, transport, end, next, quoted, ref layers);
        }

        PacketError error = WalkExtensions(frame, ref transport, end, ref next, ref layers);
        layers.Protocol = next;
        if (error != PacketError.None)
        {
            return error;
        }

        return layers.IsLaterFragment
            ? LaterFragment(transport, end, ref layers)
            : ParseTransport(frame, transport, end, next, quoted, ref layers);
    }

    /// <summary>RFC 8200 4.1: each extension header names the next; the walk ends at the first number that is none.</summary>
    private static PacketError WalkExtensions(ReadOnlySpan<byte> frame, ref int offset, int end, ref byte next, ref FrameLayers layers)
    {
        for (int count = 0; ; count++)
        {
            if (!Ipv6Extension.IsExtension(next))
            {
                return PacketError.None;
            }

            if (count == MaxExtensionHeaders)
            {
                return PacketError.Ipv6ExtensionChainTooLong;
            }

            if (next == IpProtocol.IPPROTO_HOPOPTS && count != 0)
            {
                return PacketError.Ipv6HopByHopNotFirst;
            }

            PacketError error = Ipv6Extension.Parse(frame[offset..end], next, out Ipv6Extension extension);
            if (error != PacketError.None)
            {
                return error;
            }

            bool isFragmentHeader = next == IpProtocol.IPPROTO_FRAGMENT;
            next = extension.NextHeader;
            offset += extension.Length;
            if (!isFragmentHeader)
            {
                continue;
            }

            layers.FragmentId = extension.FragmentId;
            layers.IsFragment |= extension.FragmentOffset != 0 || extension.MoreFragments;
            if (extension.FragmentOffset + (end - offset) > LargestLengthField)
            {
                return PacketError.Ipv6FragmentBeyondMaximum;
            }

            if (extension.FragmentOffset != 0)
            {
                layers.IsLaterFragment = true;
                return PacketError.None;
            }
        }
    }

    private static PacketError LaterFragment(int transport, int end, ref FrameLayers layers)
    {
        layers.IsLaterFragment = true;
        layers.TransportOffset = layers.PayloadOffset = transport;
        layers.PayloadLength = end - transport;
        return PacketError.None;
    }

    private static PacketError ParseTransport(ReadOnlySpan<byte> frame, int offset, int end, byte protocol, bool quoted, ref FrameLayers layers)
    {
        layers.TransportOffset = offset;
        ReadOnlySpan<byte> segment = frame[offset..end];
        if (quoted)
        {
            return ParseQuotedTransport(segment, protocol, ref layers);
        }

        switch (protocol)
        {
            case IpProtocol.IPPROTO_TCP:
                return ParseTcp(segment, ref layers);
            case IpProtocol.IPPROTO_UDP:
                return ParseUdp(segment, ref layers);
            case IpProtocol.IPPROTO_ICMP when layers.IpVersion == 4:
            case IpProtocol.IPPROTO_ICMPV6 when layers.IpVersion == 6:
                return ParseIcmp(segment, ref layers);
            default:
                layers.PayloadOffset = offset;
                layers.PayloadLength = segment.Length;
                return PacketError.None;
        }
    }

    private static PacketError ParseTcp(ReadOnlySpan<byte> segment, ref FrameLayers layers)
    {
        if (segment.Length < TcpSize)
        {
            return PacketError.TcpTooShort;
        }

        layers.SourcePort = ReadUInt16BigEndian(segment);
        layers.DestinationPort = ReadUInt16BigEndian(segment[2..]);
        layers.TcpSequence = ReadUInt32BigEndian(segment[4..]);
        layers.TcpAcknowledgment = ReadUInt32BigEndian(segment[8..]);
        layers.TcpFlags = segment[13];
        int header = (segment[12] >> 4) << 2;
        if (header < TcpSize)
        {
            return PacketError.TcpDataOffsetBelowHeader;
        }

        if (header > segment.Length)
        {
            return PacketError.TcpDataOffsetBeyondPacket;
        }

        layers.PayloadOffset = layers.TransportOffset + header;
        layers.PayloadLength = segment.Length - header;
        return PacketError.None;
    }

    private static PacketError ParseUdp(ReadOnlySpan<byte> datagram, ref FrameLayers layers)
    {
        if (datagram.Length < UdpSize)
        {
            return PacketError.UdpTooShort;
        }

        layers.SourcePort = ReadUInt16BigEndian(datagram);
        layers.DestinationPort = ReadUInt16BigEndian(datagram[2..]);
        int length = ReadUInt16BigEndian(datagram[4..]);

        // RFC 2675 4: a UDP length of 0 in a packet of more than 64 KiB means the rest of it.
        if (length == 0 && datagram.Length > LargestLengthField)
        {
            length = datagram.Length;
        }

        if (length < UdpSize)
        {
            return PacketError.UdpLengthBelowHeader;
        }

        if (length > datagram.Length)
        {
            // The first fragment holds the length of the whole datagram.
            if (!layers.IsFragment)
            {
                return PacketError.UdpLengthBeyondPacket;
            }

            length = datagram.Length;
        }

        layers.PayloadOffset = layers.TransportOffset + UdpSize;
        layers.PayloadLength = length - UdpSize;
        return PacketError.None;
    }

    private static PacketError ParseIcmp(ReadOnlySpan<byte> message, ref FrameLayers layers)
    {
        if (message.Length < IcmpSize)
        {
            return PacketError.IcmpTooShort;
        }

        layers.IcmpType = message[0];
        layers.IcmpCode = message[1];
        if (IsEcho(message[0], layers.IpVersion))
        {
            layers.SourcePort = layers.DestinationPort = ReadUInt16BigEndian(message[4..]);
        }

        layers.PayloadOffset = layers.TransportOffset + IcmpSize;
        layers.PayloadLength = message.Length - IcmpSize;
        return PacketError.None;
    }

    /// <summary>RFC 792: an error quotes at least 8 bytes of transport, which is all that is asked for; more is taken when it is there.</summary>
    private static PacketError ParseQuotedTransport(ReadOnlySpan<byte> quote, byte protocol, ref FrameLayers layers)
    {
        layers.PayloadOffset = layers.TransportOffset;
        layers.PayloadLength = quote.Length;
        bool isIcmp = protocol == (layers.IpVersion == 4 ? IpProtocol.IPPROTO_ICMP : IpProtocol.IPPROTO_ICMPV6);
        if (protocol is not (IpProtocol.IPPROTO_TCP or IpProtocol.IPPROTO_UDP) && !isIcmp)
        {
            return PacketError.None;
        }

        if (quote.Length < 8)
        {
            return PacketError.IcmpQuoteTooShort;
        }

        if (isIcmp)
        {
            layers.IcmpType = quote[0];
            layers.IcmpCode = quote[1];
            if (IsEcho(quote[0], layers.IpVersion))
            {
                layers.SourcePort = layers.DestinationPort = ReadUInt16BigEndian(quote[4..]);
            }

            return PacketError.None;
        }

        layers.SourcePort = ReadUInt16BigEndian(quote);
        layers.DestinationPort = ReadUInt16BigEndian(quote[2..]);
        if (protocol == IpProtocol.IPPROTO_TCP)
        {
            layers.TcpSequence = ReadUInt32BigEndian(quote[4..]);
            if (quote.Length >= 14)
            {
                layers.TcpAcknowledgment = ReadUInt32BigEndian(quote[8..]);
                layers.TcpFlags = quote[13];
            }
        }

        return PacketError.None;
    }

    private static bool IsEcho(byte type, byte ipVersion) => ipVersion == 4 ? type is 0 or 8 : type is 128 or 129;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Mapped(uint address) => new(0, 0x0000_FFFF_0000_0000UL | address);
}
