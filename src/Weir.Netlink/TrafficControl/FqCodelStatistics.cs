using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary>What fq_codel counts by itself.</summary>
public sealed record FqCodelStatistics
{
    public uint LargestPacket { get; init; }
    /// <summary>Dropped because the limit was reached.</summary>
    public uint DropsOverLimit { get; init; }
    public uint EcnMarks { get; init; }
    /// <summary>How often a flow was a new one.</summary>
    public uint NewFlowCount { get; init; }
    /// <summary>Flows in the list of the new ones, and of the old ones.</summary>
    public uint NewFlows { get; init; }
    /// <inheritdoc cref="NewFlows"/>
    public uint OldFlows { get; init; }
    /// <summary>Marked because of <c>ce_threshold</c>.</summary>
    public uint ThresholdMarks { get; init; }
    /// <summary>Bytes that the waiting packets take.</summary>
    public uint MemoryUsed { get; init; }
    /// <summary>Dropped because of <c>memory_limit</c>.</summary>
    public uint DropsOverMemory { get; init; }

    /// <summary>struct tc_fq_codel_xstats with the qdisc's part of its union (include/uapi/linux/pkt_sched.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedStatistics
    {
        public uint Type;
        public uint LargestPacket;
        public uint DropsOverLimit;
        public uint EcnMarks;
        public uint NewFlowCount;
        public uint NewFlows;
        public uint OldFlows;
        public uint ThresholdMarks;
        public uint MemoryUsed;
        public uint DropsOverMemory;
    }

    internal static FqCodelStatistics Read(NetlinkAttribute attribute)
    {
        var read = attribute.Read<ExtendedStatistics>();
        return new FqCodelStatistics
        {
            LargestPacket = read.LargestPacket,
            DropsOverLimit = read.DropsOverLimit,
            EcnMarks = read.EcnMarks,
            NewFlowCount = read.NewFlowCount,
            NewFlows = read.NewFlows,
            OldFlows = read.OldFlows,
            ThresholdMarks = read.ThresholdMarks,
            MemoryUsed = read.MemoryUsed,
            DropsOverMemory = read.DropsOverMemory,
        };
    }
}
