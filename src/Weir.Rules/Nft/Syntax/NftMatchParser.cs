using Weir.Rules.Nft.Types;

namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads statements that begin with a term: comparisons, verdict maps, and what is set.</summary>
internal sealed class NftMatchParser(NftTokens tokens, NftTermParser terms)
{
    private static readonly string[] Comparisons = ["==", "!=", "<=", ">=", "<", ">", "!"];

    internal NftStatement Match()
    {
        var left = terms.Expression(takesConstants: false);
        if (tokens.TryTake("vmap"))
            return new NftStatement.VerdictMap(left, terms.Elements.Mappings());
        if (tokens.TryTake("set"))
            return new NftStatement.Assign(left, AssignedValue());
        var comparison = Comparison();
        var isBitmask = IsBitmask(left);
        var right = terms.Value(takesList: true, takesPrefix: !isBitmask);
        if (!isBitmask || !tokens.TryTake("/"))
            return new NftStatement.Match(left, comparison, right);
        return new NftStatement.FlagMatch(left, comparison, right, terms.Value(takesList: true, takesPrefix: false));
    }

    private string Comparison()
    {
        foreach (var comparison in Comparisons)
        {
            if (tokens.TryTake(comparison))
                return comparison;
        }

        if (tokens.Current.Kind != NftTokenKind.Word)
            return "";
        var word = tokens.Current.Text switch
        {
            "eq" => "==",
            "ne" => "!=",
            "lt" => "<",
            "gt" => ">",
            "le" => "<=",
            "ge" => ">=",
            _ => "",
        };
        if (word.Length != 0)
            tokens.Take();
        return word;
    }

    private NftTerm AssignedValue()
    {
        var start = tokens.Position;
        if (terms.Selectors.Selector() is null)
        {
            var value = terms.Value(takesList: true, takesPrefix: false);
            if (!tokens.Is("|") && !tokens.Is("&") && !tokens.Is("^"))
                return value;
        }

        tokens.Position = start;
        return terms.Expression(takesConstants: true);
    }

    private static bool IsBitmask(NftTerm term) => term switch
    {
        NftTerm.Payload { Protocol: "tcp", Field: "flags" } => true,
        NftTerm.Ct { Key: var key } => NftKeys.Find(NftKeys.Ct, key)?.Type.Kind == NftDataKind.Bitmask,
        NftTerm.Operation operation => IsBitmask(operation.Left),
        _ => false,
    };
}
