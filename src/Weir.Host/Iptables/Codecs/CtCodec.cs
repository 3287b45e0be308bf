using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables.Codecs;

internal static class CtCodec
{
    internal static NftValue Write(CtTarget target)
    {
        var info = new xt_ct_target_info_v1
        {
            flags = (ushort)((target.NoTrack ? xt_ct_target_info_v1.XT_CT_NOTRACK : 0) | (target.IsNotrackAlias ? xt_ct_target_info_v1.XT_CT_NOTRACK_ALIAS : 0)
                | (target.ZoneIsMark ? xt_ct_target_info_v1.XT_CT_ZONE_MARK : 0) | (int)target.ZoneDirections),
            zone = target.Zone,
            ct_events = (uint)target.Events,
            exp_events = target.ExpectationEvents ? 1u : 0,
        };
        XtInfo.WriteText(info.helper, target.Helper);
        XtInfo.WriteText(info.timeout, target.Timeout);
        return XtInfo.Write(info);
    }

    internal static CtTarget? Read(NftValue bytes) => XtInfo.Read<xt_ct_target_info_v1>(bytes) is not { ct_events: < 2 * (uint)ConnectionEvents.secmark } info ? null : new CtTarget
    {
        NoTrack = (info.flags & xt_ct_target_info_v1.XT_CT_NOTRACK) != 0,
        IsNotrackAlias = (info.flags & xt_ct_target_info_v1.XT_CT_NOTRACK_ALIAS) != 0,
        ZoneIsMark = (info.flags & xt_ct_target_info_v1.XT_CT_ZONE_MARK) != 0,
        ZoneDirections = (ZoneDirections)(info.flags & (xt_ct_target_info_v1.XT_CT_ZONE_DIR_ORIG | xt_ct_target_info_v1.XT_CT_ZONE_DIR_REPL)),
        Zone = info.zone,
        Events = (ConnectionEvents)info.ct_events,
        ExpectationEvents = info.exp_events != 0,
        Helper = XtInfo.ReadText(info.helper),
        Timeout = XtInfo.ReadText(info.timeout),
    };
}
