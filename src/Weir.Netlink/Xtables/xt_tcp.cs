using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_tcpudp.h: the tcp match, revision 0.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_tcp
{
    /// <summary>Bits of <see cref="invflags"/>.</summary>
    public const byte XT_TCP_INV_SRCPT = 1, XT_TCP_INV_DSTPT = 2, XT_TCP_INV_FLAGS = 4, XT_TCP_INV_OPTION = 8;

    public xt_ports spts;
    public xt_ports dpts;
    public byte option;
    public byte flg_mask;
    public byte flg_cmp;
    public byte invflags;
}
