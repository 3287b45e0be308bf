using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Iptables.Codecs;

internal static class MarkTargetCodec
{
    internal static NftValue Write(MarkTarget target) => XtInfo.Write(new xt_mark_tginfo2 { mark = target.Mark.Mark, mask = target.Mark.Mask });

    internal static MarkTarget? Read(NftValue bytes) => XtInfo.Read<xt_mark_tginfo2>(bytes) is { } info ? new MarkTarget(new MarkMask(info.mark, info.mask)) : null;
}
