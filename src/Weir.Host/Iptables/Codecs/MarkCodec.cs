using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

/// <summary>The mark match of other writers; iptables' own is a comparison.</summary>
internal static class MarkCodec
{
    internal static NftValue Write(MarkMatch match) =>
        XtInfo.Write(new xt_mark_mtinfo1 { mark = match.Mark.Value.Mark, mask = match.Mark.Value.Mask, invert = match.Mark.Inverted ? (byte)1 : (byte)0 });

    internal static MarkMatch? Read(NftValue bytes) =>
        XtInfo.Read<xt_mark_mtinfo1>(bytes) is { } info ? new MarkMatch { Mark = new(new MarkMask(info.mark, info.mask), info.invert != 0) } : null;
}
