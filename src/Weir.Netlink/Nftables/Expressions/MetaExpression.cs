using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_meta_attributes.</summary>
internal enum MetaAttribute : ushort
{
    NFTA_META_DREG = 1,
    NFTA_META_KEY = 2,
    NFTA_META_SREG = 3,
}

/// <summary>Loads a fact about the packet that is not in the packet: its interface, mark, protocol, owner.</summary>
public sealed record MetaExpression(MetaKey Key, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(MetaExpression.KernelName)
{
    internal const string KernelName = "meta";

    internal static NftExpression? Read(ExpressionData data) =>
        !data.HasOnly(MetaAttribute.NFTA_META_SREG) ? null
        : data.Has(MetaAttribute.NFTA_META_SREG) ? new MetaSetExpression((MetaKey)data.UInt32(MetaAttribute.NFTA_META_KEY), data.Register(MetaAttribute.NFTA_META_SREG))
        : new MetaExpression((MetaKey)data.UInt32(MetaAttribute.NFTA_META_KEY), data.Register(MetaAttribute.NFTA_META_DREG));

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(MetaAttribute.NFTA_META_KEY, (uint)Key);
        writer.WriteRegister(MetaAttribute.NFTA_META_DREG, Destination);
    }
}
