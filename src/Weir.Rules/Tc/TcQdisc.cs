namespace Weir.Rules.Tc;

/// <summary>A queueing discipline: a line of <c>tc qdisc show</c>.</summary>
public sealed record TcQdisc(string Name) : TcObject
{
    public override string Kind => Name;
    public uint Handle { get; init; }
    public uint Parent { get; init; } = TcHandle.Root;
    /// <summary>Null where tc prints none.</summary>
    public uint? References { get; init; }
    /// <summary>The device was not printed, since <c>tc qdisc show dev X</c> was asked for.</summary>
    public bool DeviceUnsaid { get; init; }
    /// <summary>What is said of it; null when nothing is, or nothing that is known here.</summary>
    public TcDiscipline? Discipline { get; init; }
    /// <summary>What tc printed after the place, when it is not known here.</summary>
    public string UnknownOptions { get; init; } = "";
    /// <summary>Null when it is not known; printed only on demand.</summary>
    public TcStatistics? Statistics { get; init; }
}

/// <summary>What is said of a qdisc beyond its kind and place.</summary>
public abstract record TcDiscipline;

/// <summary><c>pfifo</c>, <c>bfifo</c>: packets or bytes; null for the link's own length.</summary>
public sealed record TcFifo(uint? Limit) : TcDiscipline;

/// <summary><c>prio</c>, <c>pfifo_fast</c>: a band for each of 16 priorities.</summary>
public sealed record TcPrio(uint Bands, IReadOnlyList<byte> Map) : TcDiscipline;

/// <summary><c>codel</c>, <c>fq_codel</c>; times in microseconds, memory in bytes. What is null is not said.</summary>
public sealed record TcCodel : TcDiscipline
{
    public uint? Limit { get; init; }
    public uint? Flows { get; init; }
    public uint? Quantum { get; init; }
    public uint? Target { get; init; }
    public uint? Interval { get; init; }
    public uint? MarkThreshold { get; init; }
    public TcMasked? MarkSelector { get; init; }
    public uint? MemoryLimit { get; init; }
    public bool? Ecn { get; init; }
    public uint? DropBatch { get; init; }
}

/// <summary>A byte under a mask.</summary>
public readonly record struct TcMasked(byte Value, byte Mask);

/// <summary><c>tbf</c>; rates in bytes per second, sizes in bytes, the latency in microseconds: below 0 when tc printed the limit instead.</summary>
public sealed record TcTbf(ulong Rate, uint Burst, double Latency) : TcDiscipline
{
    /// <summary>Bytes that may wait, when that was said instead of the latency.</summary>
    public uint? Limit { get; init; }
    public ulong PeakRate { get; init; }
    public uint MinimumBurst { get; init; }
    public ushort Overhead { get; init; }
    public ushort MinimumPacket { get; init; }
    public bool Atm { get; init; }
}

/// <summary><c>htb</c>.</summary>
public sealed record TcHtb(uint RateToQuantum, uint DefaultClass) : TcDiscipline
{
    public uint DirectPackets { get; init; }
    public uint? DirectQueueLength { get; init; }
}

/// <summary><c>netem</c>; times in microseconds, chances as fractions of 2^32-1, rates in bytes per second.</summary>
public sealed record TcNetem(uint Limit) : TcDiscipline
{
    /// <summary>Null for none; tc prints the shortest one as 0us.</summary>
    public uint? Delay { get; init; }
    public uint Jitter { get; init; }
    public uint DelayCorrelation { get; init; }
    public uint Loss { get; init; }
    public uint LossCorrelation { get; init; }
    /// <summary><c>loss gemodel p r 1-h 1-k</c>; null for none.</summary>
    public TcBurstLoss? BurstLoss { get; init; }
    /// <summary><c>loss state p13 p31 p32 p23 p14</c>; null for none.</summary>
    public TcStateLoss? StateLoss { get; init; }
    public uint Duplicate { get; init; }
    public uint DuplicateCorrelation { get; init; }
    public uint Reorder { get; init; }
    public uint ReorderCorrelation { get; init; }
    public uint Corrupt { get; init; }
    public uint CorruptCorrelation { get; init; }
    public ulong Rate { get; init; }
    public int PacketOverhead { get; init; }
    public uint CellSize { get; init; }
    public int CellOverhead { get; init; }
    public bool Ecn { get; init; }
    public uint Gap { get; init; }
    public TcSlot? Slot { get; init; }
}

/// <summary>A Markov chain of four states: chances of going from one to another.</summary>
public sealed record TcStateLoss(uint P13, uint P31, uint P32, uint P23, uint P14);

/// <summary><c>slot MIN MAX packets N bytes N</c>: times in nanoseconds, 0 for no limit.</summary>
public sealed record TcSlot(long MinimumDelay, long MaximumDelay, int Packets, int Bytes);

/// <summary>As tc counts: <paramref name="LossInBad"/> is its 1-h, <paramref name="LossInGood"/> its 1-k.</summary>
public sealed record TcBurstLoss(uint P, uint R, uint LossInBad, uint LossInGood);

/// <summary>A class: a line of <c>tc class show</c>.</summary>
public sealed record TcClass(string Name) : TcObject
{
    public override string Kind => Name;
    public uint Handle { get; init; }
    public uint Parent { get; init; }
    /// <summary>The qdisc that hangs on it; 0 for none.</summary>
    public uint Leaf { get; init; }
    public TcHtbClass? Htb { get; init; }
    public string UnknownOptions { get; init; } = "";
    /// <summary>Null when the kernel counts nothing here; printed only on demand.</summary>
    public TcStatistics? Statistics { get; init; }
}

/// <summary>A class of htb; rates in bytes per second, sizes in bytes. A burst of 0 is tc's own choice.</summary>
public sealed record TcHtbClass(ulong Rate, ulong Ceiling, uint Burst, uint CeilingBurst)
{
    /// <summary>Null where tc prints none: a class with others below it.</summary>
    public uint? Priority { get; init; }
    public uint Quantum { get; init; }
    public ushort Overhead { get; init; }
    public ushort MinimumPacket { get; init; }
    public bool Atm { get; init; }
}
