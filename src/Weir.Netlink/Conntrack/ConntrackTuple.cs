using System.Net;

namespace Weir.Netlink.Conntrack;

/// <summary>One direction of a connection as its packets carry it.</summary>
public sealed record ConntrackTuple
{
    public required IPAddress Source { get; init; }

    public required IPAddress Destination { get; init; }

    /// <summary>IPPROTO_.</summary>
    public required byte Protocol { get; init; }

    /// <summary>Null for protocols without ports; GRE's key.</summary>
    public ushort? SourcePort { get; init; }

    /// <inheritdoc cref="SourcePort"/>
    public ushort? DestinationPort { get; init; }

    public byte? IcmpType { get; init; }

    public byte? IcmpCode { get; init; }

    public ushort? IcmpId { get; init; }

    /// <summary>A zone for this direction alone; null when the entry's counts.</summary>
    public ushort? Zone { get; init; }
}
