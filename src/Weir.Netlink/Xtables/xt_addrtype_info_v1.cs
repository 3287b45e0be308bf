using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_addrtype.h: the addrtype match, revision 1.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_addrtype_info_v1
{
    /// <summary>Bits of <see cref="flags"/>.</summary>
    public const uint XT_ADDRTYPE_INVERT_SOURCE = 1, XT_ADDRTYPE_INVERT_DEST = 2, XT_ADDRTYPE_LIMIT_IFACE_IN = 4, XT_ADDRTYPE_LIMIT_IFACE_OUT = 8;

    public ushort source;
    public ushort dest;
    public uint flags;
}
