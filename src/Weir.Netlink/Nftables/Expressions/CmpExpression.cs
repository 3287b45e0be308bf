using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_cmp_ops.</summary>
public enum CmpOperation : uint
{
    NFT_CMP_EQ = 0,
    NFT_CMP_NEQ = 1,
    NFT_CMP_LT = 2,
    NFT_CMP_LTE = 3,
    NFT_CMP_GT = 4,
    NFT_CMP_GTE = 5,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_cmp_attributes.</summary>
internal enum CmpAttribute : ushort
{
    NFTA_CMP_SREG = 1,
    NFTA_CMP_OP = 2,
    NFTA_CMP_DATA = 3,
}

/// <summary>Compares the first bytes of a register; the rule ends where it does not hold.</summary>
public sealed record CmpExpression(CmpOperation Operation, NftValue Data, NftRegister Source = NftRegister.NFT_REG_1) : NftExpression(CmpExpression.KernelName)
{
    internal const string KernelName = "cmp";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(CmpAttribute.NFTA_CMP_DATA)
            ? new CmpExpression((CmpOperation)data.UInt32(CmpAttribute.NFTA_CMP_OP), data.Value(CmpAttribute.NFTA_CMP_DATA), data.Register(CmpAttribute.NFTA_CMP_SREG))
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(CmpAttribute.NFTA_CMP_SREG, Source);
        writer.WriteUInt32BigEndian(CmpAttribute.NFTA_CMP_OP, (uint)Operation);
        NftDataMessage.Write(ref writer, CmpAttribute.NFTA_CMP_DATA, Data);
    }
}
