using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Actions;
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
        Htb = statistics.Htb is { } htb ? new TcHtbStatistics(htb.Lends, htb.Borrows, htb.Giants, htb.Tokens, htb.CeilingTokens) : null,
    };

    internal static TcActionTimes? Print(ActionTimes? times) =>
        times is null ? null : new TcActionTimes(Seconds(times.Installed), Seconds(times.LastUsed), Seconds(times.FirstUsed), Seconds(times.Expires));

    /// <summary>Whole ones; tc says nothing of what never was.</summary>
    private static ulong? Seconds(ulong hundredths) => hundredths == 0 ? null : hundredths / 100;
}
