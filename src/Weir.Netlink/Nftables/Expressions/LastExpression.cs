using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_last_attributes.</summary>
internal enum LastAttribute : ushort
{
    NFTA_LAST_SET = 1,
    NFTA_LAST_MSECS = 2,
    NFTA_LAST_PAD = 3,
}

/// <summary>Remembers when a packet came last.</summary>
/// <param name="Since">How long ago, in whole milliseconds; null: none came.</param>
public sealed record LastExpression(TimeSpan? Since = null) : NftExpression(LastExpression.KernelName)
{
    internal const string KernelName = "last";

    internal static NftExpression? Read(ExpressionData data) =>
        !data.HasOnly(LastAttribute.NFTA_LAST_PAD) ? null
        : data.UInt32(LastAttribute.NFTA_LAST_SET) != 0 ? new LastExpression(NftTime.FromMilliseconds(data.UInt64(LastAttribute.NFTA_LAST_MSECS)))
        : new LastExpression();

    internal override void WriteData(ref NetlinkWriter writer)
    {
        if (Since is not { } since)
            return;
        writer.WriteUInt32BigEndian(LastAttribute.NFTA_LAST_SET, 1);
        writer.WriteUInt64BigEndian(LastAttribute.NFTA_LAST_MSECS, NftTime.ToMilliseconds(since));
    }
}
