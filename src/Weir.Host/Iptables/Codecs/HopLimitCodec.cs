using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class HopLimitCodec
{
    internal static NftValue Write(HopLimitMatch match) => XtInfo.Write(new ipt_ttl_info { mode = (byte)match.Test, ttl = match.Value });

    internal static HopLimitMatch? Read(NftValue bytes, XtContext context) =>
        XtInfo.Read<ipt_ttl_info>(bytes) is { mode: <= (byte)HopLimitTest.Greater } info
            ? new HopLimitMatch { Family = context.Family, Test = (HopLimitTest)info.mode, Value = info.ttl }
            : null;
}
