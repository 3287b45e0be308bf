using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_u32.h: one test.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_u32_test
{
    public xt_u32_locations location;
    public xt_u32_values value;
    public byte nnums;
    public byte nvalues;
    private readonly ushort _padding;
}
