namespace Weir.Rules.Nft;

/// <summary>What is not understood, as it stands.</summary>
public sealed record NftUnparsed(string Text) : NftItem;
