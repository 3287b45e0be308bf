using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables.Codecs;

internal static class NfqueueCodec
{
    internal static NftValue Write(NfqueueTarget target) => XtInfo.Write(new xt_NFQ_info_v3
    {
        queuenum = target.Queue,
        queues_total = target.Count,
        flags = (ushort)((target.Bypass ? xt_NFQ_info_v3.NFQ_FLAG_BYPASS : 0) | (target.CpuFanout ? xt_NFQ_info_v3.NFQ_FLAG_CPU_FANOUT : 0)),
    });

    internal static NfqueueTarget? Read(NftValue bytes) => XtInfo.Read<xt_NFQ_info_v3>(bytes) is not { } info ? null : new NfqueueTarget
    {
        Queue = info.queuenum,
        Count = info.queues_total,
        Bypass = (info.flags & xt_NFQ_info_v3.NFQ_FLAG_BYPASS) != 0,
        CpuFanout = (info.flags & xt_NFQ_info_v3.NFQ_FLAG_CPU_FANOUT) != 0,
    };
}
