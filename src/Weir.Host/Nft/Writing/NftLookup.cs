using Weir.Netlink.Nftables;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Writing;

/// <summary>In what a key is looked up, and what becomes of what is found.</summary>
/// <param name="Mappings">A set or map of the table, or one that stands in the rule.</param>
internal sealed record NftLookup(NftTerm Mappings)
{
    /// <summary>Where goes what a map gives; null for a set.</summary>
    internal NftRegister? Destination { get; init; }

    /// <summary>What a map gives; a set has no data.</summary>
    internal NftSetSpec Data { get; init; } = new([]);

    internal bool IsNot { get; init; }
}
