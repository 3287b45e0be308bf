namespace Weir.Host.Nft.Writing;

/// <summary>A set that rules and elements of a text may refer to.</summary>
internal sealed class NftNamedSet(NftSetSpec spec)
{
    internal NftSetSpec Spec { get; } = spec;

    internal bool HasElements { get; set; }

    internal bool Merges { get; init; }
}
