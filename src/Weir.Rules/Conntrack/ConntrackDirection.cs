using System.Net;

namespace Weir.Rules.Conntrack;

/// <summary>One direction of a connection. What is null does not stand in the line.</summary>
public sealed record ConntrackDirection
{
    public required IPAddress Source { get; init; }

    public required IPAddress Destination { get; init; }

    public ushort? SourcePort { get; init; }

    public ushort? DestinationPort { get; init; }

    public byte? IcmpType { get; init; }

    public byte? IcmpCode { get; init; }

    public ushort? IcmpId { get; init; }

    /// <summary>Of GRE.</summary>
    public ushort? SourceKey { get; init; }

    /// <summary>Of GRE.</summary>
    public ushort? DestinationKey { get; init; }

    public ulong? Packets { get; init; }

    public ulong? Bytes { get; init; }
}
