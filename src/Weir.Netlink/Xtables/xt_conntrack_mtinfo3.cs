using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_conntrack.h: the conntrack match, revision 3.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_conntrack_mtinfo3
{
    /// <summary>Bits of <see cref="match_flags"/> and <see cref="invert_flags"/>.</summary>
    public const ushort XT_CONNTRACK_STATE = 1, XT_CONNTRACK_PROTO = 2, XT_CONNTRACK_ORIGSRC = 4, XT_CONNTRACK_ORIGDST = 8, XT_CONNTRACK_REPLSRC = 0x10,
        XT_CONNTRACK_REPLDST = 0x20, XT_CONNTRACK_STATUS = 0x40, XT_CONNTRACK_EXPIRES = 0x80, XT_CONNTRACK_ORIGSRC_PORT = 0x100,
        XT_CONNTRACK_ORIGDST_PORT = 0x200, XT_CONNTRACK_REPLSRC_PORT = 0x400, XT_CONNTRACK_REPLDST_PORT = 0x800, XT_CONNTRACK_DIRECTION = 0x1000,
        XT_CONNTRACK_STATE_ALIAS = 0x2000;

    public nf_inet_addr origsrc_addr;
    public nf_inet_addr origsrc_mask;
    public nf_inet_addr origdst_addr;
    public nf_inet_addr origdst_mask;
    public nf_inet_addr replsrc_addr;
    public nf_inet_addr replsrc_mask;
    public nf_inet_addr repldst_addr;
    public nf_inet_addr repldst_mask;
    public uint expires_min;
    public uint expires_max;
    public ushort l4proto;
    public ushort origsrc_port;
    public ushort origdst_port;
    public ushort replsrc_port;
    public ushort repldst_port;
    public ushort match_flags;
    public ushort invert_flags;
    public ushort state_mask;
    public ushort status_mask;
    public ushort origsrc_port_high;
    public ushort origdst_port_high;
    public ushort replsrc_port_high;
    public ushort repldst_port_high;
    private readonly ushort _padding;
}
