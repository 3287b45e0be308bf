using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_u32.h: one step of a location.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_u32_location_element
{
    public uint number;
    public byte nextop;
    private readonly byte _padding1;
    private readonly ushort _padding2;
}
