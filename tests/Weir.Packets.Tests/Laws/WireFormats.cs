using Weir.Packets.Dns;
using Weir.Packets.Http;
using Weir.Packets.Rewriting;
using Weir.Packets.Tests.Tls;
using Weir.Packets.Tls;
using Weir.Testing;

namespace Weir.Packets.Tests.Laws;

/// <summary>All formats of Weir.Packets.</summary>
internal static class WireFormats
{
    private static readonly byte[] Scratch = new byte[TlsClientHello.MaxLength + 4];
    private static readonly char[] Text = new char[2048];
    private static long sink;

    public static readonly IReadOnlyList<WireFormat> All =
    [
        new("ethernet", ExerciseEthernet) { Canonical = random => WithHeader(RandomEthernet(random).WriteTo, EthernetHeader.Size), Rewrite = RewriteEthernet, ValueSurvives = EthernetSurvives },
        new("vlan", ExerciseVlan) { Canonical = random => WithHeader(RandomVlan(random).WriteTo, VlanHeader.Size), Rewrite = RewriteVlan, ValueSurvives = VlanSurvives },
        new("arp", ExerciseArp) { Canonical = random => WithHeader(RandomArp(random).WriteTo, ArpHeader.Size), Rewrite = RewriteArp, ValueSurvives = ArpSurvives },
        new("ipv4", ExerciseIpv4) { Canonical = CanonicalIpv4, Rewrite = RewriteIpv4, ValueSurvives = Ipv4Survives },
        new("ipv6", ExerciseIpv6) { Canonical = CanonicalIpv6, Rewrite = RewriteIpv6, ValueSurvives = Ipv6Survives },
        new("ipv6 extension", ExerciseExtension) { Canonical = CanonicalExtension },
        new("tcp", ExerciseTcp) { Canonical = CanonicalTcp, Rewrite = RewriteTcp, ValueSurvives = TcpSurvives },
        new("tcp options", ExerciseTcpOptions) { Canonical = CanonicalTcpOptions, Rewrite = RewriteTcpOptions, TruncationsAreErrors = false },
        new("udp", ExerciseUdp) { Canonical = CanonicalUdp, Rewrite = RewriteUdp, ValueSurvives = UdpSurvives },
        new("icmp", ExerciseIcmp) { Canonical = random => WithHeader(RandomIcmp(random).WriteTo, IcmpHeader.Size), Rewrite = RewriteIcmp, ValueSurvives = IcmpSurvives },
        new("dns", ExerciseDns) { Canonical = CanonicalDns, Rewrite = RewriteDns },
        new("tls record", ExerciseTlsRecord) { Canonical = CanonicalTlsRecord, Rewrite = RewriteTlsRecord, ValueSurvives = TlsRecordSurvives },
        new("tls client hello", ExerciseClientHello) { Canonical = random => TlsClientHelloTests.Hello(RandomName(random), ["h2", "http/1.1"]) },
        new("http request", ExerciseHttpRequest) { Canonical = random => [.. "GET /"u8, .. RandomLetters(random, 8), .. " HTTP/1.1\r\nAccept: x\r\nHost: "u8, .. RandomLetters(random, 8), .. "\r\n"u8] },
        new("http response", ExerciseHttpResponse) { Canonical = random => [.. "HTTP/1.1 404 "u8, .. RandomLetters(random, 8), .. "\r\n"u8] },
        new("http2 preface", bytes => Http2Preface.Match(bytes) == ReadOutcome.Complete ? PacketError.None : PacketError.EthernetTooShort) { Canonical = _ => Http2Preface.Bytes.ToArray() },
        new("frame layers", ExerciseFrame) { Canonical = CanonicalFrame },
        new("icmp error", ExerciseFrame) { Canonical = CanonicalIcmpError },
    ];

    private delegate void Writer(Span<byte> destination);

    private static byte[] WithHeader(Writer writer, int size)
    {
        byte[] bytes = new byte[size];
        writer(bytes);
        return bytes;
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] RandomLetters(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)('a' + random.Next(26)))];

    private static string RandomName(Random random) => $"{System.Text.Encoding.ASCII.GetString(RandomLetters(random, random.Next(1, 20)))}.test";

    private static ushort Next16(Random random) => (ushort)random.Next(65536);

    private static uint Next32(Random random) => (uint)random.NextInt64(1L << 32);

    private static MacAddress NextMac(Random random) => new((ulong)random.NextInt64(1L << 48));

    private static void Touch(long value) => sink += value;

    private static void Touch(ReadOnlySpan<byte> bytes) => sink += bytes.Length;

    // Ethernet, VLAN, ARP

    private static EthernetHeader RandomEthernet(Random random) => new(NextMac(random), NextMac(random), Next16(random));

    private static PacketError ExerciseEthernet(ReadOnlySpan<byte> bytes)
    {
        PacketError error = EthernetFrame.Parse(bytes, out EthernetFrame frame);
        if (error == PacketError.None)
        {
            Touch(frame.Header.EtherType);
            Touch(frame.Payload);
        }

        return error;
    }

    private static int RewriteEthernet(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        EthernetFrame.Parse(bytes, out EthernetFrame frame);
        frame.Header.WriteTo(destination);
        return Append(frame.Payload, destination, EthernetHeader.Size);
    }

    private static bool EthernetSurvives(Random random)
    {
        EthernetHeader header = RandomEthernet(random);
        return EthernetFrame.Parse(WithHeader(header.WriteTo, EthernetHeader.Size), out EthernetFrame frame) == PacketError.None && frame.Header == header;
    }

    private static VlanHeader RandomVlan(Random random) => new(Next16(random), Next16(random));

    private static PacketError ExerciseVlan(ReadOnlySpan<byte> bytes)
    {
        PacketError error = VlanTag.Parse(bytes, out VlanTag tag);
        if (error == PacketError.None)
        {
            Touch(tag.Header.Id + tag.Header.Priority + (tag.Header.DropEligible ? 1 : 0));
            Touch(tag.Payload);
        }

        return error;
    }

    private static int RewriteVlan(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        VlanTag.Parse(bytes, out VlanTag tag);
        tag.Header.WriteTo(destination);
        return Append(tag.Payload, destination, VlanHeader.Size);
    }

    private static bool VlanSurvives(Random random)
    {
        VlanHeader header = RandomVlan(random);
        return VlanTag.Parse(WithHeader(header.WriteTo, VlanHeader.Size), out VlanTag tag) == PacketError.None && tag.Header == header;
    }

    private static ArpHeader RandomArp(Random random) => new((ArpOperation)Next16(random), NextMac(random), Next32(random), NextMac(random), Next32(random));

    private static PacketError ExerciseArp(ReadOnlySpan<byte> bytes)
    {
        PacketError error = ArpMessage.Parse(bytes, out ArpMessage message);
        Touch(error == PacketError.None ? message.Header.TargetAddress : 0);
        return error;
    }

    private static int RewriteArp(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        ArpMessage.Parse(bytes, out ArpMessage message);
        message.Header.WriteTo(destination);
        return ArpHeader.Size;
    }

    private static bool ArpSurvives(Random random)
    {
        ArpHeader header = RandomArp(random);
        return ArpMessage.Parse(WithHeader(header.WriteTo, ArpHeader.Size), out ArpMessage message) == PacketError.None && message.Header == header;
    }

    // IPv4

    private static Ipv4Header RandomIpv4(Random random, int options, int payload) => new()
    {
        HeaderLength = (byte)(Ipv4Header.Size + options),
        TrafficClass = (byte)random.Next(256),
        TotalLength = (ushort)(Ipv4Header.Size + options + payload),
        Identification = Next16(random),
        Fragment = (ushort)(random.Next(8) << 13 | random.Next(4096)),
        TimeToLive = (byte)random.Next(256),
        Protocol = (byte)random.Next(256),
        Checksum = Next16(random),
        Source = Next32(random),
        Destination = Next32(random),
    };

    private static byte[] CanonicalIpv4(Random random)
    {
        int options = random.Next(11) * 4;
        int payload = random.Next(40);
        return [.. WithHeader(RandomIpv4(random, options, payload).WriteTo, Ipv4Header.Size), .. RandomBytes(random, options + payload)];
    }

    private static PacketError ExerciseIpv4(ReadOnlySpan<byte> bytes)
    {
        PacketError error = Ipv4Packet.Parse(bytes, out Ipv4Packet packet);
        if (error == PacketError.None)
        {
            Touch(packet.Header.Source + packet.FragmentOffset + (packet.IsHeaderChecksumRight ? 1 : 0) + (packet.DontFragment ? 1 : 0));
            Touch(packet.Payload);
            Touch((int)packet.Options.Check());
            foreach (Ipv4Option option in packet.Options)
            {
                Touch(option.Type);
                Touch(option.Data);
            }
        }

        return error;
    }

    private static int RewriteIpv4(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        Ipv4Packet.Parse(bytes, out Ipv4Packet packet);
        packet.Header.WriteTo(destination);
        int end = Append(packet.Options.Bytes, destination, Ipv4Header.Size);
        return Append(packet.Payload, destination, end);
    }

    private static bool Ipv4Survives(Random random)
    {
        Ipv4Header header = RandomIpv4(random, 0, 0);
        return Ipv4Packet.Parse(WithHeader(header.WriteTo, Ipv4Header.Size), out Ipv4Packet packet) == PacketError.None && packet.Header == header;
    }

    // IPv6

    private static Ipv6Header RandomIpv6(Random random, int payload) => new()
    {
        TrafficClass = (byte)random.Next(256),
        FlowLabel = (uint)random.Next(1 << 20),
        PayloadLength = (ushort)payload,
        NextHeader = (byte)random.Next(64),
        HopLimit = (byte)random.Next(256),
        Source = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()),
        Destination = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()),
    };

    private static byte[] CanonicalIpv6(Random random)
    {
        int payload = random.Next(80);
        return [.. WithHeader(RandomIpv6(random, payload).WriteTo, Ipv6Header.Size), .. RandomBytes(random, payload)];
    }

    private static PacketError ExerciseIpv6(ReadOnlySpan<byte> bytes)
    {
        PacketError error = Ipv6Packet.Parse(bytes, out Ipv6Packet packet);
        if (error == PacketError.None)
        {
            Touch((long)(ulong)packet.Header.Source);
            Touch(packet.Payload);
            foreach (Ipv6Extension extension in packet.Extensions)
            {
                TouchExtension(extension);
            }
        }

        return error;
    }

    private static int RewriteIpv6(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        Ipv6Packet.Parse(bytes, out Ipv6Packet packet);
        packet.Header.WriteTo(destination);
        return Append(packet.Payload, destination, Ipv6Header.Size);
    }

    private static bool Ipv6Survives(Random random)
    {
        Ipv6Header header = RandomIpv6(random, 0);
        return Ipv6Packet.Parse(WithHeader(header.WriteTo, Ipv6Header.Size), out Ipv6Packet packet) == PacketError.None && packet.Header == header;
    }

    private static byte[] CanonicalExtension(Random random)
    {
        int units = random.Next(4);
        byte[] bytes = RandomBytes(random, (units + 1) * 8);
        bytes[1] = (byte)units;
        return bytes;
    }

    private static PacketError ExerciseExtension(ReadOnlySpan<byte> bytes)
    {
        PacketError error = Ipv6Extension.Parse(bytes, IpProtocol.IPPROTO_DSTOPTS, out Ipv6Extension extension);
        if (error == PacketError.None)
        {
            TouchExtension(extension);
        }

        return error;
    }

    private static void TouchExtension(Ipv6Extension extension)
    {
        Touch(extension.NextHeader + extension.Length + extension.FragmentOffset + extension.FragmentId + (extension.MoreFragments ? 1 : 0));
        Touch(extension.Bytes);
    }

    // TCP, UDP, ICMP

    private static TcpHeader RandomTcp(Random random, int options) => new()
    {
        SourcePort = Next16(random),
        DestinationPort = Next16(random),
        Sequence = Next32(random),
        Acknowledgment = Next32(random),
        HeaderLength = (byte)(TcpHeader.Size + options),
        Reserved = (byte)random.Next(16),
        Flags = (TcpFlags)random.Next(256),
        Window = Next16(random),
        Checksum = Next16(random),
        UrgentPointer = Next16(random),
    };

    private static byte[] CanonicalTcp(Random random)
    {
        byte[] options = CanonicalTcpOptions(random);
        return [.. WithHeader(RandomTcp(random, options.Length).WriteTo, TcpHeader.Size), .. options];
    }

    private static PacketError ExerciseTcp(ReadOnlySpan<byte> bytes)
    {
        PacketError error = TcpSegment.Parse(bytes, out TcpSegment segment);
        if (error == PacketError.None)
        {
            Touch(segment.Header.Sequence + segment.SequenceLength);
            Touch(segment.Payload);
            ExerciseTcpOptions(segment.Options.Bytes);
        }

        return error;
    }

    private static int RewriteTcp(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        TcpSegment.Parse(bytes, out TcpSegment segment);
        segment.Header.WriteTo(destination);
        int end = Append(segment.Options.Bytes, destination, TcpHeader.Size);
        return Append(segment.Payload, destination, end);
    }

    private static bool TcpSurvives(Random random)
    {
        TcpHeader header = RandomTcp(random, 0);
        return TcpSegment.Parse(WithHeader(header.WriteTo, TcpHeader.Size), out TcpSegment segment) == PacketError.None && segment.Header == header;
    }

    private static byte[] CanonicalTcpOptions(Random random)
    {
        var writer = new TcpOptionWriter(new byte[44]);
        int which = random.Next(32);
        if ((which & 1) != 0)
        {
            writer.WriteMaximumSegmentSize(Next16(random));
        }

        if ((which & 2) != 0)
        {
            writer.WriteSackPermitted();
        }

        if ((which & 4) != 0)
        {
            writer.WriteTimestamps(Next32(random), Next32(random));
        }

        if ((which & 8) != 0)
        {
            writer.WriteWindowScale((byte)random.Next(15));
        }

        if ((which & 16) != 0)
        {
            writer.WriteSack([(Next32(random), Next32(random))]);
            writer.Write((TcpOptionKind)34, RandomBytes(random, random.Next(8)));
        }

        return writer.Finish().ToArray();
    }

    private static PacketError ExerciseTcpOptions(ReadOnlySpan<byte> bytes)
    {
        PacketError error = TcpOptionList.Parse(bytes, out TcpOptionList options);
        foreach (TcpOption option in options)
        {
            Touch(option.MaximumSegmentSize + option.WindowScale + option.TimestampValue + option.TimestampEcho);
            for (int i = 0; i < option.SackBlockCount; i++)
            {
                Touch(option.SackBlock(i).Left);
            }
        }

        return error;
    }

    private static int RewriteTcpOptions(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        TcpOptionList.Parse(bytes, out TcpOptionList options);
        var writer = new TcpOptionWriter(destination);
        Span<(uint, uint)> blocks = stackalloc (uint, uint)[4];
        foreach (TcpOption option in options)
        {
            switch (option.Kind)
            {
                case TcpOptionKind.TCPOPT_MSS:
                    writer.WriteMaximumSegmentSize(option.MaximumSegmentSize);
                    break;
                case TcpOptionKind.TCPOPT_WINDOW:
                    writer.WriteWindowScale(option.WindowScale);
                    break;
                case TcpOptionKind.TCPOPT_SACK_PERM:
                    writer.WriteSackPermitted();
                    break;
                case TcpOptionKind.TCPOPT_TIMESTAMP:
                    writer.WriteTimestamps(option.TimestampValue, option.TimestampEcho);
                    break;
                case TcpOptionKind.TCPOPT_SACK:
                    for (int i = 0; i < option.SackBlockCount; i++)
                    {
                        blocks[i] = option.SackBlock(i);
                    }

                    writer.WriteSack(blocks[..option.SackBlockCount]);
                    break;
                default:
                    writer.Write(option.Kind, option.Data);
                    break;
            }
        }

        return writer.Finish().Length;
    }

    private static byte[] CanonicalUdp(Random random)
    {
        int payload = random.Next(40);
        var header = new UdpHeader(Next16(random), Next16(random), (ushort)(UdpHeader.Size + payload), Next16(random));
        return [.. WithHeader(header.WriteTo, UdpHeader.Size), .. RandomBytes(random, payload)];
    }

    private static PacketError ExerciseUdp(ReadOnlySpan<byte> bytes)
    {
        PacketError error = UdpDatagram.Parse(bytes, out UdpDatagram datagram);
        if (error == PacketError.None)
        {
            Touch(datagram.Header.SourcePort);
            Touch(datagram.Payload);
        }

        return error;
    }

    private static int RewriteUdp(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        UdpDatagram.Parse(bytes, out UdpDatagram datagram);
        datagram.Header.WriteTo(destination);
        return Append(datagram.Payload, destination, UdpHeader.Size);
    }

    private static bool UdpSurvives(Random random)
    {
        var header = new UdpHeader(Next16(random), Next16(random), UdpHeader.Size, Next16(random));
        return UdpDatagram.Parse(WithHeader(header.WriteTo, UdpHeader.Size), out UdpDatagram datagram) == PacketError.None && datagram.Header == header;
    }

    private static IcmpHeader RandomIcmp(Random random) => new((byte)random.Next(256), (byte)random.Next(256), Next16(random), Next32(random));

    private static PacketError ExerciseIcmp(ReadOnlySpan<byte> bytes)
    {
        PacketError error = IcmpMessage.Parse(bytes, out IcmpMessage message);
        if (error == PacketError.None)
        {
            Touch(message.Header.Rest + message.Identifier + message.Sequence);
            Touch(message.Payload);
        }

        return error;
    }

    private static int RewriteIcmp(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        IcmpMessage.Parse(bytes, out IcmpMessage message);
        message.Header.WriteTo(destination);
        return Append(message.Payload, destination, IcmpHeader.Size);
    }

    private static bool IcmpSurvives(Random random)
    {
        IcmpHeader header = RandomIcmp(random);
        return IcmpMessage.Parse(WithHeader(header.WriteTo, IcmpHeader.Size), out IcmpMessage message) == PacketError.None && message.Header == header;
    }

    // DNS

    private static byte[] CanonicalDns(Random random)
    {
        string name = RandomName(random);
        var writer = new DnsWriter(new byte[1024], Next16(random), Next16(random));
        writer.WriteQuestion(name, (DnsRecordType)random.Next(1, 60));
        if (random.Next(2) == 0)
        {
            writer.WriteCanonicalName(name, RandomName(random), Next32(random));
            writer.WriteAddress(name, IpAddressBits.FromIpv4(Next32(random)), Next32(random));
            writer.WriteAddress(name, new UInt128(0xFD00_0000_0000_0000, (ulong)random.NextInt64()), Next32(random));
        }

        return writer.Finish().ToArray();
    }

    private static PacketError ExerciseDns(ReadOnlySpan<byte> bytes)
    {
        PacketError error = DnsMessage.Parse(bytes, out DnsMessage message);
        if (error != PacketError.None)
        {
            return error;
        }

        foreach (DnsQuestion question in message.Questions)
        {
            Touch((int)question.Type + question.Class);
            TouchName(question.Name);
        }

        foreach (DnsRecord record in message.Records)
        {
            Touch(record.TimeToLive + (int)record.Section + (record.TryGetAddress(out _) ? 1 : 0));
            Touch(record.Data);
            TouchName(record.Name);
            TouchName(record.Target);
        }

        return error;
    }

    private static void TouchName(DnsName name)
    {
        name.TryFormat(Text, out int written);
        Touch(written + name.WireLength + name.WriteTo(Scratch) + (name.Is("db.test") ? 1 : 0));
    }

    private static int RewriteDns(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        DnsMessage.Parse(bytes, out DnsMessage message);
        var writer = new DnsWriter(destination, message.Header.Id, message.Header.Flags);
        foreach (DnsQuestion question in message.Questions)
        {
            writer.WriteQuestion(question);
        }

        foreach (DnsRecord record in message.Records)
        {
            writer.WriteRecord(record);
        }

        return writer.Finish().Length;
    }

    // TLS, HTTP

    private static byte[] CanonicalTlsRecord(Random random)
    {
        byte[] fragment = RandomBytes(random, random.Next(60));
        var header = new TlsRecordHeader((TlsContentType)random.Next(256), Next16(random), (ushort)fragment.Length);
        return [.. WithHeader(header.WriteTo, TlsRecordHeader.Size), .. fragment];
    }

    private static PacketError ExerciseTlsRecord(ReadOnlySpan<byte> bytes)
    {
        PacketError error = TlsRecord.Parse(bytes, out TlsRecord record);
        if (error == PacketError.None)
        {
            Touch(record.Header.LegacyVersion + record.Size);
            Touch(record.Fragment);
        }

        return error;
    }

    private static int RewriteTlsRecord(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        TlsRecord.Parse(bytes, out TlsRecord record);
        record.Header.WriteTo(destination);
        return Append(record.Fragment, destination, TlsRecordHeader.Size);
    }

    private static bool TlsRecordSurvives(Random random)
    {
        var header = new TlsRecordHeader((TlsContentType)random.Next(256), Next16(random), 0);
        return TlsRecord.Parse(WithHeader(header.WriteTo, TlsRecordHeader.Size), out TlsRecord record) == PacketError.None && record.Header == header;
    }

    private static PacketError ExerciseClientHello(ReadOnlySpan<byte> bytes)
    {
        ReadOutcome outcome = TlsClientHello.Read(bytes, Scratch, out TlsClientHello hello);
        Touch(hello.LegacyVersion + hello.HighestVersion + (hello.Offers("h2"u8) ? 1 : 0));
        Touch(hello.ServerName);
        return ErrorOf(outcome);
    }

    private static PacketError ExerciseHttpRequest(ReadOnlySpan<byte> bytes)
    {
        ReadOutcome outcome = HttpRequestHead.Read(bytes, out HttpRequestHead head);
        Touch(head.Method);
        Touch(head.Target);
        Touch(head.Host);
        return ErrorOf(outcome);
    }

    private static PacketError ExerciseHttpResponse(ReadOnlySpan<byte> bytes)
    {
        ReadOutcome outcome = HttpStatusLine.Read(bytes, out HttpStatusLine line);
        Touch(line.Status);
        Touch(line.Reason);
        return ErrorOf(outcome);
    }

    /// <summary>For the law everything but Complete is an error.</summary>
    private static PacketError ErrorOf(ReadOutcome outcome) => outcome == ReadOutcome.Complete ? PacketError.None : PacketError.TlsTooShort;

    // Whole frames

    private static byte[] CanonicalFrame(Random random)
    {
        PacketBuilder packet = random.Next(5) switch
        {
            0 => PacketBuilder.Tcp("10.0.0.1:1000", "10.0.0.2:80", TcpFlags.ACK, RandomBytes(random, random.Next(30))) with { TcpOptions = CanonicalTcpOptions(random) },
            1 => PacketBuilder.Udp("[fd00::1]:1000", "[fd00::2]:53", RandomBytes(random, random.Next(30))),
            2 => PacketBuilder.Udp("[fd00::1]:1000", "[fd00::2]:53", RandomBytes(random, random.Next(30))) with
            {
                Extensions = [(0, new byte[8]), (60, new byte[8])],
                FragmentId = Next32(random),
                MoreFragments = true,
            },
            3 => PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2") with { Ipv4Options = [7, 4, 4, 0], VlanTags = [3, 4] },
            _ => PacketBuilder.Tcp("[fd00::1]:1000", "[fd00::2]:80", TcpFlags.SYN, RandomBytes(random, 3)),
        };
        return packet.Build();
    }

    private static byte[] CanonicalIcmpError(Random random)
    {
        byte[] original = PacketBuilder.Tcp("10.0.0.1:1000", "10.0.0.2:80", TcpFlags.ACK, RandomBytes(random, 30)).Build();
        byte[] original6 = PacketBuilder.Udp("[fd00::1]:1000", "[fd00::2]:53", RandomBytes(random, 30)).Build();
        return random.Next(2) == 0
            ? PacketBuilder.IcmpError("10.0.0.9", "10.0.0.1", 3, 4, original, random.Next(28, 60), 1400).Build()
            : PacketBuilder.IcmpError("fd00::9", "fd00::1", 2, 0, original6, random.Next(48, 70), 1280).Build();
    }

    private static PacketError ExerciseFrame(ReadOnlySpan<byte> bytes)
    {
        PacketError error = FrameLayers.Parse(bytes, out FrameLayers layers);
        if (error != PacketError.None)
        {
            return error;
        }

        Touch(bytes.Slice(layers.PayloadOffset, layers.PayloadLength));
        Touch(InternetChecksum.IsRight(bytes, layers) ? 1 : 0);
        Touch(TcpReset.Write(bytes, layers, TcpResetTarget.Sender, Scratch));
        Touch(TcpReset.Write(bytes, layers, TcpResetTarget.Receiver, Scratch));
        if (IcmpError.IsError(layers))
        {
            error = IcmpError.Parse(bytes, layers, out IcmpError icmp);
            Touch(icmp.Mtu + icmp.Original.SourcePort);
        }

        return error;
    }

    private static int Append(ReadOnlySpan<byte> bytes, Span<byte> destination, int offset)
    {
        bytes.CopyTo(destination[offset..]);
        return offset + bytes.Length;
    }
}
