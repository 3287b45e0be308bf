namespace Weir.TcpIp.Udp;

/// <summary>Where a datagram came from, and where it was sent to.</summary>
public readonly record struct UdpArrival
{
    public required UInt128 Source { get; init; }

    public required ushort SourcePort { get; init; }

    /// <summary>As the sender wrote it: with a transparent socket any address.</summary>
    public required UInt128 Destination { get; init; }

    public required ushort DestinationPort { get; init; }

    /// <summary>The interface that it came in on.</summary>
    public int Interface { get; init; }

    /// <summary>The two ECN bits of the IP header (RFC 3168 5).</summary>
    public byte Ecn { get; init; }

    /// <summary>When.</summary>
    public TimeSpan Time { get; init; }
}

/// <summary>What ICMP said of a datagram that a socket has sent.</summary>
/// <param name="Kind">As IcmpError has it: a closed port is Unreachable.</param>
/// <param name="Code">ICMP's or ICMPv6's.</param>
/// <param name="Remote">Whom the datagram was for.</param>
/// <param name="RemotePort">Its port.</param>
/// <param name="Mtu">Bytes of the largest packet that passes, with PacketTooBig.</param>
public readonly record struct UdpError(Packets.IcmpErrorKind Kind, byte Code, UInt128 Remote, ushort RemotePort, int Mtu);
