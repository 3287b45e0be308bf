namespace Weir.Rules.Nft;

/// <summary>A named object of a table.</summary>
/// <param name="Kind"><c>counter</c>, <c>quota</c>, <c>limit</c>, <c>synproxy</c>, <c>ct helper</c>, <c>ct timeout</c>, <c>ct expectation</c>, <c>secmark</c>.</param>
public sealed record NftObject(string Kind, string Name) : NftItem
{
    public string? Comment { get; init; }

    /// <summary>Of a counter, a quota, a limit.</summary>
    public NftStatement? State { get; init; }

    /// <summary>Of the others: a line for each setting, its words parted by blanks.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];
}
