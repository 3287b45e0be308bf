namespace Weir.Rules.Nft;

/// <summary>A flow table: connections that were added to it bypass the stack between its devices.</summary>
public sealed record NftFlowTable(string Name) : NftItem
{
    /// <summary>As it stands.</summary>
    public string? Priority { get; init; }

    public IReadOnlyList<NftTerm.Word> Devices { get; init; } = [];

    public IReadOnlyList<string> Flags { get; init; } = [];

    public bool HasCounter { get; init; }
}
