using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class SocketCodec
{
    internal static NftValue Write(SocketMatch match) => XtInfo.Write(new xt_socket_mtinfo3
    {
        flags = (byte)((match.Transparent ? xt_socket_mtinfo3.XT_SOCKET_TRANSPARENT : 0) | (match.NoWildcard ? xt_socket_mtinfo3.XT_SOCKET_NOWILDCARD : 0)
            | (match.RestoreSocketMark ? xt_socket_mtinfo3.XT_SOCKET_RESTORESKMARK : 0)),
    });

    internal static SocketMatch? Read(NftValue bytes) => XtInfo.Read<xt_socket_mtinfo3>(bytes) is not { } info ? null : new SocketMatch
    {
        Transparent = (info.flags & xt_socket_mtinfo3.XT_SOCKET_TRANSPARENT) != 0,
        NoWildcard = (info.flags & xt_socket_mtinfo3.XT_SOCKET_NOWILDCARD) != 0,
        RestoreSocketMark = (info.flags & xt_socket_mtinfo3.XT_SOCKET_RESTORESKMARK) != 0,
    };
}
