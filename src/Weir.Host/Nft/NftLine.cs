using Weir.Rules.Nft;

namespace Weir.Host.Nft;

/// <summary>Where an entry of a batch stands in the text.</summary>
internal sealed record NftLine(int Line, string Text)
{
    internal static NftLine Of(NftItem item) => new(item.Line, item.Source);
}
