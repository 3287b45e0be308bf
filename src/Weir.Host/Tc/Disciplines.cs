using Weir.Netlink.TrafficControl.Disciplines;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>codel, fq_codel and netem: tc's text, the kernel's clocks.</summary>
internal static class Disciplines
{
    internal static TcCodel Print(CodelQdisc codel) => new() { Limit = codel.Limit, Target = codel.Target, Interval = codel.Interval, MarkThreshold = codel.MarkThreshold, Ecn = codel.Ecn };

    internal static TcCodel Print(FqCodelQdisc codel) => new()
    {
        Limit = codel.Limit,
        Flows = codel.Flows,
        Quantum = codel.Quantum,
        Target = codel.Target,
        Interval = codel.Interval,
        MarkThreshold = codel.MarkThreshold,
        MarkSelector = codel.MarkSelector is { } selector ? new TcMasked(selector.Value, selector.Mask) : null,
        MemoryLimit = codel.MemoryLimit,
        Ecn = codel.Ecn,
        DropBatch = codel.DropBatch,
    };

    internal static QdiscOptions Build(TcCodel codel, string kind, bool isListed) => kind == "codel"
        ? new CodelQdisc
        {
            Limit = codel.Limit,
            Target = Time(codel.Target, isListed),
            Interval = Time(codel.Interval, isListed),
            MarkThreshold = Time(codel.MarkThreshold, isListed),
            Ecn = codel.Ecn,
        }
        : new FqCodelQdisc
        {
            Limit = codel.Limit,
            Flows = codel.Flows,
            Quantum = codel.Quantum,
            Target = Time(codel.Target, isListed),
            Interval = Time(codel.Interval, isListed),
            MarkThreshold = Time(codel.MarkThreshold, isListed),
            MarkSelector = codel.MarkSelector is { } selector ? new(selector.Value, selector.Mask) : null,
            MemoryLimit = codel.MemoryLimit,
            Ecn = codel.Ecn,
            DropBatch = codel.DropBatch,
        };

    internal static TcNetem Print(NetemQdisc netem) => new(netem.Limit)
    {
        Delay = netem.Delay == 0 ? null : Microseconds(netem.Delay),
        Jitter = Microseconds(netem.Jitter),
        DelayCorrelation = netem.DelayCorrelation,
        Loss = netem.Loss,
        LossCorrelation = netem.LossCorrelation,
        BurstLoss = netem.BurstLoss is { } bursts ? new TcBurstLoss(bursts.P, bursts.R, uint.MaxValue - bursts.PassInBad, bursts.LossInGood) : null,
        StateLoss = netem.StateLoss is { } states ? new TcStateLoss(states.P13, states.P31, states.P32, states.P23, states.P14) : null,
        Duplicate = netem.Duplicate,
        DuplicateCorrelation = netem.DuplicateCorrelation,
        Reorder = netem.Reorder,
        ReorderCorrelation = netem.ReorderCorrelation,
        Corrupt = netem.Corrupt,
        CorruptCorrelation = netem.CorruptCorrelation,
        Rate = netem.Rate,
        PacketOverhead = netem.PacketOverhead,
        CellSize = netem.CellSize,
        CellOverhead = netem.CellOverhead,
        Ecn = netem.Ecn,
        Gap = netem.Gap,
        Slot = netem.Slot is { } slot ? new TcSlot(slot.MinimumDelay, slot.MaximumDelay, slot.Packets, slot.Bytes) : null,
    };

    internal static NetemQdisc Build(TcNetem netem, bool isListed) => new()
    {
        Limit = netem.Limit,
        // 0us is what tc prints of less than a microsecond.
        Delay = netem.Delay is { } delay ? Math.Max(Nanoseconds(delay, isListed), isListed ? PacketSchedule.Tick : 0) : 0,
        Jitter = Nanoseconds(netem.Jitter, isListed),
        DelayCorrelation = netem.DelayCorrelation,
        Loss = netem.Loss,
        LossCorrelation = netem.LossCorrelation,
        BurstLoss = netem.BurstLoss is { } bursts ? new GilbertElliottLoss(bursts.P, bursts.R, uint.MaxValue - bursts.LossInBad, bursts.LossInGood) : null,
        StateLoss = netem.StateLoss is { } states ? new FourStateLoss(states.P13, states.P31, states.P32, states.P23, states.P14) : null,
        Duplicate = netem.Duplicate,
        DuplicateCorrelation = netem.DuplicateCorrelation,
        Reorder = netem.Reorder,
        ReorderCorrelation = netem.ReorderCorrelation,
        Corrupt = netem.Corrupt,
        CorruptCorrelation = netem.CorruptCorrelation,
        Rate = netem.Rate,
        PacketOverhead = netem.PacketOverhead,
        CellSize = netem.CellSize,
        CellOverhead = netem.CellOverhead,
        Ecn = netem.Ecn,
        Gap = netem.Gap,
        Slot = netem.Slot is { } slot ? new NetemSlot(slot.MinimumDelay, slot.MaximumDelay, slot.Packets, slot.Bytes) : null,
    };

    private static uint Microseconds(ulong nanoseconds) => PacketSchedule.ToMicroseconds((uint)(nanoseconds / PacketSchedule.Tick));

    private static ulong Nanoseconds(uint microseconds, bool isListed) => isListed ? PacketSchedule.LeastTicks(microseconds) * PacketSchedule.Tick : microseconds * 1000ul;

    /// <summary>The kernel's clock of codel rounds a time down: what is listed was more.</summary>
    private static uint? Time(uint? microseconds, bool isListed)
    {
        if (microseconds is not { } time || !isListed)
            return microseconds;
        return Array.Find([time, time + 1, time + 2], other => TcUnits.PrintTime(CodelTime.Kept(other)) == TcUnits.PrintTime(time)) is not 0 and var found ? found : time;
    }
}
