using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_synproxy.h.</summary>
[Flags]
public enum SynproxyFlags : uint
{
    None = 0,
    NF_SYNPROXY_OPT_MSS = 1,
    NF_SYNPROXY_OPT_WSCALE = 2,
    NF_SYNPROXY_OPT_SACK_PERM = 4,
    NF_SYNPROXY_OPT_TIMESTAMP = 8,
    NF_SYNPROXY_OPT_ECN = 16,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_synproxy_attributes.</summary>
internal enum SynproxyAttribute : ushort
{
    NFTA_SYNPROXY_MSS = 1,
    NFTA_SYNPROXY_WSCALE = 2,
    NFTA_SYNPROXY_FLAGS = 3,
}

/// <summary>Answers SYNs with cookies in the server's place; also what a synproxy object holds.</summary>
public sealed record SynproxyExpression(ushort MaximumSegment, byte WindowScale, SynproxyFlags Flags) : NftExpression(SynproxyExpression.KernelName)
{
    internal const string KernelName = "synproxy";

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(SynproxyAttribute.NFTA_SYNPROXY_FLAGS)
            ? new SynproxyExpression(
                data.UInt16(SynproxyAttribute.NFTA_SYNPROXY_MSS),
                data.UInt8(SynproxyAttribute.NFTA_SYNPROXY_WSCALE),
                (SynproxyFlags)data.UInt32(SynproxyAttribute.NFTA_SYNPROXY_FLAGS))
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        writer.WriteUInt16BigEndian(SynproxyAttribute.NFTA_SYNPROXY_MSS, MaximumSegment);
        writer.WriteUInt8(SynproxyAttribute.NFTA_SYNPROXY_WSCALE, WindowScale);
        writer.WriteUInt32BigEndian(SynproxyAttribute.NFTA_SYNPROXY_FLAGS, (uint)Flags);
    }
}
