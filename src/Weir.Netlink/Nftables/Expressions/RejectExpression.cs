using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_reject_types.</summary>
public enum RejectType : uint
{
    NFT_REJECT_ICMP_UNREACH = 0,
    NFT_REJECT_TCP_RST = 1,
    NFT_REJECT_ICMPX_UNREACH = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_reject_attributes.</summary>
internal enum RejectAttribute : ushort
{
    NFTA_REJECT_TYPE = 1,
    NFTA_REJECT_ICMP_CODE = 2,
}

/// <summary>Drops the packet and tells its sender.</summary>
/// <param name="Code">ICMP's code (for NFT_REJECT_ICMPX_UNREACH one of <c>enum nft_reject_inet_code</c>: 0 no route, 1 port, 2 host, 3 prohibited); null for a TCP reset.</param>
public sealed record RejectExpression(RejectType Type, byte? Code = null) : NftExpression(RejectExpression.KernelName)
{
    internal const string KernelName = "reject";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(RejectAttribute.NFTA_REJECT_ICMP_CODE)
            ? new RejectExpression((RejectType)data.UInt32(RejectAttribute.NFTA_REJECT_TYPE), data.Has(RejectAttribute.NFTA_REJECT_ICMP_CODE) ? data.UInt8(RejectAttribute.NFTA_REJECT_ICMP_CODE) : null)
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(RejectAttribute.NFTA_REJECT_TYPE, (uint)Type);
        if (Code is { } code)
            writer.WriteUInt8(RejectAttribute.NFTA_REJECT_ICMP_CODE, code);
    }
}
