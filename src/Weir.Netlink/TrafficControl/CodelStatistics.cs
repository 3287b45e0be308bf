using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary>What codel counts by itself; times in microseconds.</summary>
public sealed record CodelStatistics
{
    public uint LargestPacket { get; init; }
    /// <summary>Packets dropped since the queue began to drop, and how many that were the time before.</summary>
    public uint Count { get; init; }
    /// <inheritdoc cref="Count"/>
    public uint LastCount { get; init; }
    /// <summary>How long the last packet had waited.</summary>
    public uint Delay { get; init; }
    /// <summary>Until the next drop; below 0 when it is over.</summary>
    public int DropNext { get; init; }
    /// <summary>Dropped because the limit was reached.</summary>
    public uint DropsOverLimit { get; init; }
    public uint EcnMarks { get; init; }
    /// <summary>Whether it is dropping.</summary>
    public bool Dropping { get; init; }
    /// <summary>Marked because of <c>ce_threshold</c>.</summary>
    public uint ThresholdMarks { get; init; }

    /// <summary>struct tc_codel_xstats (include/uapi/linux/pkt_sched.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedStatistics
    {
        public uint LargestPacket;
        public uint Count;
        public uint LastCount;
        public uint Delay;
        public int DropNext;
        public uint DropsOverLimit;
        public uint EcnMarks;
        public uint Dropping;
        public uint ThresholdMarks;
    }

    internal static CodelStatistics Read(NetlinkAttribute attribute)
    {
        var read = attribute.Read<ExtendedStatistics>();
        return new CodelStatistics
        {
            LargestPacket = read.LargestPacket,
            Count = read.Count,
            LastCount = read.LastCount,
            Delay = read.Delay,
            DropNext = read.DropNext,
            DropsOverLimit = read.DropsOverLimit,
            EcnMarks = read.EcnMarks,
            Dropping = read.Dropping != 0,
            ThresholdMarks = read.ThresholdMarks,
        };
    }
}
