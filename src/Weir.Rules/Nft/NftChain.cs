namespace Weir.Rules.Nft;

/// <summary>A chain with its rules; with a hook, a base chain.</summary>
/// <param name="Items">Rules, comments and what is not understood.</param>
public sealed record NftChain(string Name, IReadOnlyList<NftItem> Items) : NftItem
{
    public string? Comment { get; init; }

    /// <summary><c>filter</c>, <c>nat</c>, <c>route</c>; null for a regular chain.</summary>
    public string? Type { get; init; }

    public string? Hook { get; init; }

    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>As it stands: <c>filter + 5</c>, <c>-100</c>.</summary>
    public string? Priority { get; init; }

    /// <summary><c>accept</c>, <c>drop</c>; null where the text says none.</summary>
    public string? Policy { get; init; }

    /// <summary><c>offload</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];
}
