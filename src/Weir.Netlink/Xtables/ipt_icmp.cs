using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter_ipv4/ip_tables.h: the icmp match, revision 0; ip6t_icmp is the same.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ipt_icmp
{
    /// <summary>Bit of <see cref="invflags"/>.</summary>
    public const byte IPT_ICMP_INV = 1;

    public byte type;
    public byte code_min;
    public byte code_max;
    public byte invflags;
}
