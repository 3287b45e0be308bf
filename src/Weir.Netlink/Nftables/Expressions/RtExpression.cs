using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_rt_keys.</summary>
public enum RtKey : uint
{
    NFT_RT_CLASSID = 0,
    NFT_RT_NEXTHOP4 = 1,
    NFT_RT_NEXTHOP6 = 2,
    NFT_RT_TCPMSS = 3,
    NFT_RT_XFRM = 4,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_rt_attributes.</summary>
internal enum RtAttribute : ushort
{
    NFTA_RT_DREG = 1,
    NFTA_RT_KEY = 2,
}

/// <summary>Loads a fact about the packet's route; in forward, output and postrouting only.</summary>
public sealed record RtExpression(RtKey Key, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(RtExpression.KernelName)
{
    internal const string KernelName = "rt";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(RtAttribute.NFTA_RT_KEY) ? new RtExpression((RtKey)data.UInt32(RtAttribute.NFTA_RT_KEY), data.Register(RtAttribute.NFTA_RT_DREG)) : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(RtAttribute.NFTA_RT_KEY, (uint)Key);
        writer.WriteRegister(RtAttribute.NFTA_RT_DREG, Destination);
    }
}
