using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_counter_attributes.</summary>
internal enum CounterAttribute : ushort
{
    NFTA_COUNTER_BYTES = 1,
    NFTA_COUNTER_PACKETS = 2,
    NFTA_COUNTER_PAD = 3,
}

/// <summary>Counts packets and bytes; also what a counter object holds.</summary>
public sealed record CounterExpression(ulong Packets = 0, ulong Bytes = 0) : NftExpression(CounterExpression.KernelName)
{
    internal const string KernelName = "counter";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(CounterAttribute.NFTA_COUNTER_PAD)
            ? new CounterExpression(data.UInt64(CounterAttribute.NFTA_COUNTER_PACKETS), data.UInt64(CounterAttribute.NFTA_COUNTER_BYTES))
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt64BigEndian(CounterAttribute.NFTA_COUNTER_BYTES, Bytes);
        writer.WriteUInt64BigEndian(CounterAttribute.NFTA_COUNTER_PACKETS, Packets);
    }
}
