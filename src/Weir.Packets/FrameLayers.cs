namespace Weir.Packets;

/// <summary>Where the layers of one Ethernet frame begin, found in one pass over its headers.</summary>
/// <remarks>The packet loop's view of a frame: offsets and the few fields that a session is known by, no copy, no allocation.</remarks>
public struct FrameLayers
{
    /// <summary>Reads the headers once. <see cref="PacketError.None"/>: all offsets lie inside <paramref name="frame"/>.</summary>
    public static PacketError Parse(ReadOnlySpan<byte> frame, out FrameLayers layers) => throw new NotImplementedException();

    /// <summary>The ethertype behind all VLAN tags, host order.</summary>
    public ushort EtherType { get; internal set; }

    /// <summary>4, 6, or 0 when the frame carries no IP.</summary>
    public byte IpVersion { get; internal set; }

    /// <summary>The transport protocol behind all extension headers (IANA number).</summary>
    public byte Protocol { get; internal set; }

    public int NetworkOffset { get; internal set; }

    public int TransportOffset { get; internal set; }

    public int PayloadOffset { get; internal set; }

    /// <summary>Bytes of transport payload that the IP length promises and the frame holds; padding behind it is not counted.</summary>
    public int PayloadLength { get; internal set; }

    /// <summary>Source and destination, IPv4 as IPv4-mapped IPv6 (::ffff:a.b.c.d), most significant byte first.</summary>
    public UInt128 Source { get; internal set; }

    public UInt128 Destination { get; internal set; }

    /// <summary>TCP and UDP ports; for ICMP echo the identifier in both; otherwise 0. Host order.</summary>
    public ushort SourcePort { get; internal set; }

    public ushort DestinationPort { get; internal set; }

    /// <summary>The flags byte of a TCP header (CWR ECE URG ACK PSH RST SYN FIN), 0 for others.</summary>
    public byte TcpFlags { get; internal set; }

    public uint TcpSequence { get; internal set; }

    public uint TcpAcknowledgment { get; internal set; }

    /// <summary>ICMP and ICMPv6 type and code.</summary>
    public byte IcmpType { get; internal set; }

    public byte IcmpCode { get; internal set; }

    /// <summary>A fragment of a larger packet (MF set or offset not 0).</summary>
    public bool IsFragment { get; internal set; }

    /// <summary>A fragment that does not hold the transport header; ports are 0.</summary>
    public bool IsLaterFragment { get; internal set; }

    /// <summary>The fragment identification (16 bits in IPv4, 32 in IPv6).</summary>
    public uint FragmentId { get; internal set; }

    public byte TimeToLive { get; internal set; }
}
