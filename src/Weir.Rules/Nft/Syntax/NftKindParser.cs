namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads the kind of a thing and its family, which stand before its name.</summary>
internal sealed class NftKindParser(NftTokens tokens)
{
    private static readonly string[] Families = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

    /// <summary>Whether a family stands here, whatever comes behind it.</summary>
    internal bool IsFamily() => Families.Contains(tokens.Current.Text, StringComparer.Ordinal);

    internal string Family() => IsFamily() && tokens.Peek().Kind is NftTokenKind.Word or NftTokenKind.Quoted ? tokens.Take().Text : "";

    /// <summary>The kind of thing that is named next; takes both words of <c>ct helper</c>.</summary>
    internal string Kind()
    {
        var kind = tokens.Current.Text;
        if (tokens.Current.Kind != NftTokenKind.Word)
            throw tokens.Unexpected("chain, set, map, flowtable or an object");
        if (!IsKind())
            throw tokens.Unexpected("chain, set, map, flowtable or an object");
        if (kind == "ct")
            kind = $"ct {tokens.Peek().Text}";
        tokens.Position += kind.StartsWith("ct ", StringComparison.Ordinal) ? 2 : 1;
        return kind;
    }

    internal bool IsKind() => tokens.Current.Kind == NftTokenKind.Word && (tokens.Current.Text == "ct"
        ? tokens.Peek().Text is "helper" or "timeout" or "expectation"
        : tokens.Current.Text is "table" or "chain" or "rule" or "set" or "map" or "element" or "flowtable" or "ruleset" or "counter" or "quota" or "limit" or "synproxy" or "secmark");
}
