using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter_ipv4/ipt_ttl.h: the ttl match, revision 0; ip6t_hl_info of the hl match is the same.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ipt_ttl_info
{
    public byte mode;
    public byte ttl;
}
