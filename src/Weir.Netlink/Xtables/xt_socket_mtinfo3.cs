using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_socket.h: the socket match, revision 3.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_socket_mtinfo3
{
    /// <summary>Bits of <see cref="flags"/>.</summary>
    public const byte XT_SOCKET_TRANSPARENT = 1, XT_SOCKET_NOWILDCARD = 2, XT_SOCKET_RESTORESKMARK = 4;

    public byte flags;
}
