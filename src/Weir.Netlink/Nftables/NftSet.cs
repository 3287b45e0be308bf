using Weir.Netlink.Nftables.Expressions;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_flags.</summary>
[Flags]
public enum NftSetFlags : uint
{
    None = 0,

    /// <summary>Belongs to the rule that looks it up; its name is <c>__set%d</c> or <c>__map%d</c>, the kernel fills in a number.</summary>
    NFT_SET_ANONYMOUS = 1,
    NFT_SET_CONSTANT = 2,
    NFT_SET_INTERVAL = 4,
    NFT_SET_MAP = 8,
    NFT_SET_TIMEOUT = 0x10,

    /// <summary>Rules add elements (dynset): nft's <c>dynamic</c>.</summary>
    NFT_SET_EVAL = 0x20,
    NFT_SET_OBJECT = 0x40,
    NFT_SET_CONCAT = 0x80,
    NFT_SET_EXPR = 0x100,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_policies.</summary>
public enum NftSetPolicy : uint
{
    NFT_SET_POL_PERFORMANCE = 0,
    NFT_SET_POL_MEMORY = 1,
}

/// <summary>A set or a map, without its elements, as <c>nft list sets</c> and <c>nft list maps</c> show it.</summary>
public sealed record NftSet
{
    /// <summary>NFT_DATA_VERDICT: the data of a verdict map.</summary>
    public const uint VerdictDataType = 0xffffff00;

    public required NftFamily Family { get; init; }

    public required string Table { get; init; }

    public required string Name { get; init; }

    public NftSetFlags Flags { get; init; }

    /// <summary>nft's number of the key's type (7 ipv4_addr, 13 inet_service, ...; a concatenation is <c>type &lt;&lt; 6 | type</c>); the kernel only keeps it.</summary>
    public uint KeyType { get; init; }

    /// <summary>In bytes; each field of a concatenation is padded to four.</summary>
    public uint KeyLength { get; init; }

    /// <summary>nft's number of a map's data type, or <see cref="VerdictDataType"/>.</summary>
    public uint DataType { get; init; }

    /// <summary>In bytes; 0 for a set, a verdict map and an object map.</summary>
    public uint DataLength { get; init; }

    /// <summary>For a map of objects.</summary>
    public NftObjectType ObjectType { get; init; }

    public NftSetPolicy Policy { get; init; }

    /// <summary>The most elements; 0: no bound.</summary>
    public uint Size { get; init; }

    /// <summary>The length of each field of a concatenation in bytes, not padded; empty for a single key. With NFT_SET_INTERVAL it is required.</summary>
    public IReadOnlyList<uint> FieldLengths { get; init; } = [];

    /// <summary>The default time-out of elements, whole milliseconds; null: none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How often elements that timed out are cleared away, whole milliseconds; null: the kernel's own choice.</summary>
    public TimeSpan? GarbageCollection { get; init; }

    /// <summary>What nft wants to remember: byte orders, comment. See <see cref="NftUserData"/>.</summary>
    public NftValue UserData { get; init; }

    /// <summary>What each element carries: counters, limits.</summary>
    public IReadOnlyList<NftExpression> Expressions { get; init; } = [];

    /// <summary>The set's number in a batch. The kernel wants one: <see cref="NftBatch"/> gives one when it is 0.</summary>
    public uint Id { get; init; }

    /// <summary>The kernel's number; 0 in a set that is to be made.</summary>
    public ulong Handle { get; init; }
}
