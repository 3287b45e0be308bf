using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets.Rewriting;

/// <summary>Whose connection a reset ends.</summary>
public enum TcpResetTarget : byte
{
    /// <summary>The end that sent the segment: the reset looks like the receiver's answer to it.</summary>
    Sender,

    /// <summary>The end that the segment was for: the reset looks like sent in the segment's place.</summary>
    Receiver,
}

/// <summary>Builds the frame that ends a TCP connection, from one of its segments that is not passed on.</summary>
/// <remarks>
/// RFC 9293 3.10.7.1 says what a reset toward the sender looks like; RFC 5961 3.2 makes an end accept a reset only when its sequence number
/// is exactly the next one that it expects. Toward the sender that is the segment's acknowledgment number. Toward the receiver it is the
/// segment's own number, as long as the segment came in order and was dropped; when it is not exact, the receiver answers with a challenge
/// ACK, and a reset toward the sender of <em>that</em> segment is exact.
/// </remarks>
public static class TcpReset
{
    /// <summary>The longest frame that <see cref="Write"/> makes: Ethernet with all VLAN tags, IPv6, TCP without options.</summary>
    public const int MaxSize = 14 + (4 * FrameLayers.MaxVlanTags) + Ipv6Size + TcpSize;

    private const int Ipv4Size = 20;
    private const int Ipv6Size = 40;
    private const int TcpSize = 20;
    private const byte HopLimit = 64;
    private const ushort DontFragment = 0x4000;

    /// <summary>Writes the reset that <paramref name="frame"/> asks for and returns its length.</summary>
    /// <param name="frame">A TCP segment; its Ethernet addresses and VLAN tags are taken over (turned round toward the sender).</param>
    /// <param name="layers">What <see cref="FrameLayers.Parse"/> said of the frame.</param>
    /// <param name="target">Whose connection ends.</param>
    /// <param name="destination">At least <see cref="MaxSize"/> bytes.</param>
    /// <returns>0 when there is nothing to send: no TCP, a later fragment, or a reset itself (which is never answered).</returns>
    public static int Write(ReadOnlySpan<byte> frame, in FrameLayers layers, TcpResetTarget target, Span<byte> destination)
    {
        var flags = (TcpFlags)layers.TcpFlags;
        if (layers.Protocol != IpProtocol.IPPROTO_TCP || layers.IpVersion == 0 || layers.IsLaterFragment || (flags & TcpFlags.RST) != 0)
        {
            return 0;
        }

        frame[..layers.NetworkOffset].CopyTo(destination);
        UInt128 source = layers.Source;
        UInt128 to = layers.Destination;
        if (target == TcpResetTarget.Sender)
        {
            EthernetRewrite.SwapAddresses(destination);
            (source, to) = (to, source);
        }

        Span<byte> packet = destination[layers.NetworkOffset..];
        int header = layers.IpVersion == 4 ? WriteIpv4(packet, source, to) : WriteIpv6(packet, source, to);
        Span<byte> segment = packet.Slice(header, TcpSize);
        WriteSegment(segment, layers, target);
        ushort checksum = InternetChecksum.Transport(layers.IpVersion, source, to, IpProtocol.IPPROTO_TCP, segment);
        WriteUInt16BigEndian(segment[16..], checksum);
        return layers.NetworkOffset + header + TcpSize;
    }

    private static void WriteSegment(Span<byte> segment, in FrameLayers layers, TcpResetTarget target)
    {
        (ushort from, ushort to) = target == TcpResetTarget.Sender
            ? (layers.DestinationPort, layers.SourcePort)
            : (layers.SourcePort, layers.DestinationPort);
        (uint sequence, uint acknowledgment, TcpFlags flags) = Numbers(layers, target);
        WriteUInt16BigEndian(segment, from);
        WriteUInt16BigEndian(segment[2..], to);
        WriteUInt32BigEndian(segment[4..], sequence);
        WriteUInt32BigEndian(segment[8..], acknowledgment);
        segment[12] = (TcpSize / 4) << 4;
        segment[13] = (byte)flags;
        segment[14..].Clear();
    }

    private static (uint Sequence, uint Acknowledgment, TcpFlags Flags) Numbers(in FrameLayers layers, TcpResetTarget target)
    {
        var flags = (TcpFlags)layers.TcpFlags;
        bool acknowledges = (flags & TcpFlags.ACK) != 0;
        bool synchronizes = (flags & TcpFlags.SYN) != 0;
        if (target == TcpResetTarget.Sender)
        {
            // "If the ACK bit is off, sequence number zero is used", and the segment is acknowledged, SYN and FIN counted.
            uint length = (uint)layers.PayloadLength + (synchronizes ? 1u : 0u) + ((flags & TcpFlags.FIN) != 0 ? 1u : 0u);
            return acknowledges
                ? (layers.TcpAcknowledgment, 0, TcpFlags.RST)
                : (0, layers.TcpSequence + length, TcpFlags.RST | TcpFlags.ACK);
        }

        // An end in SYN-SENT wants its SYN acknowledged (3.10.7.3); one that has seen an earlier copy of the SYN expects the number after it.
        return (
            layers.TcpSequence + (synchronizes && !acknowledges ? 1u : 0u),
            acknowledges ? layers.TcpAcknowledgment : 0,
            acknowledges ? TcpFlags.RST | TcpFlags.ACK : TcpFlags.RST);
    }

    private static int WriteIpv4(Span<byte> packet, UInt128 source, UInt128 destination)
    {
        packet[0] = 0x45;
        packet[1] = 0;
        WriteUInt16BigEndian(packet[2..], Ipv4Size + TcpSize);
        WriteUInt16BigEndian(packet[4..], 0);
        WriteUInt16BigEndian(packet[6..], DontFragment);
        packet[8] = HopLimit;
        packet[9] = IpProtocol.IPPROTO_TCP;
        WriteUInt16BigEndian(packet[10..], 0);
        WriteUInt32BigEndian(packet[12..], (uint)source);
        WriteUInt32BigEndian(packet[16..], (uint)destination);
        WriteUInt16BigEndian(packet[10..], InternetChecksum.Compute(packet[..Ipv4Size]));
        return Ipv4Size;
    }

    private static int WriteIpv6(Span<byte> packet, UInt128 source, UInt128 destination)
    {
        WriteUInt32BigEndian(packet, 6u << 28);
        WriteUInt16BigEndian(packet[4..], TcpSize);
        packet[6] = IpProtocol.IPPROTO_TCP;
        packet[7] = HopLimit;
        WriteUInt128BigEndian(packet[8..], source);
        WriteUInt128BigEndian(packet[24..], destination);
        return Ipv6Size;
    }
}
