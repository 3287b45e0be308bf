namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads what names an object in a statement.</summary>
internal sealed class NftObjectNameParser(NftTokens tokens, NftTermParser terms)
{
    /// <summary>A name in quotes or bare, or a map that gives one.</summary>
    internal NftTerm Name()
    {
        if (tokens.Current.Kind == NftTokenKind.Quoted)
            return new NftTerm.Word(tokens.Take().Text, IsQuoted: true);
        var start = tokens.Position;
        if (terms.Selectors.Selector() is not null)
        {
            tokens.Position = start;
            return terms.Expression(takesConstants: false) is NftTerm.Map map ? map : throw tokens.Unexpected("'map'");
        }

        return new NftTerm.Word(tokens.Word("a name"));
    }
}
