using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_limit_type.</summary>
public enum LimitType : uint
{
    NFT_LIMIT_PKTS = 0,
    NFT_LIMIT_PKT_BYTES = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_limit_flags.</summary>
[Flags]
public enum LimitFlags : uint
{
    None = 0,
    NFT_LIMIT_F_INV = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_limit_attributes.</summary>
internal enum LimitAttribute : ushort
{
    NFTA_LIMIT_RATE = 1,
    NFTA_LIMIT_UNIT = 2,
    NFTA_LIMIT_BURST = 3,
    NFTA_LIMIT_TYPE = 4,
    NFTA_LIMIT_FLAGS = 5,
    NFTA_LIMIT_PAD = 6,
}

/// <summary>Holds while packets (or bytes) come slower than a rate, inverted while they come faster; also what a limit object holds.</summary>
/// <param name="Rate">Packets or bytes per <paramref name="Unit"/>.</param>
/// <param name="Unit">In seconds: 1, 60, 3600, 86400, 604800.</param>
/// <param name="Burst">Packets or bytes above the rate.</param>
public sealed record LimitExpression(ulong Rate, ulong Unit, uint Burst = 0) : NftExpression(LimitExpression.KernelName)
{
    internal const string KernelName = "limit";

    public LimitType Type { get; init; }

    public LimitFlags Flags { get; init; }

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(LimitAttribute.NFTA_LIMIT_PAD)
            ? new LimitExpression(data.UInt64(LimitAttribute.NFTA_LIMIT_RATE), data.UInt64(LimitAttribute.NFTA_LIMIT_UNIT), data.UInt32(LimitAttribute.NFTA_LIMIT_BURST))
            {
                Type = (LimitType)data.UInt32(LimitAttribute.NFTA_LIMIT_TYPE),
                Flags = (LimitFlags)data.UInt32(LimitAttribute.NFTA_LIMIT_FLAGS),
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt64BigEndian(LimitAttribute.NFTA_LIMIT_RATE, Rate);
        writer.WriteUInt64BigEndian(LimitAttribute.NFTA_LIMIT_UNIT, Unit);
        writer.WriteUInt32BigEndian(LimitAttribute.NFTA_LIMIT_BURST, Burst);
        writer.WriteUInt32BigEndian(LimitAttribute.NFTA_LIMIT_TYPE, (uint)Type);
        writer.WriteUInt32BigEndian(LimitAttribute.NFTA_LIMIT_FLAGS, (uint)Flags);
    }
}
