using System.Net;
using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables.Codecs;

internal static class TproxyCodec
{
    internal static NftValue Write(TproxyTarget target) => XtInfo.Write(new xt_tproxy_target_info_v1
    {
        mark_mask = target.Mark.Mask,
        mark_value = target.Mark.Mark,
        laddr = XtContext.Write(target.Address),
        lport = (ushort)IPAddress.HostToNetworkOrder((short)target.Port),
    });

    internal static TproxyTarget? Read(NftValue bytes, XtContext context) => XtInfo.Read<xt_tproxy_target_info_v1>(bytes) is not { } info ? null : new TproxyTarget
    {
        Port = (ushort)IPAddress.NetworkToHostOrder((short)info.lport),
        Address = context.Read(info.laddr),
        Mark = new MarkMask(info.mark_value, info.mark_mask),
    };
}
