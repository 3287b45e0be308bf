using Weir.Rules.Nft.Syntax;
using Weir.Rules.Text;

namespace Weir.Rules.Nft;

/// <summary>nft's text as a model: what <c>nft list ruleset</c> prints, and what <c>nft -f</c> takes of that form.</summary>
/// <param name="Items">Tables, commands, comments and what is not understood, in the order of the text.</param>
public sealed record NftRuleset(IReadOnlyList<NftItem> Items)
{
    /// <summary>Reads any text. What is not understood stays in the model as text, and is told.</summary>
    public static ParsedText<NftRuleset> Parse(string text) => NftBlockParser.Parse(text);

    /// <summary>As nft prints it.</summary>
    public override string ToString() => NftPrinter.Ruleset(this);
}
