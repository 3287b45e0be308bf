using Weir.Packets;
using Weir.Packets.Rewriting;

namespace Weir.Fuzz.Targets;

/// <summary>Whole Ethernet frames: layers, ICMP errors, checksums, resets, printing.</summary>
public static class FrameTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        PacketPrinter.Print(input);
        if (FrameLayers.Parse(input, out FrameLayers layers) != PacketError.None)
        {
            return;
        }

        Require.That(layers.NetworkOffset <= layers.TransportOffset && layers.TransportOffset <= layers.PayloadOffset, "offsets ascend");
        Require.That(layers.PayloadLength >= 0 && layers.PayloadOffset + layers.PayloadLength <= input.Length, "the payload lies in the frame");
        Require.That(!layers.IsLaterFragment || layers.IsFragment, "a later fragment is a fragment");
        InternetChecksum.IsRight(input, layers);
        CheckViews(input, layers);
        CheckReset(input, layers, TcpResetTarget.Sender);
        CheckReset(input, layers, TcpResetTarget.Receiver);
        if (IcmpError.IsError(layers) && IcmpError.Parse(input, layers, out IcmpError error) == PacketError.None)
        {
            FrameLayers original = error.Original;
            Require.That(original.NetworkOffset >= layers.PayloadOffset, "the quoted packet lies in the payload");
            Require.That(original.PayloadOffset + original.PayloadLength <= layers.PayloadOffset + layers.PayloadLength, "the quoted packet ends with the payload");
        }
    }

    /// <summary>The one-pass reader and the views must agree on what they accept and what they read.</summary>
    private static void CheckViews(ReadOnlySpan<byte> input, in FrameLayers layers)
    {
        ReadOnlySpan<byte> network = input[layers.NetworkOffset..];
        if (layers.IpVersion == 4)
        {
            Require.That(Ipv4Packet.Parse(network, out Ipv4Packet packet) == PacketError.None, "Ipv4Packet accepts it too");
            Require.That(IpAddressBits.FromIpv4(packet.Source) == layers.Source && packet.Protocol == layers.Protocol, "IPv4 fields agree");
            Require.That(packet.IsFragment == layers.IsFragment, "IPv4 fragments agree");
        }

        if (layers.IpVersion == 6)
        {
            Require.That(Ipv6Packet.Parse(network, out Ipv6Packet packet) == PacketError.None, "Ipv6Packet accepts it too");
            Ipv6ExtensionList.Enumerator extensions = packet.Extensions.GetEnumerator();
            while (extensions.MoveNext())
            {
            }

            Require.That(extensions.Error == PacketError.None && extensions.NextHeader == layers.Protocol, "IPv6 extension headers agree");
            int transport = layers.NetworkOffset + Ipv6Header.Size + packet.Payload.Length - extensions.Rest.Length;
            Require.That(transport == layers.TransportOffset, "IPv6 transport offsets agree");
        }
    }

    private static void CheckReset(ReadOnlySpan<byte> input, in FrameLayers layers, TcpResetTarget target)
    {
        Span<byte> buffer = stackalloc byte[TcpReset.MaxSize];
        int length = TcpReset.Write(input, layers, target, buffer);
        if (length == 0)
        {
            return;
        }

        Require.That(FrameLayers.Parse(buffer[..length], out FrameLayers reset) == PacketError.None, "a reset can be read");
        Require.That(InternetChecksum.IsRight(buffer[..length], reset), "a reset's checksums are right");
        Require.That((reset.TcpFlags & (byte)TcpFlags.RST) != 0 && reset.PayloadLength == 0, "a reset resets");
    }
}
