using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_conntrack_tuple_common.h: enum ip_conntrack_dir.</summary>
public enum CtDirection : byte
{
    IP_CT_DIR_ORIGINAL = 0,
    IP_CT_DIR_REPLY = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_ct_attributes.</summary>
internal enum CtAttribute : ushort
{
    NFTA_CT_DREG = 1,
    NFTA_CT_KEY = 2,
    NFTA_CT_DIRECTION = 3,
    NFTA_CT_SREG = 4,
}

/// <summary>Loads a fact about the packet's connection: state and mark stand in the host's order.</summary>
public sealed record CtExpression(CtKey Key, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(CtExpression.KernelName)
{
    internal const string KernelName = "ct";

    /// <summary>Null: for keys that do not have one.</summary>
    public CtDirection? Direction { get; init; }

    private static CtDirection? ReadDirection(ExpressionData data) =>
        data.Has(CtAttribute.NFTA_CT_DIRECTION) ? (CtDirection)data.UInt8(CtAttribute.NFTA_CT_DIRECTION) : null;

    internal static NftExpression? Read(ExpressionData data) =>
        !data.HasOnly(CtAttribute.NFTA_CT_SREG) ? null
        : data.Has(CtAttribute.NFTA_CT_SREG) ? new CtSetExpression((CtKey)data.UInt32(CtAttribute.NFTA_CT_KEY), data.Register(CtAttribute.NFTA_CT_SREG)) { Direction = ReadDirection(data) }
        : new CtExpression((CtKey)data.UInt32(CtAttribute.NFTA_CT_KEY), data.Register(CtAttribute.NFTA_CT_DREG)) { Direction = ReadDirection(data) };

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(CtAttribute.NFTA_CT_KEY, (uint)Key);
        writer.WriteRegister(CtAttribute.NFTA_CT_DREG, Destination);
        if (Direction is { } direction)
            writer.WriteUInt8(CtAttribute.NFTA_CT_DIRECTION, (byte)direction);
    }
}
