namespace Weir.Rules.Nft.Types;

/// <summary>A field of a header.</summary>
/// <param name="Offset">In bits from the header's beginning.</param>
/// <param name="Bits">Its length.</param>
public sealed record NftField(string Name, int Offset, int Bits, NftDataType Type)
{
    /// <summary>Of ICMP: the types of messages that have this field; empty for all.</summary>
    public IReadOnlyList<byte> MessageTypes { get; init; } = [];
}
