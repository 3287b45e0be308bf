using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_dynset_ops.</summary>
public enum DynsetOperation : uint
{
    NFT_DYNSET_OP_ADD = 0,
    NFT_DYNSET_OP_UPDATE = 1,
    NFT_DYNSET_OP_DELETE = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_dynset_flags.</summary>
[Flags]
public enum DynsetFlags : uint
{
    None = 0,
    NFT_DYNSET_F_INV = 1,
    NFT_DYNSET_F_EXPR = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_dynset_attributes.</summary>
internal enum DynsetAttribute : ushort
{
    NFTA_DYNSET_SET_NAME = 1,
    NFTA_DYNSET_SET_ID = 2,
    NFTA_DYNSET_OP = 3,
    NFTA_DYNSET_SREG_KEY = 4,
    NFTA_DYNSET_SREG_DATA = 5,
    NFTA_DYNSET_TIMEOUT = 6,
    NFTA_DYNSET_EXPR = 7,
    NFTA_DYNSET_PAD = 8,
    NFTA_DYNSET_FLAGS = 9,
    NFTA_DYNSET_EXPRESSIONS = 10,
}

/// <summary>Adds, updates or deletes an element of a set from the packet path: <c>add @set { ip saddr }</c>.</summary>
public sealed record DynsetExpression(string Set, DynsetOperation Operation, NftRegister Key = NftRegister.NFT_REG_1) : NftExpression(DynsetExpression.KernelName)
{
    internal const string KernelName = "dynset";

    /// <summary>What a map's element gets; null for a set.</summary>
    public NftRegister? Data { get; init; }

    /// <summary>Whole milliseconds; null: the set's own.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The set's number in the same batch; 0 when the name is enough.</summary>
    public uint SetId { get; init; }

    /// <summary>What each new element carries: counters, limits. More than one are written with NFT_DYNSET_F_EXPR.</summary>
    public IReadOnlyList<NftExpression> Expressions { get; init; } = [];

    public DynsetFlags Flags { get; init; }

    public bool Equals(DynsetExpression? other) =>
        other is not null && Set == other.Set && Operation == other.Operation && Key == other.Key && Data == other.Data && Timeout == other.Timeout
        && SetId == other.SetId && Flags == other.Flags && Expressions.SequenceEqual(other.Expressions);

    public override int GetHashCode() => HashCode.Combine(Set, Operation, Key, Data, Timeout, SetId, Flags, Expressions.Count);

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(DynsetAttribute.NFTA_DYNSET_EXPRESSIONS)
            ? new DynsetExpression(
                data.Text(DynsetAttribute.NFTA_DYNSET_SET_NAME),
                (DynsetOperation)data.UInt32(DynsetAttribute.NFTA_DYNSET_OP),
                data.Register(DynsetAttribute.NFTA_DYNSET_SREG_KEY))
            {
                Data = data.Has(DynsetAttribute.NFTA_DYNSET_SREG_DATA) ? data.Register(DynsetAttribute.NFTA_DYNSET_SREG_DATA) : null,
                Timeout = data.Has(DynsetAttribute.NFTA_DYNSET_TIMEOUT) ? NftTime.FromMilliseconds(data.UInt64(DynsetAttribute.NFTA_DYNSET_TIMEOUT)) : null,
                SetId = data.UInt32(DynsetAttribute.NFTA_DYNSET_SET_ID),
                Expressions = data.Expressions(DynsetAttribute.NFTA_DYNSET_EXPR, DynsetAttribute.NFTA_DYNSET_EXPRESSIONS),
                Flags = (DynsetFlags)data.UInt32(DynsetAttribute.NFTA_DYNSET_FLAGS),
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(DynsetAttribute.NFTA_DYNSET_OP, (uint)Operation);
        writer.WriteRegister(DynsetAttribute.NFTA_DYNSET_SREG_KEY, Key);
        if (Data is { } data)
            writer.WriteRegister(DynsetAttribute.NFTA_DYNSET_SREG_DATA, data);
        if (Timeout is { } timeout)
            writer.WriteUInt64BigEndian(DynsetAttribute.NFTA_DYNSET_TIMEOUT, NftTime.ToMilliseconds(timeout));
        writer.WriteString(DynsetAttribute.NFTA_DYNSET_SET_NAME, Set);
        writer.WriteUInt32Unless0(DynsetAttribute.NFTA_DYNSET_SET_ID, SetId);
        ExpressionMessage.WriteOneOrMore(ref writer, DynsetAttribute.NFTA_DYNSET_EXPR, DynsetAttribute.NFTA_DYNSET_EXPRESSIONS, Expressions);
        // nft_dynset.c takes a list with the flag only, and dumps never have the flag.
        writer.WriteUInt32Unless0(DynsetAttribute.NFTA_DYNSET_FLAGS, (uint)(Expressions.Count > 1 ? Flags | DynsetFlags.NFT_DYNSET_F_EXPR : Flags));
    }
}
