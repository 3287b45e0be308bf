using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/nf_nat.h: SNAT (revision 1), MASQUERADE and REDIRECT (revision 0) of IPv6; the ports are in network order.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct nf_nat_range
{
    public uint flags;
    public nf_inet_addr min_addr;
    public nf_inet_addr max_addr;
    public ushort min_proto;
    public ushort max_proto;
}
