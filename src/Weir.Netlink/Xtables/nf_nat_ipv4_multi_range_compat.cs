using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/nf_nat.h: SNAT, MASQUERADE and REDIRECT of IPv4, revision 0; addresses and ports are in network order.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct nf_nat_ipv4_multi_range_compat
{
    public uint rangesize;
    public uint flags;
    public uint min_ip;
    public uint max_ip;
    public ushort min;
    public ushort max;
}
