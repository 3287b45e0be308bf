using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_LOG.h: the LOG target, revision 0.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_log_info
{
    public byte level;
    public byte logflags;
    public xt_log_prefix prefix;
}
