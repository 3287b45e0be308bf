namespace Weir.Rules.Nft.Syntax;

/// <summary>A statement that is not understood; caught where the statement begins, which then stays text.</summary>
internal sealed class NftSyntaxException(string message) : Exception(message);
