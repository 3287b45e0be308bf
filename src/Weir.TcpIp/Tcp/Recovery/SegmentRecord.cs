namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>A segment that was sent and is not acknowledged. Positions count from the SYN, which is 0. A mutable struct, lives in the scoreboard, by ref.</summary>
internal struct SegmentRecord
{
    public long Start;

    /// <summary>When it was sent last.</summary>
    public long SentAt;

    /// <summary>Sequence space: payload, and one each for SYN and FIN.</summary>
    public int Length;

    public SegmentFlags Flags;

    /// <summary>Of one that the peer has: it and so many in all from here on are known to be had. What was reported is not gone through again.</summary>
    public ushort Skip;

    public readonly long End => Start + Length;

    public readonly bool Has(SegmentFlags flag) => (Flags & flag) != 0;
}

[Flags]
internal enum SegmentFlags : byte
{
    None = 0,
    /// <summary>The peer has it (RFC 2018), though not all before it.</summary>
    Sacked = 1,
    /// <summary>Held for lost, and not sent again since.</summary>
    Lost = 2,
    /// <summary>Was sent more than once.</summary>
    Retransmitted = 4,
}
