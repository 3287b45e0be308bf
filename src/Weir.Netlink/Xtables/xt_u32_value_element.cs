using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_u32.h: one range of values.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_u32_value_element
{
    public uint min;
    public uint max;
}
