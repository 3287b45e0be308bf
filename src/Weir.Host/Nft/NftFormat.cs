using System.Text.Json;
using Weir.Host.Formats;
using Weir.Host.Nft.Json;
using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Rules.Text;

namespace Weir.Host.Nft;

/// <summary>nft's text: what <c>nft list ruleset</c> prints, installed as <c>nft -f</c> does, one transaction for the whole text.</summary>
public sealed class NftFormat : IRulesFormat
{
    public string Name => "nft";

    /// <summary>NoFlush means nothing here: as with <c>nft -f</c>, what is there stays unless the text flushes it.</summary>
    public ILoad Prepare(string text, NetworkNamespace ns, LoadOptions options)
    {
        var parsed = Weir.Rules.Nft.NftRuleset.Parse(text);
        using var socket = NftSocket.Open(ns);
        var before = socket.Read(elementsOf: set => (set.Flags & (NftSetFlags.NFT_SET_INTERVAL | NftSetFlags.NFT_SET_ANONYMOUS)) == NftSetFlags.NFT_SET_INTERVAL);
        var builder = new NftBatchBuilder(parsed.Model, before, new NftHostNames(ns, options.ToCome.Links));
        TextFinding[] findings = [.. parsed.Findings.Concat(builder.Findings).OrderBy(finding => finding.Line)];
        if (findings.Length == 0 && options.ToCome.Links.Count == 0)
            return new NftLoad(ns, builder.Batch, builder.Messages);
        builder.Batch.Dispose();
        if (findings.Length > 0)
            throw new RulesTextException(findings);
        return new LateLoad(builder.Messages, () => Prepare(text, ns, options with { ToCome = NamesToCome.None }));
    }

    public string Show(NetworkNamespace ns, ShowOptions? options = null) => Show(ns, leaveOut: null);

    /// <param name="leaveOut">Tables that are shown elsewhere, by family (<c>ip</c>) and name; null: none.</param>
    public string Show(NetworkNamespace ns, Func<string, string, bool>? leaveOut)
    {
        using var socket = NftSocket.Open(ns);
        return NftRulesetReader.Read(socket.Read(), new NftHostNames(ns), leaveOut).ToString();
    }

    public void WriteJson(NetworkNamespace ns, Utf8JsonWriter writer, ShowOptions? options = null)
    {
        using var socket = NftSocket.Open(ns);
        NftJson.Write(NftRulesetReader.Read(socket.Read(), new NftHostNames(ns)), writer);
    }
}
