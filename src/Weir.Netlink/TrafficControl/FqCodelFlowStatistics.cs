using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary>What a flow of fq_codel counts, which is listed as a class; times in microseconds.</summary>
public sealed record FqCodelFlowStatistics
{
    /// <summary>Bytes that it may still send in this round; below 0 for a debt.</summary>
    public int Deficit { get; init; }
    /// <inheritdoc cref="CodelStatistics.Delay"/>
    public uint Delay { get; init; }
    /// <inheritdoc cref="CodelStatistics.Count"/>
    public uint Count { get; init; }
    /// <inheritdoc cref="CodelStatistics.Count"/>
    public uint LastCount { get; init; }
    /// <inheritdoc cref="CodelStatistics.Dropping"/>
    public bool Dropping { get; init; }
    /// <inheritdoc cref="CodelStatistics.DropNext"/>
    public int DropNext { get; init; }

    /// <summary>struct tc_fq_codel_xstats with the class's part of its union (include/uapi/linux/pkt_sched.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedStatistics
    {
        public uint Type;
        public int Deficit;
        public uint Delay;
        public uint Count;
        public uint LastCount;
        public uint Dropping;
        public int DropNext;
    }

    internal static FqCodelFlowStatistics Read(NetlinkAttribute attribute)
    {
        var read = attribute.Read<ExtendedStatistics>();
        return new FqCodelFlowStatistics { Deficit = read.Deficit, Delay = read.Delay, Count = read.Count, LastCount = read.LastCount, Dropping = read.Dropping != 0, DropNext = read.DropNext };
    }
}
