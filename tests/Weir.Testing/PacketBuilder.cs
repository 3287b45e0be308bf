using System.Buffers.Binary;
using System.Net;
using System.Text;
using Weir.Packets;

namespace Weir.Testing;

/// <summary>Makes Ethernet frames for tests, right by default and wrong where a test says so.</summary>
/// <remarks>
/// Start from <see cref="Tcp"/>, <see cref="Udp"/>, <see cref="IcmpEcho"/> …, change it by <c>with</c>, end with <see cref="Build"/>.
/// It writes bytes by itself, not through Weir.Packets, so that the two check each other.
/// <code>
/// byte[] syn = PacketBuilder.Tcp("10.0.0.1:40000", "10.0.0.2:80", TcpFlags.SYN, sequence: 100).Build();
/// byte[] tagged = (PacketBuilder.Udp("[fd00::1]:5353", "[fd00::2]:53", "hello") with { VlanTags = [12] }).Build();
/// </code>
/// </remarks>
public sealed record PacketBuilder
{
    public static readonly MacAddress DefaultSourceMac = MacAddress.Parse("02:00:00:00:00:01");
    public static readonly MacAddress DefaultDestinationMac = MacAddress.Parse("02:00:00:00:00:02");

    private const byte Tcp6 = 6;
    private const byte Udp17 = 17;
    private const byte Icmp1 = 1;
    private const byte Icmp58 = 58;

    public MacAddress SourceMac { get; init; } = DefaultSourceMac;

    public MacAddress DestinationMac { get; init; } = DefaultDestinationMac;

    /// <summary>Tag control information of 802.1Q tags, outermost first; the outer ones of several are 802.1ad.</summary>
    public IReadOnlyList<ushort> VlanTags { get; init; } = [];

    /// <summary>Overrides the ethertype that follows from the addresses.</summary>
    public ushort? EtherType { get; init; }

    public IPAddress Source { get; init; } = IPAddress.Any;

    public IPAddress Destination { get; init; } = IPAddress.Any;

    public byte Protocol { get; init; }

    public byte TimeToLive { get; init; } = 64;

    public byte TrafficClass { get; init; }

    /// <summary>IPv4 options, a multiple of 4 bytes.</summary>
    public byte[] Ipv4Options { get; init; } = [];

    /// <summary>IPv6 extension headers in order: their number and all their bytes; the next-header byte (the first) is filled in.</summary>
    public IReadOnlyList<(byte Type, byte[] Bytes)> Extensions { get; init; } = [];

    public ushort SourcePort { get; init; }

    public ushort DestinationPort { get; init; }

    public TcpFlags Flags { get; init; }

    public uint Sequence { get; init; }

    public uint Acknowledgment { get; init; }

    public ushort Window { get; init; } = 64240;

    /// <summary>TCP options, a multiple of 4 bytes.</summary>
    public byte[] TcpOptions { get; init; } = [];

    public byte IcmpType { get; init; }

    public byte IcmpCode { get; init; }

    /// <summary>Bytes 4 to 7 of an ICMP header: identifier and sequence, MTU, pointer.</summary>
    public uint IcmpRest { get; init; }

    public byte[] Payload { get; init; } = [];

    public uint FragmentId { get; init; }

    /// <summary>In bytes, a multiple of 8. Above 0 the payload is taken as it is: no transport header is written.</summary>
    public int FragmentOffset { get; init; }

    public bool MoreFragments { get; init; }

    public bool DontFragment { get; init; }

    /// <summary>Overrides IPv4's header length, in 32-bit words.</summary>
    public int? WrongHeaderWords { get; init; }

    /// <summary>Overrides IPv4's total length or IPv6's payload length.</summary>
    public ushort? WrongIpLength { get; init; }

    /// <summary>Overrides the TCP data offset, in 32-bit words.</summary>
    public int? WrongDataOffsetWords { get; init; }

    public ushort? WrongUdpLength { get; init; }

    /// <summary>Overrides the version nibble of IP.</summary>
    public int? WrongVersion { get; init; }

    /// <summary>Bytes behind the packet: Ethernet padding.</summary>
    public int Padding { get; init; }

    private bool IsIpv6 => Source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    /// <param name="from">"10.0.0.1:40000" or "[fd00::1]:40000".</param>
    public static PacketBuilder Tcp(string from, string to, TcpFlags flags = TcpFlags.ACK, uint sequence = 0, uint acknowledgment = 0, string payload = "") =>
        Between(from, to, Tcp6) with { Flags = flags, Sequence = sequence, Acknowledgment = acknowledgment, Payload = Encoding.UTF8.GetBytes(payload) };

    public static PacketBuilder Tcp(string from, string to, TcpFlags flags, byte[] payload) =>
        Between(from, to, Tcp6) with { Flags = flags, Payload = payload };

    public static PacketBuilder Udp(string from, string to, string payload = "") => Udp(from, to, Encoding.UTF8.GetBytes(payload));

    public static PacketBuilder Udp(string from, string to, byte[] payload) => Between(from, to, Udp17) with { Payload = payload };

    /// <param name="from">An address without a port; IPv6 makes it ICMPv6.</param>
    public static PacketBuilder IcmpEcho(string from, string to, ushort identifier = 1, ushort sequence = 1, bool reply = false)
    {
        PacketBuilder packet = Icmp(from, to, 0, 0);
        byte type = (packet.IsIpv6, reply) switch { (false, false) => 8, (false, true) => 0, (true, false) => 128, (true, true) => 129 };
        return packet with { IcmpType = type, IcmpRest = ((uint)identifier << 16) | sequence, Payload = "0123456789abcdef"u8.ToArray() };
    }

    public static PacketBuilder Icmp(string from, string to, byte type, byte code, uint rest = 0)
    {
        IPAddress source = IPAddress.Parse(from);
        bool isIpv6 = source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return new PacketBuilder
        {
            Source = source,
            Destination = IPAddress.Parse(to),
            Protocol = isIpv6 ? Icmp58 : Icmp1,
            IcmpType = type,
            IcmpCode = code,
            IcmpRest = rest,
        };
    }

    /// <summary>An ICMP error that quotes the packet inside <paramref name="originalFrame"/>, cut to <paramref name="quotedBytes"/>.</summary>
    public static PacketBuilder IcmpError(string from, string to, byte type, byte code, byte[] originalFrame, int quotedBytes = 28, uint rest = 0)
    {
        FrameLayers.Parse(originalFrame, out FrameLayers layers);
        return Icmp(from, to, type, code, rest) with { Payload = originalFrame.AsSpan(layers.NetworkOffset).Slice(0, Math.Min(quotedBytes, originalFrame.Length - layers.NetworkOffset)).ToArray() };
    }

    /// <summary>A whole ARP frame; a request goes to everybody.</summary>
    public static byte[] Arp(string senderAddress, string targetAddress, MacAddress? sender = null, MacAddress? target = null, bool reply = false)
    {
        MacAddress from = sender ?? DefaultSourceMac;
        MacAddress to = target ?? (reply ? DefaultDestinationMac : default);
        byte[] frame = new byte[42];
        (reply ? to : MacAddress.Broadcast).WriteTo(frame);
        from.WriteTo(frame.AsSpan(6));
        "\u0008\u0006\0\u0001\u0008\0\u0006\u0004"u8.CopyTo(frame.AsSpan(12));
        frame[21] = (byte)(reply ? 2 : 1);
        from.WriteTo(frame.AsSpan(22));
        IPAddress.Parse(senderAddress).GetAddressBytes().CopyTo(frame, 28);
        to.WriteTo(frame.AsSpan(32));
        IPAddress.Parse(targetAddress).GetAddressBytes().CopyTo(frame, 38);
        return frame;
    }

    public byte[] Build()
    {
        byte[] segment = FragmentOffset > 0 ? Payload : BuildTransport();
        byte[] packet = IsIpv6 ? BuildIpv6(segment) : BuildIpv4(segment);
        return BuildEthernet(packet);
    }

    /// <summary>The packet in fragments whose IP payload is at most <paramref name="size"/> bytes (a multiple of 8).</summary>
    public IReadOnlyList<byte[]> BuildFragments(int size)
    {
        byte[] whole = BuildTransport();
        List<byte[]> frames = [];
        for (int offset = 0; offset < whole.Length; offset += size)
        {
            int length = Math.Min(size, whole.Length - offset);
            PacketBuilder fragment = this with { FragmentOffset = offset, MoreFragments = offset + length < whole.Length };
            byte[] part = whole.AsSpan(offset, length).ToArray();
            frames.Add(BuildEthernet(IsIpv6 ? fragment.BuildIpv6(part) : fragment.BuildIpv4(part)));
        }

        return frames;
    }

    private static PacketBuilder Between(string from, string to, byte protocol)
    {
        var source = IPEndPoint.Parse(from);
        var destination = IPEndPoint.Parse(to);
        return new PacketBuilder
        {
            Source = source.Address,
            Destination = destination.Address,
            SourcePort = (ushort)source.Port,
            DestinationPort = (ushort)destination.Port,
            Protocol = protocol,
        };
    }

    private byte[] BuildEthernet(byte[] packet)
    {
        var frame = new MemoryStream();
        Span<byte> mac = stackalloc byte[6];
        DestinationMac.WriteTo(mac);
        frame.Write(mac);
        SourceMac.WriteTo(mac);
        frame.Write(mac);
        for (int i = 0; i < VlanTags.Count; i++)
        {
            Write16(frame, i < VlanTags.Count - 1 ? 0x88A8 : 0x8100);
            Write16(frame, VlanTags[i]);
        }

        Write16(frame, EtherType ?? (IsIpv6 ? 0x86DD : 0x0800));
        frame.Write(packet);
        frame.Write(new byte[Padding]);
        return frame.ToArray();
    }

    private byte[] BuildIpv4(byte[] segment)
    {
        byte[] packet = new byte[20 + Ipv4Options.Length + segment.Length];
        int header = packet.Length - segment.Length;
        packet[0] = (byte)(((WrongVersion ?? 4) << 4) | (WrongHeaderWords ?? (header / 4)));
        packet[1] = TrafficClass;
        Put16(packet, 2, WrongIpLength ?? (packet.Length > ushort.MaxValue ? 0 : packet.Length));
        Put16(packet, 4, (int)FragmentId);
        Put16(packet, 6, (DontFragment ? 0x4000 : 0) | (MoreFragments ? 0x2000 : 0) | (FragmentOffset / 8));
        packet[8] = TimeToLive;
        packet[9] = Protocol;
        Source.GetAddressBytes().CopyTo(packet, 12);
        Destination.GetAddressBytes().CopyTo(packet, 16);
        Ipv4Options.CopyTo(packet, 20);
        Put16(packet, 10, Checksum(packet.AsSpan(0, header)));
        segment.CopyTo(packet, header);
        return packet;
    }

    private byte[] BuildIpv6(byte[] segment)
    {
        List<(byte Type, byte[] Bytes)> headers = [.. Extensions];
        if (FragmentOffset > 0 || MoreFragments)
        {
            byte[] fragment = new byte[8];
            Put16(fragment, 2, FragmentOffset | (MoreFragments ? 1 : 0));
            BinaryPrimitives.WriteUInt32BigEndian(fragment.AsSpan(4), FragmentId);
            headers.Add((44, fragment));
        }

        var rest = new MemoryStream();
        for (int i = 0; i < headers.Count; i++)
        {
            byte[] bytes = [.. headers[i].Bytes];
            bytes[0] = i + 1 < headers.Count ? headers[i + 1].Type : Protocol;
            rest.Write(bytes);
        }

        rest.Write(segment);
        byte[] packet = new byte[40 + rest.Length];
        BinaryPrimitives.WriteUInt32BigEndian(packet, ((uint)(WrongVersion ?? 6) << 28) | ((uint)TrafficClass << 20));
        Put16(packet, 4, WrongIpLength ?? (rest.Length > ushort.MaxValue ? 0 : (int)rest.Length));
        packet[6] = headers.Count > 0 ? headers[0].Type : Protocol;
        packet[7] = TimeToLive;
        Source.GetAddressBytes().CopyTo(packet, 8);
        Destination.GetAddressBytes().CopyTo(packet, 24);
        rest.ToArray().CopyTo(packet, 40);
        return packet;
    }

    private byte[] BuildTransport() => Protocol switch
    {
        Tcp6 => BuildTcp(),
        Udp17 => BuildUdp(),
        Icmp1 or Icmp58 => BuildIcmp(),
        _ => Payload,
    };

    private byte[] BuildTcp()
    {
        byte[] segment = new byte[20 + TcpOptions.Length + Payload.Length];
        Put16(segment, 0, SourcePort);
        Put16(segment, 2, DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), Sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), Acknowledgment);
        segment[12] = (byte)((WrongDataOffsetWords ?? (5 + (TcpOptions.Length / 4))) << 4);
        segment[13] = (byte)Flags;
        Put16(segment, 14, Window);
        TcpOptions.CopyTo(segment, 20);
        Payload.CopyTo(segment, 20 + TcpOptions.Length);
        Put16(segment, 16, TransportChecksum(segment));
        return segment;
    }

    private byte[] BuildUdp()
    {
        byte[] datagram = new byte[8 + Payload.Length];
        Put16(datagram, 0, SourcePort);
        Put16(datagram, 2, DestinationPort);
        Put16(datagram, 4, WrongUdpLength ?? (datagram.Length > ushort.MaxValue ? 0 : datagram.Length));
        Payload.CopyTo(datagram, 8);
        ushort checksum = TransportChecksum(datagram);
        Put16(datagram, 6, checksum == 0 ? 0xFFFF : checksum);
        return datagram;
    }

    private byte[] BuildIcmp()
    {
        byte[] message = new byte[8 + Payload.Length];
        message[0] = IcmpType;
        message[1] = IcmpCode;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), IcmpRest);
        Payload.CopyTo(message, 8);
        Put16(message, 2, Protocol == Icmp58 ? TransportChecksum(message) : Checksum(message));
        return message;
    }

    private ushort TransportChecksum(byte[] segment)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, segment.Length);
        byte[] pseudo = [.. Source.GetAddressBytes(), .. Destination.GetAddressBytes(), .. length, 0, 0, 0, Protocol, .. segment];
        return Checksum(pseudo);
    }

    /// <summary>RFC 1071, the slow and plain way.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += i % 2 == 0 ? (uint)bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    private static void Put16(byte[] bytes, int offset, int value) => BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(offset), (ushort)value);

    private static void Write16(MemoryStream stream, int value)
    {
        stream.WriteByte((byte)(value >> 8));
        stream.WriteByte((byte)value);
    }
}
