namespace Weir.Rules.Tc;

/// <summary>What <c>tc -s</c> prints below what it lists (iproute2 6.1, tc/tc_util.c print_tcstats2_attr, tc/q_htb.c).</summary>
internal static class StatisticsText
{
    /// <param name="indent">What each line begins with.</param>
    internal static string Print(TcStatistics statistics, string indent) =>
        $"{indent}Sent {statistics.Bytes} bytes {statistics.Packets} pkt (dropped {statistics.Drops}, overlimits {statistics.Overlimits} requeues {statistics.Requeues}) \n"
        + $"{indent}backlog {TcUnits.PrintSize(statistics.Backlog)} {statistics.QueueLength}p requeues {statistics.Requeues}";

    internal static string Print(TcHtbStatistics htb) =>
        $" lended: {htb.Lends} borrowed: {htb.Borrows} giants: {htb.Giants}\n tokens: {htb.Tokens} ctokens: {htb.CeilingTokens}";

    /// <summary>What follows on an action's line; empty when nothing is known.</summary>
    internal static string Print(TcActionTimes? times) => times is null ? ""
        : $"{Print(" installed", times.Installed)}{Print(" used", times.Used)}{Print(" firstused", times.FirstUsed)}{Print(" expires", times.Expires)}";

    private static string Print(string word, ulong? seconds) => seconds is null ? "" : $"{word} {seconds} sec";
}
