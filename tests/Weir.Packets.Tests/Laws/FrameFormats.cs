using Weir.Packets.Rewriting;
using Weir.Testing;
using static Weir.Packets.Tests.Laws.WireValues;

namespace Weir.Packets.Tests.Laws;

/// <summary>Whole frames, layer by layer.</summary>
internal static class FrameFormats
{
    public static readonly IReadOnlyList<WireFormat> All =
    [
        new("frame layers", ExerciseFrame) { Canonical = CanonicalFrame },
        new("icmp error", ExerciseFrame) { Canonical = CanonicalIcmpError },
    ];

    private static byte[] CanonicalFrame(Random random)
    {
        PacketBuilder packet = random.Next(5) switch
        {
            0 => PacketBuilder.Tcp("10.0.0.1:1000", "10.0.0.2:80", TcpFlags.ACK, RandomBytes(random, random.Next(30))) with { TcpOptions = TcpFormats.CanonicalTcpOptions(random) },
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
}
