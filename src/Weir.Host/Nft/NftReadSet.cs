using Weir.Netlink.Nftables;

namespace Weir.Host.Nft;

/// <summary>A set of the kernel with its elements.</summary>
internal sealed record NftReadSet(NftSet Set, IReadOnlyList<NftElement> Elements, NftSetSpec Spec)
{
    internal bool IsAnonymous => (Set.Flags & NftSetFlags.NFT_SET_ANONYMOUS) != 0;
}
