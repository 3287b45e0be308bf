namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads a constant.</summary>
internal sealed class NftConstantParser(NftTokens tokens)
{
    internal NftTerm.Word Constant()
    {
        switch (tokens.Current.Kind)
        {
            case NftTokenKind.Quoted:
                return new NftTerm.Word(tokens.Take().Text, IsQuoted: true);
            case NftTokenKind.Word:
                var text = tokens.Take().Text;
                // A traffic control class: 1:2. The lexer keeps only addresses together.
                return tokens.Is(":") && tokens.Peek().Kind == NftTokenKind.Word && IsAdjacent() && IsHex(text) && IsHex(tokens.Peek().Text)
                    ? Class(text)
                    : new NftTerm.Word(text);
            default:
                throw tokens.Unexpected("a value");
        }
    }

    private NftTerm.Word Class(string major)
    {
        tokens.Take();
        return new NftTerm.Word($"{major}:{tokens.Take().Text}");
    }

    private bool IsAdjacent() => tokens.Peek(-1).End == tokens.Current.Start && tokens.Current.End == tokens.Peek().Start && tokens.Peek(-2).Text is "set" or "priority";

    private static bool IsHex(string text) => text.Length is > 0 and <= 4 && text.All(char.IsAsciiHexDigit);
}
