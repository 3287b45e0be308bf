using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_pkttype.h: the pkttype match, revision 0.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_pkttype_info
{
    public int pkttype;
    public int invert;
}
