using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_dup_attributes.</summary>
internal enum DupAttribute : ushort
{
    NFTA_DUP_SREG_ADDR = 1,
    NFTA_DUP_SREG_DEV = 2,
}

/// <summary>Sends a copy of the packet to an address, or (netdev) out of a device.</summary>
public sealed record DupExpression(NftRegister? Address = null, NftRegister? Device = null) : NftExpression(DupExpression.KernelName)
{
    internal const string KernelName = "dup";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(DupAttribute.NFTA_DUP_SREG_DEV)
            ? new DupExpression(
                data.Has(DupAttribute.NFTA_DUP_SREG_ADDR) ? data.Register(DupAttribute.NFTA_DUP_SREG_ADDR) : null,
                data.Has(DupAttribute.NFTA_DUP_SREG_DEV) ? data.Register(DupAttribute.NFTA_DUP_SREG_DEV) : null)
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        if (Address is { } address)
            writer.WriteRegister(DupAttribute.NFTA_DUP_SREG_ADDR, address);
        if (Device is { } device)
            writer.WriteRegister(DupAttribute.NFTA_DUP_SREG_DEV, device);
    }
}
