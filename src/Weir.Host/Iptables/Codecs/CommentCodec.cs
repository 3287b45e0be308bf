using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class CommentCodec
{
    internal static NftValue Write(CommentMatch match)
    {
        xt_comment_info info = default;
        XtInfo.WriteText(info, match.Text);
        return XtInfo.Write(info);
    }

    internal static CommentMatch? Read(NftValue bytes) => XtInfo.Read<xt_comment_info>(bytes) is { } info ? new CommentMatch { Text = XtInfo.ReadText(info) } : null;
}
