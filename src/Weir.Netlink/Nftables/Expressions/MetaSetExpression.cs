using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>Sets a mark, priority, packet type or the trace flag of the packet from a register.</summary>
public sealed record MetaSetExpression(MetaKey Key, NftRegister Source = NftRegister.NFT_REG_1) : NftExpression(MetaExpression.KernelName)
{
    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(MetaAttribute.NFTA_META_KEY, (uint)Key);
        writer.WriteRegister(MetaAttribute.NFTA_META_SREG, Source);
    }
}
