using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_payload_bases.</summary>
public enum PayloadBase : uint
{
    NFT_PAYLOAD_LL_HEADER = 0,
    NFT_PAYLOAD_NETWORK_HEADER = 1,
    NFT_PAYLOAD_TRANSPORT_HEADER = 2,
    NFT_PAYLOAD_INNER_HEADER = 3,
    NFT_PAYLOAD_TUN_HEADER = 4,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_payload_attributes.</summary>
internal enum PayloadAttribute : ushort
{
    NFTA_PAYLOAD_DREG = 1,
    NFTA_PAYLOAD_BASE = 2,
    NFTA_PAYLOAD_OFFSET = 3,
    NFTA_PAYLOAD_LEN = 4,
    NFTA_PAYLOAD_SREG = 5,
    NFTA_PAYLOAD_CSUM_TYPE = 6,
    NFTA_PAYLOAD_CSUM_OFFSET = 7,
    NFTA_PAYLOAD_CSUM_FLAGS = 8,
}

/// <summary>Loads bytes of the packet, counted from the start of a header.</summary>
public sealed record PayloadExpression(PayloadBase Base, uint Offset, uint Length, NftRegister Destination = NftRegister.NFT_REG_1) : NftExpression(PayloadExpression.KernelName)
{
    internal const string KernelName = "payload";

    internal static NftExpression? Read(ExpressionData data) =>
        !data.HasOnly(PayloadAttribute.NFTA_PAYLOAD_CSUM_FLAGS) ? null
        : data.Has(PayloadAttribute.NFTA_PAYLOAD_SREG) ? PayloadSetExpression.ReadSet(data)
        : new PayloadExpression(
            (PayloadBase)data.UInt32(PayloadAttribute.NFTA_PAYLOAD_BASE),
            data.UInt32(PayloadAttribute.NFTA_PAYLOAD_OFFSET),
            data.UInt32(PayloadAttribute.NFTA_PAYLOAD_LEN),
            data.Register(PayloadAttribute.NFTA_PAYLOAD_DREG));

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteRegister(PayloadAttribute.NFTA_PAYLOAD_DREG, Destination);
        writer.WriteUInt32BigEndian(PayloadAttribute.NFTA_PAYLOAD_BASE, (uint)Base);
        writer.WriteUInt32BigEndian(PayloadAttribute.NFTA_PAYLOAD_OFFSET, Offset);
        writer.WriteUInt32BigEndian(PayloadAttribute.NFTA_PAYLOAD_LEN, Length);
    }
}
