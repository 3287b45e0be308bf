namespace Weir.TcpIp.Tcp;

/// <summary>An ICMP or ICMPv6 error about a segment of ours, as far as TCP cares (RFC 9293 3.9.2.2).</summary>
public readonly record struct TcpIcmpError
{
    public required TcpIcmpErrorKind Kind { get; init; }

    /// <summary>Source of the quoted packet: this end.</summary>
    public required UInt128 LocalAddress { get; init; }

    public required UInt128 RemoteAddress { get; init; }

    public required ushort LocalPort { get; init; }

    public required ushort RemotePort { get; init; }

    /// <summary>Of the quoted segment: who can't know it is not believed (RFC 5927 4.1).</summary>
    public required uint Sequence { get; init; }

    /// <summary>For <see cref="TcpIcmpErrorKind.PacketTooBig"/>: bytes of the largest segment, with its header, that fits the reported MTU.</summary>
    public int MaxSegment { get; init; }
}

/// <summary>What an ICMP error means for a connection.</summary>
public enum TcpIcmpErrorKind : byte
{
    /// <summary>Network or host unreachable, time exceeded, source route failed: soft, the path may come back.</summary>
    Unreachable,
    /// <summary>ICMP 3/3, ICMPv6 1/4.</summary>
    PortUnreachable,
    /// <summary>ICMP 3/2, ICMPv6 4/1.</summary>
    ProtocolUnreachable,
    /// <summary>Administratively prohibited: ICMP 3/9, 3/10, 3/13, ICMPv6 1/1, 1/5, 1/6.</summary>
    Prohibited,
    /// <summary>ICMP 3/4, ICMPv6 2.</summary>
    PacketTooBig,
}
