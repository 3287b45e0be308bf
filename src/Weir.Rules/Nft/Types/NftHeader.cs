namespace Weir.Rules.Nft.Types;

/// <summary>A protocol's header as nft knows it.</summary>
/// <param name="Name">As in <c>ip saddr</c>.</param>
/// <param name="Protocol">The number by which the header below names it: of IP's, for a transport header; an EtherType, for a network header.</param>
public sealed record NftHeader(string Name, NftHeaderBase Base, uint Protocol, IReadOnlyList<NftField> Fields)
{
    /// <summary>The field that says which header follows.</summary>
    public string? ProtocolField { get; init; }

    public NftField? Field(string name) => Fields.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.Ordinal));
}
