using System.Buffers.Binary;
using System.Net;
using Weir.Packets;

namespace Weir.Enforcer.Tests;

/// <summary>Builds frames as the pipe carries them. Checksums are left zero: the enforcer does not look at them.</summary>
internal static class TestFrame
{
    public const ushort PortId = 7;
    private static readonly byte[] Marker = [0x56, 0x45, 0x49, 0x52, 0, (byte)PortId];
    private static readonly byte[] OtherMac = [2, 0, 0, 0, 0, 9];

    public static UInt128 Address(string text)
    {
        byte[] bytes = IPAddress.Parse(text).MapToIPv6().GetAddressBytes();
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public static byte[] Tcp(bool fromWorkload, string source, ushort sourcePort, string destination, ushort destinationPort, TcpFlags flags,
        uint sequence = 0, uint acknowledgment = 0, ReadOnlySpan<byte> payload = default)
    {
        byte[] segment = new byte[20 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(segment, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), acknowledgment);
        segment[12] = 0x50;
        segment[13] = (byte)flags;
        payload.CopyTo(segment.AsSpan(20));
        return Ip(fromWorkload, source, destination, IpProtocol.IPPROTO_TCP, segment);
    }

    public static byte[] Udp(bool fromWorkload, string source, ushort sourcePort, string destination, ushort destinationPort, ReadOnlySpan<byte> payload = default)
    {
        byte[] datagram = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        payload.CopyTo(datagram.AsSpan(8));
        return Ip(fromWorkload, source, destination, IpProtocol.IPPROTO_UDP, datagram);
    }

    public static byte[] Icmp(bool fromWorkload, string source, string destination, byte type, byte code, ushort id, ReadOnlySpan<byte> quoted = default)
    {
        byte[] message = new byte[8 + quoted.Length];
        message[0] = type;
        message[1] = code;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), id);
        quoted.CopyTo(message.AsSpan(8));
        bool isIpv6 = source.Contains(':', StringComparison.Ordinal);
        return Ip(fromWorkload, source, destination, isIpv6 ? IpProtocol.IPPROTO_ICMPV6 : IpProtocol.IPPROTO_ICMP, message);
    }

    public static byte[] Ip(bool fromWorkload, string source, string destination, byte protocol, ReadOnlySpan<byte> payload, ushort id = 0, ushort fragment = 0)
    {
        byte[] from = IPAddress.Parse(source).GetAddressBytes();
        byte[] to = IPAddress.Parse(destination).GetAddressBytes();
        int header = from.Length == 4 ? 20 : 40;
        byte[] frame = new byte[14 + header + payload.Length];
        (fromWorkload ? OtherMac : Marker).CopyTo(frame, 0);
        (fromWorkload ? Marker : OtherMac).CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), from.Length == 4 ? EtherType.ETH_P_IP : EtherType.ETH_P_IPV6);
        Span<byte> packet = frame.AsSpan(14);
        if (from.Length == 4)
        {
            packet[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], id);
            BinaryPrimitives.WriteUInt16BigEndian(packet[6..], fragment);
            packet[8] = 64;
            packet[9] = protocol;
            from.CopyTo(packet[12..]);
            to.CopyTo(packet[16..]);
        }
        else
        {
            packet[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)payload.Length);
            packet[6] = protocol;
            packet[7] = 64;
            from.CopyTo(packet[8..]);
            to.CopyTo(packet[24..]);
        }
        payload.CopyTo(packet[header..]);
        return frame;
    }
}
