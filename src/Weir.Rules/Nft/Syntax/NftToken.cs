namespace Weir.Rules.Nft.Syntax;

internal enum NftTokenKind : byte
{
    Word,
    Quoted,
    Symbol,
    NewLine,
    Comment,
    End,
}

/// <summary>A piece of nft's text.</summary>
/// <param name="Text">Without the quotes of a quoted string.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Start">Where it begins in the whole text.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct NftToken(NftTokenKind Kind, string Text, int Line, int Start, int End)
{
    internal bool Is(string text) => Kind is NftTokenKind.Word or NftTokenKind.Symbol && string.Equals(Text, text, StringComparison.Ordinal);

    internal bool EndsStatement => Kind is NftTokenKind.NewLine or NftTokenKind.End or NftTokenKind.Comment || (Kind == NftTokenKind.Symbol && Text is ";" or "}" && Kind == NftTokenKind.Symbol);
}
