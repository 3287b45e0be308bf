using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_connlimit_flags.</summary>
[Flags]
public enum ConnlimitFlags : uint
{
    None = 0,
    NFT_CONNLIMIT_F_INV = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_connlimit_attributes.</summary>
internal enum ConnlimitAttribute : ushort
{
    NFTA_CONNLIMIT_COUNT = 1,
    NFTA_CONNLIMIT_FLAGS = 2,
}

/// <summary>Holds while there are at most so many connections, inverted while there are more; also what a connlimit object holds.</summary>
public sealed record ConnlimitExpression(uint Count, ConnlimitFlags Flags = ConnlimitFlags.None) : NftExpression(ConnlimitExpression.KernelName)
{
    internal const string KernelName = "connlimit";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(ConnlimitAttribute.NFTA_CONNLIMIT_FLAGS)
            ? new ConnlimitExpression(data.UInt32(ConnlimitAttribute.NFTA_CONNLIMIT_COUNT), (ConnlimitFlags)data.UInt32(ConnlimitAttribute.NFTA_CONNLIMIT_FLAGS))
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt32BigEndian(ConnlimitAttribute.NFTA_CONNLIMIT_COUNT, Count);
        writer.WriteUInt32BigEndian(ConnlimitAttribute.NFTA_CONNLIMIT_FLAGS, (uint)Flags);
    }
}
