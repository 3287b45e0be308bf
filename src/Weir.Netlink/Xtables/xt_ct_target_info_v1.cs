using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_CT.h: the CT target, revision 2.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_ct_target_info_v1
{
    /// <summary>Bits of <see cref="flags"/>.</summary>
    public const ushort XT_CT_NOTRACK = 1, XT_CT_NOTRACK_ALIAS = 2, XT_CT_ZONE_DIR_ORIG = 4, XT_CT_ZONE_DIR_REPL = 8, XT_CT_ZONE_MARK = 0x10;

    public ushort flags;
    public ushort zone;
    public uint ct_events;
    public uint exp_events;
    public xt_ct_helper helper;
    public xt_ct_timeout timeout;
    private readonly uint _padding;

    /// <summary>Of the kernel's own; it reads as 0.</summary>
    public ulong ct;
}
