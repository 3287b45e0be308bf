using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_range_ops.</summary>
public enum RangeOperation : uint
{
    NFT_RANGE_EQ = 0,
    NFT_RANGE_NEQ = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_range_attributes.</summary>
internal enum RangeAttribute : ushort
{
    NFTA_RANGE_SREG = 1,
    NFTA_RANGE_OP = 2,
    NFTA_RANGE_FROM_DATA = 3,
    NFTA_RANGE_TO_DATA = 4,
}

/// <summary>Compares a register with a range, both ends included; the bytes compare as in network order.</summary>
public sealed record RangeExpression(RangeOperation Operation, NftValue From, NftValue To, NftRegister Source = NftRegister.NFT_REG_1) : NftExpression(RangeExpression.KernelName)
{
    internal const string KernelName = "range";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(RangeAttribute.NFTA_RANGE_TO_DATA)
            ? new RangeExpression(
                (RangeOperation)data.UInt32(RangeAttribute.NFTA_RANGE_OP),
                data.Value(RangeAttribute.NFTA_RANGE_FROM_DATA),
                data.Value(RangeAttribute.NFTA_RANGE_TO_DATA),
                data.Register(RangeAttribute.NFTA_RANGE_SREG))
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(RangeAttribute.NFTA_RANGE_SREG, Source);
        writer.WriteUInt32BigEndian(RangeAttribute.NFTA_RANGE_OP, (uint)Operation);
        NftDataMessage.Write(ref writer, RangeAttribute.NFTA_RANGE_FROM_DATA, From);
        NftDataMessage.Write(ref writer, RangeAttribute.NFTA_RANGE_TO_DATA, To);
    }
}
