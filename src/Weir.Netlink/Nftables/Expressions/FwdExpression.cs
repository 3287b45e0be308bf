using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_fwd_attributes.</summary>
internal enum FwdAttribute : ushort
{
    NFTA_FWD_SREG_DEV = 1,
    NFTA_FWD_SREG_ADDR = 2,
    NFTA_FWD_NFPROTO = 3,
}

/// <summary>Sends the packet out of another device (netdev), or to a neighbour's address there.</summary>
/// <param name="Family">Of the address.</param>
public sealed record FwdExpression(NftRegister Device = NftRegister.NFT_REG_1, NftRegister? Address = null, NftFamily? Family = null) : NftExpression(FwdExpression.KernelName)
{
    internal const string KernelName = "fwd";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(FwdAttribute.NFTA_FWD_NFPROTO)
            ? new FwdExpression(
                data.Register(FwdAttribute.NFTA_FWD_SREG_DEV),
                data.Has(FwdAttribute.NFTA_FWD_SREG_ADDR) ? data.Register(FwdAttribute.NFTA_FWD_SREG_ADDR) : null,
                data.Has(FwdAttribute.NFTA_FWD_NFPROTO) ? (NftFamily)data.UInt32(FwdAttribute.NFTA_FWD_NFPROTO) : null)
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(FwdAttribute.NFTA_FWD_SREG_DEV, Device);
        if (Address is { } address)
            writer.WriteRegister(FwdAttribute.NFTA_FWD_SREG_ADDR, address);
        if (Family is { } family)
            writer.WriteUInt32BigEndian(FwdAttribute.NFTA_FWD_NFPROTO, (uint)family);
    }
}
