namespace Weir.Rules.Nft;

/// <summary>A table with all that is in it, in the order of the text.</summary>
/// <param name="Family"><c>ip</c>, <c>ip6</c>, <c>inet</c>, <c>arp</c>, <c>bridge</c>, <c>netdev</c>.</param>
public sealed record NftTable(string Family, string Name, IReadOnlyList<NftItem> Items) : NftItem
{
    public string? Comment { get; init; }

    /// <summary><c>dormant</c>, <c>owner</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];
}
