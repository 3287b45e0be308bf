using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_mark.h: the MARK target, revision 2.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_mark_tginfo2
{
    public uint mark;
    public uint mask;
}
