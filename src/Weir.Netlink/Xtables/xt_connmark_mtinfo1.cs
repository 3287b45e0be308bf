using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_connmark.h: the connmark match, revision 1.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_connmark_mtinfo1
{
    public uint mark;
    public uint mask;
    public byte invert;
    private readonly byte _padding1;
    private readonly ushort _padding2;
}
