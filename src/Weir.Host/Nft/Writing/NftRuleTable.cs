using Weir.Netlink.Nftables;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Writing;

/// <summary>The table that a rule is written for: its sets, and the batch's way to more.</summary>
internal sealed record NftRuleTable(NftFamily Family, string Name)
{
    /// <summary>A named set of the table; null when there is none.</summary>
    internal required Func<string, NftSetSpec?> FindSet { get; init; }

    /// <summary>Numbers of the batch's own sets.</summary>
    internal required Func<uint> NextId { get; init; }

    /// <summary>Adds a chain without a name with its rules to the batch; gives its number there.</summary>
    internal required Func<IReadOnlyList<NftItem>, uint> AddChain { get; init; }

    /// <exception cref="NftRefused">There is none of this name.</exception>
    internal NftSetSpec Set(string name) => FindSet(name) ?? throw new NftRefused($"set @{name} does not exist");
}
