using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_set.h: a set, by its number in the namespace.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_set_info
{
    /// <summary>Bit of <see cref="flags"/>; bit n, from 1, says that the n-th part is the source.</summary>
    public const byte IPSET_INV_MATCH = 1;

    public ushort index;
    public byte dim;
    public byte flags;
}
