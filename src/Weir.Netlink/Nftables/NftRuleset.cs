namespace Weir.Netlink.Nftables;

/// <summary>All of a namespace's nf_tables as of one generation.</summary>
public sealed record NftRuleset
{
    /// <summary>The generation that the lists are of: <see cref="NftSocket.Commit"/> takes it.</summary>
    public required uint Generation { get; init; }

    public IReadOnlyList<NftTable> Tables { get; init; } = [];

    public IReadOnlyList<NftChain> Chains { get; init; } = [];

    /// <summary>The rules of a chain stand in their order, one behind the other.</summary>
    public IReadOnlyList<NftRule> Rules { get; init; } = [];

    public IReadOnlyList<NftSet> Sets { get; init; } = [];

    /// <summary>In the order of <see cref="Sets"/>: the elements of each.</summary>
    public IReadOnlyList<IReadOnlyList<NftElement>> Elements { get; init; } = [];

    public IReadOnlyList<NftObject> Objects { get; init; } = [];

    public IReadOnlyList<NftFlowTable> FlowTables { get; init; } = [];
}
