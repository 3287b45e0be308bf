using static Weir.Packets.Tests.Laws.WireValues;

namespace Weir.Packets.Tests.Laws;

/// <summary>IPv4, and IPv6 with its extension headers.</summary>
internal static class IpFormats
{
    public static readonly IReadOnlyList<WireFormat> All =
    [
        new("ipv4", ExerciseIpv4) { Canonical = CanonicalIpv4, Rewrite = RewriteIpv4, ValueSurvives = Ipv4Survives },
        new("ipv6", ExerciseIpv6) { Canonical = CanonicalIpv6, Rewrite = RewriteIpv6, ValueSurvives = Ipv6Survives },
        new("ipv6 extension", ExerciseExtension) { Canonical = CanonicalExtension },
    ];

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
}
