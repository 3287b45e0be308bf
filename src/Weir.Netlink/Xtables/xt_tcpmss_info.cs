using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_TCPMSS.h: the TCPMSS target, revision 0.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_tcpmss_info
{
    /// <summary>What the path's MTU allows.</summary>
    public const ushort XT_TCPMSS_CLAMP_PMTU = 0xffff;

    public ushort mss;
}
