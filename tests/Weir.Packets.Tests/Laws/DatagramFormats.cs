using static Weir.Packets.Tests.Laws.WireValues;

namespace Weir.Packets.Tests.Laws;

/// <summary>UDP and ICMP.</summary>
internal static class DatagramFormats
{
    public static readonly IReadOnlyList<WireFormat> All =
    [
        new("udp", ExerciseUdp) { Canonical = CanonicalUdp, Rewrite = RewriteUdp, ValueSurvives = UdpSurvives },
        new("icmp", ExerciseIcmp) { Canonical = random => WithHeader(RandomIcmp(random).WriteTo, IcmpHeader.Size), Rewrite = RewriteIcmp, ValueSurvives = IcmpSurvives },
    ];

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
}
