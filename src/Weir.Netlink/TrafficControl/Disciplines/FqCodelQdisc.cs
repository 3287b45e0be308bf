using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Classifiers;

namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary><c>fq_codel</c>: codel for each of many flows (RFC 8290). What is null is the kernel's choice.</summary>
public sealed record FqCodelQdisc : QdiscOptions
{
    /// <summary>Packets that may wait, of all flows.</summary>
    public uint? Limit { get; init; }
    /// <summary>Queues that flows are spread over, up to 65536; only when it is made.</summary>
    public uint? Flows { get; init; }
    /// <summary>Bytes that a flow sends in its turn.</summary>
    public uint? Quantum { get; init; }
    /// <inheritdoc cref="CodelQdisc.Target"/>
    public uint? Target { get; init; }
    /// <inheritdoc cref="CodelQdisc.Interval"/>
    public uint? Interval { get; init; }
    /// <inheritdoc cref="CodelQdisc.MarkThreshold"/>
    public uint? MarkThreshold { get; init; }
    /// <summary>Only packets whose DS field is this, under the mask, are marked after the threshold.</summary>
    public Masked<byte>? MarkSelector { get; init; }
    /// <summary>Bytes of memory that waiting packets may take.</summary>
    public uint? MemoryLimit { get; init; }
    public bool? Ecn { get; init; }
    /// <summary>Packets that are dropped at once when the limit is reached.</summary>
    public uint? DropBatch { get; init; }
}

/// <summary>include/uapi/linux/pkt_sched.h</summary>
internal enum FqCodelAttribute : ushort
{
    TCA_FQ_CODEL_TARGET = 1,
    TCA_FQ_CODEL_LIMIT = 2,
    TCA_FQ_CODEL_INTERVAL = 3,
    TCA_FQ_CODEL_ECN = 4,
    TCA_FQ_CODEL_FLOWS = 5,
    TCA_FQ_CODEL_QUANTUM = 6,
    TCA_FQ_CODEL_CE_THRESHOLD = 7,
    TCA_FQ_CODEL_DROP_BATCH_SIZE = 8,
    TCA_FQ_CODEL_MEMORY_LIMIT = 9,
    TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR = 10,
    TCA_FQ_CODEL_CE_THRESHOLD_MASK = 11,
}

/// <summary>How a FqCodelQdisc looks inside TCA_OPTIONS.</summary>
internal static class FqCodelMessage
{
    internal static void Write(ref NetlinkWriter writer, FqCodelQdisc codel)
    {
        CodelMessage.WriteIf(ref writer, FqCodelAttribute.TCA_FQ_CODEL_LIMIT, codel.Limit);
        CodelMessage.WriteIf(ref writer, FqCodelAttribute.TCA_FQ_CODEL_FLOWS, codel.Flows);
        CodelMessage.WriteIf(ref writer, FqCodelAttribute.TCA_FQ_CODEL_QUANTUM, codel.Quantum);
        CodelMessage.WriteIf(ref writer, FqCodelAttribute.TCA_FQ_CODEL_TARGET, codel.Target);
        CodelMessage.WriteIf(ref writer, FqCodelAttribute.TCA_FQ_CODEL_INTERVAL, codel.Interval);
        CodelMessage.WriteIf(ref writer, FqCodelAttribute.TCA_FQ_CODEL_ECN, codel.Ecn is { } ecn ? ecn ? 1u : 0 : null);
        CodelMessage.WriteIf(ref writer, FqCodelAttribute.TCA_FQ_CODEL_CE_THRESHOLD, codel.MarkThreshold);
        if (codel.MarkSelector is { } selector)
        {
            writer.WriteBytes(FqCodelAttribute.TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR, [selector.Value]);
            writer.WriteBytes(FqCodelAttribute.TCA_FQ_CODEL_CE_THRESHOLD_MASK, [selector.Mask]);
        }

        CodelMessage.WriteIf(ref writer, FqCodelAttribute.TCA_FQ_CODEL_MEMORY_LIMIT, codel.MemoryLimit);
        CodelMessage.WriteIf(ref writer, FqCodelAttribute.TCA_FQ_CODEL_DROP_BATCH_SIZE, codel.DropBatch);
    }

    internal static FqCodelQdisc Read(NetlinkAttributes attributes)
    {
        FqCodelQdisc codel = new();
        foreach (var attribute in attributes)
        {
            codel = (FqCodelAttribute)attribute.Type switch
            {
                FqCodelAttribute.TCA_FQ_CODEL_LIMIT => codel with { Limit = attribute.UInt32 },
                FqCodelAttribute.TCA_FQ_CODEL_FLOWS => codel with { Flows = attribute.UInt32 },
                FqCodelAttribute.TCA_FQ_CODEL_QUANTUM => codel with { Quantum = attribute.UInt32 },
                FqCodelAttribute.TCA_FQ_CODEL_TARGET => codel with { Target = attribute.UInt32 },
                FqCodelAttribute.TCA_FQ_CODEL_INTERVAL => codel with { Interval = attribute.UInt32 },
                FqCodelAttribute.TCA_FQ_CODEL_ECN => codel with { Ecn = attribute.UInt32 != 0 },
                FqCodelAttribute.TCA_FQ_CODEL_CE_THRESHOLD => codel with { MarkThreshold = attribute.UInt32 },
                FqCodelAttribute.TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR => codel with { MarkSelector = new(attribute.UInt8, codel.MarkSelector?.Mask ?? 0) },
                FqCodelAttribute.TCA_FQ_CODEL_CE_THRESHOLD_MASK => codel with { MarkSelector = new(codel.MarkSelector?.Value ?? 0, attribute.UInt8) },
                FqCodelAttribute.TCA_FQ_CODEL_MEMORY_LIMIT => codel with { MemoryLimit = attribute.UInt32 },
                FqCodelAttribute.TCA_FQ_CODEL_DROP_BATCH_SIZE => codel with { DropBatch = attribute.UInt32 },
                _ => codel,
            };
        }

        // An empty mask is none.
        return codel.MarkSelector is { Value: 0, Mask: 0 } ? codel with { MarkSelector = null } : codel;
    }
}
