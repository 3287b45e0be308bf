namespace Weir.TcpIp.Tcp;

/// <summary>What IP says of a segment that it hands up.</summary>
public readonly record struct SegmentArrival
{
    public required UInt128 Source { get; init; }

    public required UInt128 Destination { get; init; }

    /// <summary>The two ECN bits of the IP header: 3 is congestion experienced.</summary>
    public byte Ecn { get; init; }

    /// <summary>The interface that it came in on.</summary>
    public int Interface { get; init; }

    /// <summary>The destination is one of the stack's own addresses; false: only transparent listeners may have it.</summary>
    public bool IsLocal { get; init; }
}
