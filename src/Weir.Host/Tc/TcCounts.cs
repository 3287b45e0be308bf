using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Actions;
using Weir.Netlink.TrafficControl.Classifiers;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>What the kernel counts, as the model of tc's texts.</summary>
internal static class TcCounts
{
    internal static TcStatistics? Print(TrafficStatistics? statistics) => statistics is null ? null : new TcStatistics
    {
        Bytes = statistics.Bytes,
        Packets = statistics.Packets,
        Drops = statistics.Drops,
        Overlimits = statistics.Overlimits,
        Requeues = statistics.Requeues,
        Backlog = statistics.Backlog,
        QueueLength = statistics.QueueLength,
        OnlyQueue = statistics.OnlyQueue,
        Htb = statistics.Htb is { } htb ? new TcHtbStatistics(htb.Lends, htb.Borrows, htb.Giants, htb.Tokens, htb.CeilingTokens) : null,
        Codel = statistics.Codel is { } codel
            ? new TcCodelStatistics(codel.Count, codel.LastCount, codel.Delay, codel.Dropping, codel.DropNext, codel.LargestPacket, codel.EcnMarks, codel.DropsOverLimit, codel.ThresholdMarks) : null,
        FqCodel = statistics.FqCodel is { } fq
            ? new TcFqCodelStatistics(fq.LargestPacket, fq.DropsOverLimit, fq.NewFlowCount, fq.EcnMarks, fq.ThresholdMarks, fq.MemoryUsed, fq.DropsOverMemory, fq.NewFlows, fq.OldFlows) : null,
        FqCodelFlow = statistics.FqCodelFlow is { } flow ? new TcFqCodelFlowStatistics(flow.Deficit, flow.Count, flow.LastCount, flow.Delay, flow.Dropping, flow.DropNext) : null,
    };

    internal static TcU32Hits? Hits(U32Classifier u32) => u32.MatchedWords is { } words ? new TcU32Hits(u32.Tried, u32.Matched, words) : null;

    internal static TcQdisc Without(TcQdisc qdisc) => qdisc with { Statistics = null };

    internal static TcClass Without(TcClass @class) => @class with { Statistics = null };

    internal static TcFilter Without(TcFilter filter) => filter with
    {
        Classifier = filter.Classifier switch
        {
            TcU32 u32 => u32 with { Hits = null },
            TcMatchall matchall => matchall with { Hits = null },
            var other => other,
        },
        Actions = [.. filter.Actions.Select(action => action with { Statistics = null, Times = null })],
    };

    internal static TcActionTimes? Print(ActionTimes? times) =>
        times is null ? null : new TcActionTimes(Seconds(times.Installed), Seconds(times.LastUsed), Seconds(times.FirstUsed), Seconds(times.Expires));

    /// <summary>Whole ones; tc says nothing of what never was.</summary>
    private static ulong? Seconds(ulong hundredths) => hundredths == 0 ? null : hundredths / 100;
}
