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
    /// <summary>What a class of htb counts beyond that.</summary>
    public TcHtbStatistics? Htb { get; init; }
}

/// <summary>Packets by the class's own rate, by that of one above, and those too large for the table; what the two buckets hold, in ticks.</summary>
public sealed record TcHtbStatistics(uint Lends, uint Borrows, uint Giants, int Tokens, int CeilingTokens);

/// <summary>Seconds since an action was made, used last, used first, and until it ends by itself; null where tc prints none.</summary>
public sealed record TcActionTimes(ulong? Installed, ulong? Used, ulong? FirstUsed, ulong? Expires);
