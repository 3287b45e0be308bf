using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary><c>netem</c>: delays, loses, doubles, damages and reorders. A chance is a fraction of 2^32-1.</summary>
public sealed record NetemQdisc : QdiscOptions
{
    /// <summary>Packets that may wait.</summary>
    public uint Limit { get; init; } = 1000;
    /// <summary>Nanoseconds; the kernel keeps multiples of 64, up to 4.6 minutes.</summary>
    public ulong Delay { get; init; }
    /// <inheritdoc cref="Delay"/>
    public ulong Jitter { get; init; }
    public uint DelayCorrelation { get; init; }
    public uint Loss { get; init; }
    public uint LossCorrelation { get; init; }
    /// <summary>Loss in bursts (Gilbert and Elliott), instead of <see cref="Loss"/>.</summary>
    public GilbertElliottLoss? BurstLoss { get; init; }
    /// <summary>Loss by a Markov chain of four states, instead of <see cref="Loss"/>.</summary>
    public FourStateLoss? StateLoss { get; init; }
    public uint Duplicate { get; init; }
    public uint DuplicateCorrelation { get; init; }
    public uint Reorder { get; init; }
    public uint ReorderCorrelation { get; init; }
    /// <summary>Every so many packets one goes ahead at once.</summary>
    public uint Gap { get; init; }
    public uint Corrupt { get; init; }
    public uint CorruptCorrelation { get; init; }
    /// <summary>Bytes per second; 0 for no limit.</summary>
    public ulong Rate { get; init; }
    public int PacketOverhead { get; init; }
    public uint CellSize { get; init; }
    public int CellOverhead { get; init; }
    /// <summary>Marks by ECN instead of losing.</summary>
    public bool Ecn { get; init; }
    /// <summary>Packets are let through in slots.</summary>
    public NetemSlot? Slot { get; init; }
    /// <summary>Read back something that is not known here (slots of a distribution); it can't be asked for.</summary>
    public bool HasUnknown { get; init; }
}

/// <summary>struct tc_netem_gemodel: from good to bad, back, no loss in the bad state (h; tc writes 1-h), loss in the good one.</summary>
public sealed record GilbertElliottLoss(uint P, uint R, uint PassInBad, uint LossInGood);

/// <summary>struct tc_netem_gimodel: chances of going from one state to another.</summary>
public sealed record FourStateLoss(uint P13, uint P31, uint P32, uint P23, uint P14);

/// <summary>struct tc_netem_slot: nanoseconds between slots, packets and bytes in one; 0 for no limit.</summary>
public sealed record NetemSlot(long MinimumDelay, long MaximumDelay, int Packets, int Bytes);

/// <summary>include/uapi/linux/pkt_sched.h</summary>
internal enum NetemAttribute : ushort
{
    TCA_NETEM_CORR = 1,
    TCA_NETEM_REORDER = 3,
    TCA_NETEM_CORRUPT = 4,
    TCA_NETEM_LOSS = 5,
    TCA_NETEM_RATE = 6,
    TCA_NETEM_ECN = 7,
    TCA_NETEM_RATE64 = 8,
    TCA_NETEM_SLOT = 12,
}

/// <summary>include/uapi/linux/pkt_sched.h</summary>
internal enum NetemLossAttribute : ushort
{
    NETEM_LOSS_GI = 1,
    NETEM_LOSS_GE = 2,
}

/// <summary>How a NetemQdisc looks on the wire: TCA_OPTIONS begins with struct tc_netem_qopt, and attributes follow inside.</summary>
internal static class NetemMessage
{
    /// <summary>struct tc_netem_qopt, 24 bytes. Latency and jitter in ticks.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Options
    {
        public uint Latency;
        public uint Limit;
        public uint Loss;
        public uint Gap;
        public uint Duplicate;
        public uint Jitter;
    }

    /// <summary>struct tc_netem_corr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Correlations
    {
        public uint Delay;
        public uint Loss;
        public uint Duplicate;
    }

    /// <summary>struct tc_netem_reorder, struct tc_netem_corrupt.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Chance
    {
        public uint Probability;
        public uint Correlation;
    }

    /// <summary>struct tc_netem_rate.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RateOptions
    {
        public uint Rate;
        public int PacketOverhead;
        public uint CellSize;
        public int CellOverhead;
    }

    /// <summary>struct tc_netem_gemodel.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Bursts
    {
        public uint P;
        public uint R;
        public uint H;
        public uint K1;
    }

    /// <summary>struct tc_netem_gimodel, whose order is not that of the numbers.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct States
    {
        public uint P13;
        public uint P31;
        public uint P32;
        public uint P14;
        public uint P23;
    }

    /// <summary>struct tc_netem_slot, 40 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SlotOptions
    {
        public long MinimumDelay;
        public long MaximumDelay;
        public int Packets;
        public int Bytes;
        public long DistributionDelay;
        public long DistributionJitter;
    }

    internal static void Write(ref NetlinkWriter writer, NetemQdisc netem)
    {
        if (netem.HasUnknown)
            throw new ArgumentException("this netem has options that are not known here", nameof(netem));
        var nest = writer.BeginNested(TrafficControlAttribute.TCA_OPTIONS);
        writer.WriteFixed(new Options
        {
            Latency = (uint)Math.Min(netem.Delay / PacketSchedule.Tick, uint.MaxValue),
            Limit = netem.Limit,
            Loss = netem.Loss,
            // Reordering needs a gap; 1 is what tc gives it.
            Gap = netem.Gap == 0 && netem.Reorder != 0 ? 1 : netem.Gap,
            Duplicate = netem.Duplicate,
            Jitter = (uint)Math.Min(netem.Jitter / PacketSchedule.Tick, uint.MaxValue),
        });
        if ((netem.DelayCorrelation | netem.LossCorrelation | netem.DuplicateCorrelation) != 0)
            writer.WriteBytes(NetemAttribute.TCA_NETEM_CORR, MemoryMarshal.AsBytes([new Correlations { Delay = netem.DelayCorrelation, Loss = netem.LossCorrelation, Duplicate = netem.DuplicateCorrelation }]));
        if (netem.Reorder != 0)
            writer.WriteBytes(NetemAttribute.TCA_NETEM_REORDER, MemoryMarshal.AsBytes([new Chance { Probability = netem.Reorder, Correlation = netem.ReorderCorrelation }]));
        if (netem.Corrupt != 0)
            writer.WriteBytes(NetemAttribute.TCA_NETEM_CORRUPT, MemoryMarshal.AsBytes([new Chance { Probability = netem.Corrupt, Correlation = netem.CorruptCorrelation }]));
        if (netem.BurstLoss is { } bursts)
        {
            var loss = writer.BeginNested(NetemAttribute.TCA_NETEM_LOSS);
            writer.WriteBytes(NetemLossAttribute.NETEM_LOSS_GE, MemoryMarshal.AsBytes([new Bursts { P = bursts.P, R = bursts.R, H = bursts.PassInBad, K1 = bursts.LossInGood }]));
            writer.EndNested(loss);
        }

        if (netem.StateLoss is { } states)
        {
            var loss = writer.BeginNested(NetemAttribute.TCA_NETEM_LOSS);
            writer.WriteBytes(NetemLossAttribute.NETEM_LOSS_GI, MemoryMarshal.AsBytes([new States { P13 = states.P13, P31 = states.P31, P32 = states.P32, P14 = states.P14, P23 = states.P23 }]));
            writer.EndNested(loss);
        }

        if (netem.Slot is { } slot)
            writer.WriteBytes(NetemAttribute.TCA_NETEM_SLOT, MemoryMarshal.AsBytes([new SlotOptions { MinimumDelay = slot.MinimumDelay, MaximumDelay = slot.MaximumDelay, Packets = slot.Packets, Bytes = slot.Bytes }]));
        if (netem.Ecn)
            writer.WriteUInt32(NetemAttribute.TCA_NETEM_ECN, 1);
        if (netem.Rate != 0)
        {
            if (netem.Rate >= uint.MaxValue)
                writer.WriteBytes(NetemAttribute.TCA_NETEM_RATE64, MemoryMarshal.AsBytes([netem.Rate]));
            writer.WriteBytes(NetemAttribute.TCA_NETEM_RATE, MemoryMarshal.AsBytes([new RateOptions
            {
                Rate = (uint)Math.Min(netem.Rate, uint.MaxValue),
                PacketOverhead = netem.PacketOverhead,
                CellSize = netem.CellSize,
                CellOverhead = netem.CellOverhead,
            }]));
        }

        writer.EndNested(nest);
    }

    internal static NetemQdisc Read(NetlinkAttribute attribute)
    {
        const int size = 24;
        var options = attribute.Read<Options>();
        var netem = new NetemQdisc
        {
            Limit = options.Limit,
            Delay = options.Latency * PacketSchedule.Tick,
            Jitter = options.Jitter * PacketSchedule.Tick,
            Loss = options.Loss,
            Duplicate = options.Duplicate,
            Gap = options.Gap,
        };
        ulong rate64 = 0;
        foreach (var inner in new NetlinkAttributes(attribute.Value.Length > size ? attribute.Value[size..] : default))
        {
            switch ((NetemAttribute)inner.Type)
            {
                case NetemAttribute.TCA_NETEM_CORR:
                    var correlations = inner.Read<Correlations>();
                    netem = netem with { DelayCorrelation = correlations.Delay, LossCorrelation = correlations.Loss, DuplicateCorrelation = correlations.Duplicate };
                    break;
                case NetemAttribute.TCA_NETEM_REORDER:
                    var reorder = inner.Read<Chance>();
                    netem = netem with { Reorder = reorder.Probability, ReorderCorrelation = reorder.Correlation };
                    break;
                case NetemAttribute.TCA_NETEM_CORRUPT:
                    var corrupt = inner.Read<Chance>();
                    netem = netem with { Corrupt = corrupt.Probability, CorruptCorrelation = corrupt.Correlation };
                    break;
                case NetemAttribute.TCA_NETEM_LOSS:
                    netem = ReadLoss(netem, inner.Nested);
                    break;
                case NetemAttribute.TCA_NETEM_RATE:
                    var rate = inner.Read<RateOptions>();
                    netem = netem with { Rate = rate.Rate, PacketOverhead = rate.PacketOverhead, CellSize = rate.CellSize, CellOverhead = rate.CellOverhead };
                    break;
                case NetemAttribute.TCA_NETEM_RATE64:
                    rate64 = inner.UInt64;
                    break;
                case NetemAttribute.TCA_NETEM_ECN:
                    netem = netem with { Ecn = inner.UInt32 != 0 };
                    break;
                case NetemAttribute.TCA_NETEM_SLOT:
                    var slot = inner.Read<SlotOptions>();
                    netem = slot.DistributionJitter != 0 ? netem with { HasUnknown = true } : netem with { Slot = new NetemSlot(slot.MinimumDelay, slot.MaximumDelay, slot.Packets, slot.Bytes) };
                    break;
            }
        }

        return rate64 == 0 ? netem : netem with { Rate = rate64 };
    }

    private static NetemQdisc ReadLoss(NetemQdisc netem, NetlinkAttributes attributes)
    {
        foreach (var attribute in attributes)
        {
            if ((NetemLossAttribute)attribute.Type == NetemLossAttribute.NETEM_LOSS_GE)
            {
                var bursts = attribute.Read<Bursts>();
                netem = netem with { BurstLoss = new GilbertElliottLoss(bursts.P, bursts.R, bursts.H, bursts.K1) };
            }
            else if ((NetemLossAttribute)attribute.Type == NetemLossAttribute.NETEM_LOSS_GI)
            {
                var states = attribute.Read<States>();
                netem = netem with { StateLoss = new FourStateLoss(states.P13, states.P31, states.P32, states.P23, states.P14) };
            }
            else
            {
                netem = netem with { HasUnknown = true };
            }
        }

        return netem;
    }
}
