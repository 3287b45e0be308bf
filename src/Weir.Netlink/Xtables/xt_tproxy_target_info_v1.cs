using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_TPROXY.h: the TPROXY target, revision 1; the port is in network order.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_tproxy_target_info_v1
{
    public uint mark_mask;
    public uint mark_value;
    public nf_inet_addr laddr;
    public ushort lport;
    private readonly ushort _padding;
}
