namespace Weir.Rules.Tc;

/// <summary>What <c>tc -s</c> prints below what it lists (iproute2 6.1, tc/tc_util.c print_tcstats2_attr, print_xstats of tc/q_*.c).</summary>
internal static class StatisticsText
{
    /// <param name="indent">What each line begins with.</param>
    internal static string Print(TcStatistics statistics, string indent) =>
        $"{(statistics.OnlyQueue ? "" : $"{indent}Sent {statistics.Bytes} bytes {statistics.Packets} pkt")} (dropped {statistics.Drops}, overlimits {statistics.Overlimits} requeues {statistics.Requeues}) \n"
        + $"{indent}backlog {TcUnits.PrintSize(statistics.Backlog)} {statistics.QueueLength}p requeues {statistics.Requeues}";

    /// <summary>What the kind counts by itself, on lines of its own; empty when that is nothing, or not known here.</summary>
    internal static string PrintOwn(TcStatistics statistics) => statistics switch
    {
        { Htb: { } htb } => $"\n{Print(htb)}",
        { Codel: { } codel } => $"\n{Print(codel)}",
        { FqCodel: { } fqCodel } => $"\n{Print(fqCodel)}",
        { FqCodelFlow: { } flow } => $"\n{Print(flow)}",
        _ => "",
    };

    private static string Print(TcCodelStatistics codel) =>
        $"  count {codel.Count} lastcount {codel.LastCount} ldelay {TcUnits.PrintTime(codel.Delay)}{(codel.Dropping ? " dropping" : "")}{DropNext(codel.DropNext)}\n"
        + $"  maxpacket {codel.LargestPacket} ecn_mark {codel.EcnMarks} drop_overlimit {codel.DropsOverLimit}{Unless0(" ce_mark", codel.ThresholdMarks)}";

    private static string Print(TcFqCodelStatistics fqCodel) =>
        $"  maxpacket {fqCodel.LargestPacket} drop_overlimit {fqCodel.DropsOverLimit} new_flow_count {fqCodel.NewFlowCount} ecn_mark {fqCodel.EcnMarks}"
        + $"{Unless0(" ce_mark", fqCodel.ThresholdMarks)}{Unless0(" memory_used", fqCodel.MemoryUsed)}{Unless0(" drop_overmemory", fqCodel.DropsOverMemory)}\n"
        + $"  new_flows_len {fqCodel.NewFlows} old_flows_len {fqCodel.OldFlows}";

    private static string Print(TcFqCodelFlowStatistics flow) =>
        $"  deficit {flow.Deficit} count {flow.Count} lastcount {flow.LastCount} ldelay {TcUnits.PrintTime(flow.Delay)}{(flow.Dropping ? $" dropping{DropNext(flow.DropNext)}" : "")}";

    private static string DropNext(int microseconds) => $" drop_next {(microseconds < 0 ? "-" : "")}{TcUnits.PrintTime((uint)Math.Abs((long)microseconds))}";

    private static string Unless0(string word, uint number) => number == 0 ? "" : $"{word} {number}";

    private static string Print(TcHtbStatistics htb) =>
        $" lended: {htb.Lends} borrowed: {htb.Borrows} giants: {htb.Giants}\n tokens: {htb.Tokens} ctokens: {htb.CeilingTokens}";

    /// <summary>What follows on an action's line; empty when nothing is known.</summary>
    internal static string Print(TcActionTimes? times) => times is null ? ""
        : $"{Print(" installed", times.Installed)}{Print(" used", times.Used)}{Print(" firstused", times.FirstUsed)}{Print(" expires", times.Expires)}";

    private static string Print(string word, ulong? seconds) => seconds is null ? "" : $"{word} {seconds} sec";
}
