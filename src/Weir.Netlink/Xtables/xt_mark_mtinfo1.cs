using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_mark.h: the mark match, revision 1.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_mark_mtinfo1
{
    public uint mark;
    public uint mask;
    public byte invert;
    private readonly byte _padding1;
    private readonly ushort _padding2;
}
