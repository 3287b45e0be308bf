using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/ipset/ip_set.h: a counter's comparison.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ip_set_counter_match
{
    public ulong value;
    public byte op;
    private readonly byte _padding1;
    private readonly ushort _padding2;
    private readonly uint _padding3;
}
