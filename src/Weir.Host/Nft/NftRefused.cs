namespace Weir.Host.Nft;

/// <summary>A statement that can't be made into expressions, with the reason as a sentence.</summary>
internal sealed class NftRefused(string message) : Exception(message);
