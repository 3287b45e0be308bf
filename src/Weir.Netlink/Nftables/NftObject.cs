using Weir.Netlink.Nftables.Expressions;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: NFT_OBJECT_.</summary>
public enum NftObjectType : uint
{
    NFT_OBJECT_UNSPEC = 0,
    NFT_OBJECT_COUNTER = 1,
    NFT_OBJECT_QUOTA = 2,
    NFT_OBJECT_CT_HELPER = 3,
    NFT_OBJECT_LIMIT = 4,
    NFT_OBJECT_CONNLIMIT = 5,
    NFT_OBJECT_TUNNEL = 6,
    NFT_OBJECT_CT_TIMEOUT = 7,
    NFT_OBJECT_SECMARK = 8,
    NFT_OBJECT_CT_EXPECT = 9,
    NFT_OBJECT_SYNPROXY = 10,
}

/// <summary>A named object of a table: a counter, quota, limit, connection helper, ...</summary>
public sealed record NftObject
{
    public required NftFamily Family { get; init; }

    public required string Table { get; init; }

    public required string Name { get; init; }

    public required NftObjectType Type { get; init; }

    /// <summary>
    /// What it holds: <see cref="CounterExpression"/>, <see cref="QuotaExpression"/>, <see cref="LimitExpression"/>, <see cref="ConnlimitExpression"/> or
    /// <see cref="SynproxyExpression"/> where it is the same as in a rule, otherwise an <see cref="UnknownExpression"/> with the attributes' bytes.
    /// </summary>
    public NftExpression? Content { get; init; }

    /// <summary>How many rules and elements refer to it.</summary>
    public uint Use { get; init; }

    /// <summary>The kernel's number; 0 in an object that is to be made.</summary>
    public ulong Handle { get; init; }

    /// <summary>nft's comment (see <see cref="NftUserData"/>).</summary>
    public NftValue UserData { get; init; }
}
