using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_quota_flags.</summary>
[Flags]
public enum QuotaFlags : uint
{
    None = 0,
    NFT_QUOTA_F_INV = 1,
    NFT_QUOTA_F_DEPLETED = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_quota_attributes.</summary>
internal enum QuotaAttribute : ushort
{
    NFTA_QUOTA_BYTES = 1,
    NFTA_QUOTA_FLAGS = 2,
    NFTA_QUOTA_PAD = 3,
    NFTA_QUOTA_CONSUMED = 4,
}

/// <summary>Holds until so many bytes have come, inverted from then on; also what a quota object holds.</summary>
public sealed record QuotaExpression(ulong Bytes, QuotaFlags Flags = QuotaFlags.None, ulong Consumed = 0) : NftExpression(QuotaExpression.KernelName)
{
    internal const string KernelName = "quota";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(QuotaAttribute.NFTA_QUOTA_CONSUMED)
            ? new QuotaExpression(data.UInt64(QuotaAttribute.NFTA_QUOTA_BYTES), (QuotaFlags)data.UInt32(QuotaAttribute.NFTA_QUOTA_FLAGS), data.UInt64(QuotaAttribute.NFTA_QUOTA_CONSUMED))
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt64BigEndian(QuotaAttribute.NFTA_QUOTA_BYTES, Bytes);
        writer.WriteUInt64BigEndian(QuotaAttribute.NFTA_QUOTA_CONSUMED, Consumed);
        writer.WriteUInt32BigEndian(QuotaAttribute.NFTA_QUOTA_FLAGS, (uint)Flags);
    }
}
