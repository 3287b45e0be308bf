using Weir.Host.Nft.Statements;
using Weir.Netlink.Nftables;
using KernelSet = Weir.Netlink.Nftables.NftSet;
using TextSet = Weir.Rules.Nft.NftSet;

namespace Weir.Host.Nft.Writing;

/// <summary>A set's or map's declaration, without its elements.</summary>
internal static class NftSetWriter
{
    /// <summary>nft's, of a set that packets add to.</summary>
    private const uint DynamicSize = 65_535;

    /// <exception cref="NftRefused">It has a word that is none of nft's, or words that do not go together.</exception>
    internal static KernelSet Write(NftFamily family, string table, TextSet set, NftSetSpec spec)
    {
        var flags = Flags(set, spec);
        if (set.AutoMerge && !spec.IsInterval)
            throw new NftRefused("auto-merge only works with interval sets");
        var givesData = set.IsMap && spec.Objects == NftObjectType.NFT_OBJECT_UNSPEC;
        return new KernelSet
        {
            Family = family,
            Table = table,
            Name = set.Name,
            Flags = flags,
            KeyType = spec.KeyType,
            KeyLength = spec.KeyLength,
            DataType = givesData ? spec.DataType : 0,
            DataLength = givesData && !spec.IsVerdictMap ? spec.DataLength : 0,
            ObjectType = spec.Objects,
            Policy = set.Policy switch
            {
                null or "performance" => NftSetPolicy.NFT_SET_POL_PERFORMANCE,
                "memory" => NftSetPolicy.NFT_SET_POL_MEMORY,
                _ => throw new NftRefused($"unknown set policy {set.Policy}"),
            },
            Size = set.Size ?? ((flags & NftSetFlags.NFT_SET_EVAL) != 0 ? DynamicSize : (flags & NftSetFlags.NFT_SET_CONSTANT) != 0 ? (uint)(set.Elements?.Count ?? 0) : 0),
            FieldLengths = spec.IsConcatenation && spec.IsInterval ? [.. spec.Key.Select(field => (uint)field.Bytes)] : [],
            Timeout = NftElementWriter.Time(set.Timeout),
            GarbageCollection = NftElementWriter.Time(set.GcInterval),
            UserData = NftSetUserData.Write(spec, set.AutoMerge, set.TypeOf, set.DataTypeOf, set.Comment),
            Expressions = [.. set.Statements.Select(StatefulStatements.Write)],
        };
    }

    private static NftSetFlags Flags(TextSet set, NftSetSpec spec)
    {
        var flags = set.Flags.Aggregate(NftSetFlags.None, (sum, flag) => sum | flag switch
        {
            "constant" => NftSetFlags.NFT_SET_CONSTANT,
            "interval" => NftSetFlags.NFT_SET_INTERVAL,
            "timeout" => NftSetFlags.NFT_SET_TIMEOUT,
            "dynamic" => NftSetFlags.NFT_SET_EVAL,
            _ => throw new NftRefused($"unknown set flag {flag}"),
        });
        if (set.Timeout is not null)
            flags |= NftSetFlags.NFT_SET_TIMEOUT;
        if (spec is { IsInterval: true, IsConcatenation: true })
            flags |= NftSetFlags.NFT_SET_CONCAT;
        if (set.IsMap)
            flags |= spec.Objects == NftObjectType.NFT_OBJECT_UNSPEC ? NftSetFlags.NFT_SET_MAP : NftSetFlags.NFT_SET_OBJECT;
        return flags;
    }
}
