using Weir.Netlink.Nftables;

namespace Weir.Host.Nft;

/// <summary>The kinds of objects by nft's words.</summary>
internal static class NftObjects
{
    private static readonly (string Kind, NftObjectType Type)[] All =
    [
        ("counter", NftObjectType.NFT_OBJECT_COUNTER),
        ("quota", NftObjectType.NFT_OBJECT_QUOTA),
        ("ct helper", NftObjectType.NFT_OBJECT_CT_HELPER),
        ("limit", NftObjectType.NFT_OBJECT_LIMIT),
        ("ct timeout", NftObjectType.NFT_OBJECT_CT_TIMEOUT),
        ("secmark", NftObjectType.NFT_OBJECT_SECMARK),
        ("meta secmark", NftObjectType.NFT_OBJECT_SECMARK),
        ("ct expectation", NftObjectType.NFT_OBJECT_CT_EXPECT),
        ("synproxy", NftObjectType.NFT_OBJECT_SYNPROXY),
    ];

    internal static NftObjectType? Type(string kind)
    {
        foreach (var (name, type) in All)
        {
            if (name == kind)
                return type;
        }

        return null;
    }

    internal static string? Kind(NftObjectType type)
    {
        foreach (var (name, known) in All)
        {
            if (known == type)
                return name;
        }

        return null;
    }
}
