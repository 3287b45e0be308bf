namespace Weir.Netlink.Nftables;

/// <summary>Trace events as <c>nft monitor trace</c> prints them.</summary>
public static class NftTraceText
{
    /// <summary>The lines of one event: the packet where it is shown, then the rule, or what the end of a chain did.</summary>
    /// <param name="ruleText">A rule as nft's language has it; null, or an answer of null: its handle stands there.</param>
    /// <param name="linkName">The name of a link; null, or an answer of null: its number stands there.</param>
    public static IReadOnlyList<string> Lines(NftTrace trace, Func<NftTrace, string?>? ruleText = null, Func<uint, string?>? linkName = null)
    {
        var head = $"trace id {trace.Id:x8} {trace.Family.Word()} {trace.Table} {trace.Chain}";
        var lines = new List<string>();
        switch (trace.Type)
        {
            case NftTraceType.NFT_TRACETYPE_RULE:
                if (!trace.LinkLayerHeader.IsEmpty || !trace.NetworkHeader.IsEmpty)
                    lines.Add($"{head} packet: {NftPacketText.Packet(trace, linkName)} ");
                if (trace.RuleHandle != 0)
                    lines.Add($"{head} rule {ruleText?.Invoke(trace) ?? $"handle {trace.RuleHandle}"} (verdict {trace.Verdict})");
                break;
            case NftTraceType.NFT_TRACETYPE_POLICY:
                lines.Add($"{head} policy {(trace.Policy == NftPolicy.Drop ? "drop" : "accept")} {Mark(trace)}");
                break;
            case NftTraceType.NFT_TRACETYPE_RETURN:
                lines.Add($"{head} verdict {trace.Verdict} {Mark(trace)}");
                break;
            default:
                lines.Add($"{head} unknown event {(uint)trace.Type}");
                break;
        }

        return lines;
    }

    private static string Mark(NftTrace trace) => trace.Mark is { } mark ? $"meta mark 0x{mark:x8} " : "";
}
