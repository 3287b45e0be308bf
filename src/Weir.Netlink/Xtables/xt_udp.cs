using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_tcpudp.h: the udp match, revision 0.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_udp
{
    /// <summary>Bits of <see cref="invflags"/>.</summary>
    public const byte XT_UDP_INV_SRCPT = 1, XT_UDP_INV_DSTPT = 2;

    public xt_ports spts;
    public xt_ports dpts;
    public byte invflags;
    private readonly byte _padding;
}
