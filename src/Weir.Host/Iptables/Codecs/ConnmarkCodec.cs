using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class ConnmarkCodec
{
    internal static NftValue Write(ConnmarkMatch match) =>
        XtInfo.Write(new xt_connmark_mtinfo1 { mark = match.Mark.Value.Mark, mask = match.Mark.Value.Mask, invert = match.Mark.Inverted ? (byte)1 : (byte)0 });

    internal static ConnmarkMatch? Read(NftValue bytes) =>
        XtInfo.Read<xt_connmark_mtinfo1>(bytes) is { } info ? new ConnmarkMatch { Mark = new(new MarkMask(info.mark, info.mask), info.invert != 0) } : null;
}
