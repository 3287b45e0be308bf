using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables.Codecs;

internal static class TcpmssCodec
{
    internal static NftValue Write(TcpmssTarget target) => XtInfo.Write(new xt_tcpmss_info { mss = target.Size ?? xt_tcpmss_info.XT_TCPMSS_CLAMP_PMTU });

    internal static TcpmssTarget? Read(NftValue bytes) =>
        XtInfo.Read<xt_tcpmss_info>(bytes) is { } info ? new TcpmssTarget(info.mss == xt_tcpmss_info.XT_TCPMSS_CLAMP_PMTU ? null : info.mss) : null;
}
