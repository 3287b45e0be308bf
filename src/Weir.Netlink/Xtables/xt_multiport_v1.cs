using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_multiport.h: the multiport match, revision 1.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_multiport_v1
{
    public byte flags;
    public byte count;
    public xt_multiport_ports ports;
    public xt_multiport_flags pflags;
    public byte invert;
}
