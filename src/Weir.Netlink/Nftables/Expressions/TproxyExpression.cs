using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_tproxy_attributes.</summary>
internal enum TproxyAttribute : ushort
{
    NFTA_TPROXY_FAMILY = 1,
    NFTA_TPROXY_REG_ADDR = 2,
    NFTA_TPROXY_REG_PORT = 3,
}

/// <summary>Gives the packet to a transparent socket: at an address and a port from registers, or at the packet's own.</summary>
/// <param name="Family">Ip or Ip6; Unspecified in <c>inet</c> where only a port is given.</param>
public sealed record TproxyExpression(NftFamily Family, NftRegister? Port = null, NftRegister? Address = null) : NftExpression(TproxyExpression.KernelName)
{
    internal const string KernelName = "tproxy";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(TproxyAttribute.NFTA_TPROXY_REG_PORT)
            ? new TproxyExpression(
                (NftFamily)data.UInt32(TproxyAttribute.NFTA_TPROXY_FAMILY),
                data.Has(TproxyAttribute.NFTA_TPROXY_REG_PORT) ? data.Register(TproxyAttribute.NFTA_TPROXY_REG_PORT) : null,
                data.Has(TproxyAttribute.NFTA_TPROXY_REG_ADDR) ? data.Register(TproxyAttribute.NFTA_TPROXY_REG_ADDR) : null)
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(TproxyAttribute.NFTA_TPROXY_FAMILY, (uint)Family);
        if (Address is { } address)
            writer.WriteRegister(TproxyAttribute.NFTA_TPROXY_REG_ADDR, address);
        if (Port is { } port)
            writer.WriteRegister(TproxyAttribute.NFTA_TPROXY_REG_PORT, port);
    }
}
