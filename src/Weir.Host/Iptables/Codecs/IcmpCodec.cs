using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

/// <summary>The icmp and icmp6 matches: one structure.</summary>
internal static class IcmpCodec
{
    internal static NftValue Write(Negatable<IcmpType> type) => XtInfo.Write(new ipt_icmp
    {
        type = type.Value.Type,
        code_min = type.Value.Code?.First ?? 0,
        code_max = type.Value.Code?.Last ?? byte.MaxValue,
        invflags = type.Inverted ? ipt_icmp.IPT_ICMP_INV : (byte)0,
    });

    internal static Negatable<IcmpType>? Read(NftValue bytes)
    {
        if (XtInfo.Read<ipt_icmp>(bytes) is not { } info)
            return null;
        IcmpCodes? codes = (info.code_min, info.code_max) == (0, byte.MaxValue) ? null : new IcmpCodes(info.code_min, info.code_max);
        return new(new IcmpType(info.type, codes), (info.invflags & ipt_icmp.IPT_ICMP_INV) != 0);
    }
}
