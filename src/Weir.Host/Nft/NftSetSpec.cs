using Weir.Netlink.Nftables;

namespace Weir.Host.Nft;

/// <summary>What a set's keys and data are.</summary>
internal sealed record NftSetSpec(IReadOnlyList<NftSpec> Key)
{
    internal bool IsInterval { get; init; }

    internal bool IsMap { get; init; }

    internal bool IsVerdictMap { get; init; }

    internal NftObjectType Objects { get; init; }

    internal IReadOnlyList<NftSpec> Data { get; init; } = [];

    /// <summary>Data are from and to, one behind the other.</summary>
    internal bool DataIsInterval { get; init; }

    internal bool IsConcatenation => Key.Count > 1;

    /// <summary>The kernel puts a number in the place of %d.</summary>
    internal string AnonymousName => IsMap ? "__map%d" : "__set%d";

    /// <summary>The fields as they lie in the kernel's set: what is compared by size lies in network order.</summary>
    internal IReadOnlyList<NftSpec> Stored => IsInterval ? [.. Key.Select(part => part.InNetworkOrder)] : Key;

    internal uint KeyLength => (uint)(IsConcatenation ? Key.Sum(part => part.PaddedBytes) : Key[0].Bytes);

    internal uint DataLength => (uint)((Data.Count > 1 ? Data.Sum(part => part.PaddedBytes) : Data.Count == 1 ? Data[0].Bytes : 0) * (DataIsInterval ? 2 : 1));

    internal uint KeyType => Number(Key);

    internal uint DataType => IsVerdictMap ? NftSet.VerdictDataType : Number(Data);

    private static uint Number(IReadOnlyList<NftSpec> fields) => fields.Aggregate(0u, (number, part) => number << 6 | part.Type.Number);
}
