using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables.Codecs;

internal static class RejectCodec
{
    internal static NftValue Write(RejectTarget target) => XtInfo.Write(new ipt_reject_info { with = target.With });

    internal static RejectTarget? Read(NftValue bytes, XtContext context) =>
        XtInfo.Read<ipt_reject_info>(bytes) is { } info && new RejectTarget(context.Family, info.with) is { Answer.Length: > 0 } target ? target : null;
}
