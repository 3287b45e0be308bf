using Weir.Packets;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Icmp;

/// <summary>What an ICMP or ICMPv6 error says, and the packet of ours that it quotes. Local and remote are ours: the quoted source is the local end.</summary>
internal readonly record struct QuotedPacket
{
    private const int EnoughForPorts = 8;

    public IcmpErrorKind Kind { get; init; }

    /// <summary>As it came; the families number them differently.</summary>
    public byte Code { get; init; }

    public bool IsIpv4 { get; init; }

    public byte Protocol { get; init; }

    public UInt128 Local { get; init; }

    public UInt128 Remote { get; init; }

    public ushort LocalPort { get; init; }

    public ushort RemotePort { get; init; }

    /// <summary>Of a quoted TCP segment.</summary>
    public uint Sequence { get; init; }

    /// <summary>With <see cref="IcmpErrorKind.PacketTooBig"/>: bytes of the largest packet that passes; 0 from an old router.</summary>
    public int Mtu { get; init; }

    /// <summary>Bytes of the quoted packet as it was sent.</summary>
    public int Length { get; init; }

    /// <summary>False: it quotes too little to belong to anybody, or a later fragment.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, bool isIpv4, out QuotedPacket quoted)
    {
        quoted = default;
        ReadOnlySpan<byte> packet = message[IcmpHeader.Size..];
        IcmpErrorKind kind = isIpv4 ? Ipv4Kind(message[0], message[1]) : Ipv6Kind(message[0]);
        if (kind == IcmpErrorKind.None || !(isIpv4 ? TryReadIpv4(packet, ref quoted) : TryReadIpv6(packet, ref quoted)))
            return false;
        uint rest = ReadUInt32BigEndian(message[4..]);
        quoted = quoted with
        {
            Kind = kind,
            Code = message[1],
            IsIpv4 = isIpv4,
            Mtu = kind != IcmpErrorKind.PacketTooBig ? 0 : isIpv4 ? (int)(rest & 0xFFFF) : (int)Math.Min(rest, ushort.MaxValue),
        };
        return true;
    }

    private static IcmpErrorKind Ipv4Kind(byte type, byte code) => (IcmpType)type switch
    {
        IcmpType.ICMP_DEST_UNREACH when code == 4 => IcmpErrorKind.PacketTooBig,
        IcmpType.ICMP_DEST_UNREACH => IcmpErrorKind.Unreachable,
        IcmpType.ICMP_TIME_EXCEEDED => IcmpErrorKind.TimeExceeded,
        IcmpType.ICMP_PARAMETERPROB => IcmpErrorKind.ParameterProblem,
        _ => IcmpErrorKind.None,
    };

    private static IcmpErrorKind Ipv6Kind(byte type) => (Icmpv6Type)type switch
    {
        Icmpv6Type.ICMPV6_DEST_UNREACH => IcmpErrorKind.Unreachable,
        Icmpv6Type.ICMPV6_PKT_TOOBIG => IcmpErrorKind.PacketTooBig,
        Icmpv6Type.ICMPV6_TIME_EXCEED => IcmpErrorKind.TimeExceeded,
        Icmpv6Type.ICMPV6_PARAMPROB => IcmpErrorKind.ParameterProblem,
        _ => IcmpErrorKind.None,
    };

    private static bool TryReadIpv4(ReadOnlySpan<byte> packet, ref QuotedPacket quoted)
    {
        if (packet.Length < Ipv4Header.Size || packet[0] >> 4 != 4)
            return false;
        int header = (packet[0] & 0x0F) << 2;
        if (header < Ipv4Header.Size || packet.Length < header + EnoughForPorts || (ReadUInt16BigEndian(packet[6..]) & 0x1FFF) != 0)
            return false;
        quoted = WithPorts(packet[header..]) with
        {
            Protocol = packet[9],
            Local = IpAddressBits.FromIpv4(ReadUInt32BigEndian(packet[12..])),
            Remote = IpAddressBits.FromIpv4(ReadUInt32BigEndian(packet[16..])),
            Length = ReadUInt16BigEndian(packet[2..]),
        };
        return true;
    }

    private static bool TryReadIpv6(ReadOnlySpan<byte> packet, ref QuotedPacket quoted)
    {
        if (packet.Length < Ipv6Header.Size || packet[0] >> 4 != 6)
            return false;
        byte next = packet[6];
        int at = Ipv6Header.Size;
        for (int count = 0; count < FrameLayers.MaxExtensionHeaders && Ipv6Extension.IsExtension(next); count++)
        {
            if (Ipv6Extension.Parse(packet[at..], next, out Ipv6Extension extension) != PacketError.None || extension.FragmentOffset != 0)
                return false;
            next = extension.NextHeader;
            at += extension.Length;
        }

        if (packet.Length < at + EnoughForPorts)
            return false;
        quoted = WithPorts(packet[at..]) with
        {
            Protocol = next,
            Local = ReadUInt128BigEndian(packet[8..]),
            Remote = ReadUInt128BigEndian(packet[24..]),
            Length = Ipv6Header.Size + ReadUInt16BigEndian(packet[4..]),
        };
        return !IpAddressBits.IsIpv4(quoted.Local) && !IpAddressBits.IsIpv4(quoted.Remote);
    }

    private static QuotedPacket WithPorts(ReadOnlySpan<byte> transport) => new()
    {
        LocalPort = ReadUInt16BigEndian(transport),
        RemotePort = ReadUInt16BigEndian(transport[2..]),
        Sequence = ReadUInt32BigEndian(transport[4..]),
    };
}
