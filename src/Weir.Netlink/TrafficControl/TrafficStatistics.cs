using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary>What went through a qdisc, a class or an action, as <c>tc -s</c> shows it. Queue fields are 0 for an action.</summary>
public sealed record TrafficStatistics
{
    public ulong Bytes { get; init; }
    public ulong Packets { get; init; }
    public uint Drops { get; init; }
    public uint Overlimits { get; init; }
    public uint Requeues { get; init; }
    /// <summary>Packets that wait.</summary>
    public uint QueueLength { get; init; }
    /// <summary>Bytes that wait.</summary>
    public uint Backlog { get; init; }
    /// <summary>Only the queue is counted, as of a flow of fq_codel: the bytes and packets that went through are not known.</summary>
    public bool OnlyQueue { get; init; }
    /// <summary>What a class of htb counts beyond that.</summary>
    public HtbStatistics? Htb { get; init; }
    /// <summary>What codel counts beyond that.</summary>
    public CodelStatistics? Codel { get; init; }
    /// <summary>What fq_codel counts beyond that.</summary>
    public FqCodelStatistics? FqCodel { get; init; }
    /// <summary>What a flow of fq_codel counts beyond that.</summary>
    public FqCodelFlowStatistics? FqCodelFlow { get; init; }
}

/// <summary>include/uapi/linux/gen_stats.h</summary>
internal enum StatisticsAttribute : ushort
{
    TCA_STATS_BASIC = 1,
    TCA_STATS_QUEUE = 3,
    TCA_STATS_APP = 4,
    TCA_STATS_PKT64 = 8,
}

/// <summary>Whose statistics they are, where the kind has some of its own.</summary>
internal enum CountedKind
{
    Other,
    HtbClass,
    Codel,
    FqCodel,
    FqCodelFlow,
}

/// <summary>How TrafficStatistics look inside TCA_STATS2 and TCA_ACT_STATS.</summary>
internal static class StatisticsMessage
{
    /// <summary>struct gnet_stats_basic.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Basic
    {
        public ulong Bytes;
        public uint Packets;
        public uint Pad;
    }

    /// <summary>struct gnet_stats_queue.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Queue
    {
        public uint Length;
        public uint Backlog;
        public uint Drops;
        public uint Requeues;
        public uint Overlimits;
    }

    /// <param name="kind">What is counted: what the kind counts by itself is told in a structure of its own.</param>
    /// <returns>Null when the kernel counts nothing here.</returns>
    internal static TrafficStatistics? Read(NetlinkAttributes attributes, CountedKind kind = CountedKind.Other)
    {
        var statistics = new TrafficStatistics();
        var (isCounted, hasQueue) = (false, false);
        foreach (var attribute in attributes)
        {
            switch ((StatisticsAttribute)attribute.Type)
            {
                case StatisticsAttribute.TCA_STATS_BASIC:
                    isCounted = true;
                    var basic = attribute.Read<Basic>();
                    statistics = statistics with { Bytes = basic.Bytes, Packets = basic.Packets };
                    break;
                case StatisticsAttribute.TCA_STATS_QUEUE:
                    hasQueue = true;
                    var queue = attribute.Read<Queue>();
                    statistics = statistics with { QueueLength = queue.Length, Backlog = queue.Backlog, Drops = queue.Drops, Requeues = queue.Requeues, Overlimits = queue.Overlimits };
                    break;
                case StatisticsAttribute.TCA_STATS_PKT64:
                    statistics = statistics with { Packets = attribute.UInt64 };
                    break;
                case StatisticsAttribute.TCA_STATS_APP:
                    statistics = kind switch
                    {
                        CountedKind.HtbClass => statistics with { Htb = HtbStatistics.Read(attribute) },
                        CountedKind.Codel => statistics with { Codel = CodelStatistics.Read(attribute) },
                        CountedKind.FqCodel => statistics with { FqCodel = FqCodelStatistics.Read(attribute) },
                        CountedKind.FqCodelFlow => statistics with { FqCodelFlow = FqCodelFlowStatistics.Read(attribute) },
                        _ => statistics,
                    };
                    break;
            }
        }

        return isCounted ? statistics : hasQueue ? statistics with { OnlyQueue = true } : null;
    }
}
