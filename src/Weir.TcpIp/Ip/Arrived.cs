namespace Weir.TcpIp.Ip;

/// <summary>Whom a destination address means.</summary>
internal enum DestinationKind : byte
{
    /// <summary>One of our own addresses.</summary>
    Local,
    /// <summary>All hosts of a link (IPv4).</summary>
    Broadcast,
    /// <summary>A group that the interface is in.</summary>
    Multicast,
    /// <summary>Somebody else, at a transparent interface.</summary>
    Foreign,
    /// <summary>Somebody else, and we are no router.</summary>
    NotOurs,
}

/// <summary>A packet whose IP headers have been read.</summary>
internal readonly ref struct Arrived
{
    public required StackInterface Input { get; init; }

    /// <summary>From the first byte of the IP header to the end that its length says.</summary>
    public required ReadOnlySpan<byte> Packet { get; init; }

    public required int TransportOffset { get; init; }

    public required UInt128 Source { get; init; }

    public required UInt128 Destination { get; init; }

    public required DestinationKind Kind { get; init; }

    public byte Protocol { get; init; }

    public byte HopLimit { get; init; }

    public byte TrafficClass { get; init; }

    /// <summary>The transport checksum need not be looked at.</summary>
    public bool ChecksumVerified { get; init; }

    /// <summary>The frame was sent to an Ethernet group address.</summary>
    public bool ToLinkGroup { get; init; }

    public bool IsIpv4 => Packets.IpAddressBits.IsIpv4(Destination);

    public ReadOnlySpan<byte> Transport => Packet[TransportOffset..];
}
