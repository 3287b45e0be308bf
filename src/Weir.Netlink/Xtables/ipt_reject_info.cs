using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter_ipv4/ipt_REJECT.h: the REJECT target, revision 0; ip6t_reject_info has the same shape and other numbers.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ipt_reject_info
{
    public uint with;
}
