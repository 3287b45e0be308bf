using Weir.Netlink.Nftables;

namespace Weir.Host.Nft;

/// <summary>A set that a rule brings with it: made before the rule, in the same batch.</summary>
internal sealed record NftAnonymousSet(NftSet Set, IReadOnlyList<NftElement> Elements);
