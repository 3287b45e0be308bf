using Weir.Netlink.Nftables.Expressions;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_elem_flags.</summary>
[Flags]
public enum NftElementFlags : uint
{
    None = 0,

    /// <summary>The key is the first one behind an interval.</summary>
    NFT_SET_ELEM_INTERVAL_END = 1,

    /// <summary>nft's <c>*</c>: what no other element matches. It has no key.</summary>
    NFT_SET_ELEM_CATCHALL = 2,
}

/// <summary>An element of a set or map.</summary>
/// <remarks>
/// An interval of a plain key is two elements, its start and, with NFT_SET_ELEM_INTERVAL_END, the first key behind it. An interval of a
/// concatenation is one element, <see cref="Key"/> to <see cref="KeyEnd"/>, both included.
/// </remarks>
public sealed record NftElement
{
    public NftValue Key { get; init; }

    public NftValue KeyEnd { get; init; }

    public NftElementFlags Flags { get; init; }

    /// <summary>What a map gives: bytes or a verdict.</summary>
    public NftData? Data { get; init; }

    /// <summary>What an object map gives: the object's name; empty: none.</summary>
    public string Object { get; init; } = "";

    /// <summary>Whole milliseconds; null: the set's own, or none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How much of the time-out is left, whole milliseconds.</summary>
    public TimeSpan? Expiration { get; init; }

    /// <summary>Counters and limits of this element.</summary>
    public IReadOnlyList<NftExpression> Expressions { get; init; } = [];

    /// <summary>nft's comment (see <see cref="NftUserData"/>).</summary>
    public NftValue UserData { get; init; }

    public bool Equals(NftElement? other) =>
        other is not null && Key == other.Key && KeyEnd == other.KeyEnd && Flags == other.Flags && Data == other.Data && Object == other.Object
        && Timeout == other.Timeout && Expiration == other.Expiration && UserData == other.UserData && Expressions.SequenceEqual(other.Expressions);

    public override int GetHashCode() => HashCode.Combine(Key, KeyEnd, Flags, Data, Object, Timeout);
}
