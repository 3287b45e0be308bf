using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_lookup_flags.</summary>
[Flags]
public enum LookupFlags : uint
{
    None = 0,
    NFT_LOOKUP_F_INV = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_lookup_attributes.</summary>
internal enum LookupAttribute : ushort
{
    NFTA_LOOKUP_SET = 1,
    NFTA_LOOKUP_SREG = 2,
    NFTA_LOOKUP_DREG = 3,
    NFTA_LOOKUP_SET_ID = 4,
    NFTA_LOOKUP_FLAGS = 5,
}

/// <summary>Looks a register up in a set or a map; the rule ends where it is not found, or, inverted, where it is.</summary>
/// <param name="Set">The set's name; an anonymous one has, until the kernel numbers it, <c>__set%d</c> and a <see cref="SetId"/>.</param>
public sealed record LookupExpression(string Set, NftRegister Source = NftRegister.NFT_REG_1) : NftExpression(LookupExpression.KernelName)
{
    internal const string KernelName = "lookup";

    /// <summary>Where a map's data go; NFT_REG_VERDICT for a verdict map; null for a set.</summary>
    public NftRegister? Destination { get; init; }

    /// <summary>The set's number in the same batch; 0 when the name is enough.</summary>
    public uint SetId { get; init; }

    public LookupFlags Flags { get; init; }

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(LookupAttribute.NFTA_LOOKUP_FLAGS)
            ? new LookupExpression(data.Text(LookupAttribute.NFTA_LOOKUP_SET), data.Register(LookupAttribute.NFTA_LOOKUP_SREG))
            {
                Destination = data.Has(LookupAttribute.NFTA_LOOKUP_DREG) ? data.Register(LookupAttribute.NFTA_LOOKUP_DREG) : null,
                SetId = data.UInt32(LookupAttribute.NFTA_LOOKUP_SET_ID),
                Flags = (LookupFlags)data.UInt32(LookupAttribute.NFTA_LOOKUP_FLAGS),
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(LookupAttribute.NFTA_LOOKUP_SREG, Source);
        if (Destination is { } destination)
            writer.WriteRegister(LookupAttribute.NFTA_LOOKUP_DREG, destination);
        writer.WriteString(LookupAttribute.NFTA_LOOKUP_SET, Set);
        writer.WriteUInt32Unless0(LookupAttribute.NFTA_LOOKUP_SET_ID, SetId);
        writer.WriteUInt32Unless0(LookupAttribute.NFTA_LOOKUP_FLAGS, (uint)Flags);
    }
}
