namespace Weir.Rules.Tc;

/// <summary>What went through a qdisc, a class or an action, as <c>tc -s</c> prints it.</summary>
public sealed record TcStatistics
{
    public ulong Bytes { get; init; }
    public ulong Packets { get; init; }
    public uint Drops { get; init; }
    public uint Overlimits { get; init; }
    public uint Requeues { get; init; }
    /// <summary>Bytes that wait.</summary>
    public uint Backlog { get; init; }
    /// <summary>Packets that wait.</summary>
    public uint QueueLength { get; init; }
    /// <summary>Nothing is known of bytes and packets, only of the queue: a flow of fq_codel.</summary>
    public bool OnlyQueue { get; init; }
    /// <summary>What a class of htb counts beyond that.</summary>
    public TcHtbStatistics? Htb { get; init; }
    /// <summary>What codel counts beyond that.</summary>
    public TcCodelStatistics? Codel { get; init; }
    /// <summary>What fq_codel counts beyond that.</summary>
    public TcFqCodelStatistics? FqCodel { get; init; }
    /// <summary>What a flow of fq_codel, which is listed as a class, counts beyond that.</summary>
    public TcFqCodelFlowStatistics? FqCodelFlow { get; init; }
}

/// <summary>By tc's names; <c>ldelay</c> and <c>drop_next</c> in microseconds.</summary>
public sealed record TcCodelStatistics(uint Count, uint LastCount, uint Delay, bool Dropping, int DropNext, uint LargestPacket, uint EcnMarks, uint DropsOverLimit, uint ThresholdMarks);

/// <summary>By tc's names; the memory in bytes.</summary>
public sealed record TcFqCodelStatistics(uint LargestPacket, uint DropsOverLimit, uint NewFlowCount, uint EcnMarks, uint ThresholdMarks, uint MemoryUsed, uint DropsOverMemory, uint NewFlows, uint OldFlows);

/// <summary>By tc's names; <c>ldelay</c> and <c>drop_next</c> in microseconds.</summary>
public sealed record TcFqCodelFlowStatistics(int Deficit, uint Count, uint LastCount, uint Delay, bool Dropping, int DropNext);

/// <summary>How often a rule of u32 was tried and matched, and each of its words.</summary>
public sealed record TcU32Hits(ulong Tried, ulong Matched, IReadOnlyList<ulong> Words);

/// <summary>Packets by the class's own rate, by that of one above, and those too large for the table; what the two buckets hold, in ticks.</summary>
public sealed record TcHtbStatistics(uint Lends, uint Borrows, uint Giants, int Tokens, int CeilingTokens);

/// <summary>Seconds since an action was made, used last, used first, and until it ends by itself; null where tc prints none.</summary>
public sealed record TcActionTimes(ulong? Installed, ulong? Used, ulong? FirstUsed, ulong? Expires);
