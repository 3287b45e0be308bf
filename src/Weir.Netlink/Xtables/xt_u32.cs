using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_u32.h: the u32 match, revision 0.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_u32
{
    public xt_u32_tests tests;
    public byte ntests;
    public byte invert;
    private readonly ushort _padding;
}
