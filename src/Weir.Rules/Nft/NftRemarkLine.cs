namespace Weir.Rules.Nft;

/// <summary>A line that is only a comment, with its #.</summary>
public sealed record NftRemarkLine(string Text) : NftItem;
