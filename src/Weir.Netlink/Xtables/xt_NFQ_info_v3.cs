using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_NFQUEUE.h: the NFQUEUE target, revision 3.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_NFQ_info_v3
{
    /// <summary>Bits of <see cref="flags"/>.</summary>
    public const ushort NFQ_FLAG_BYPASS = 1, NFQ_FLAG_CPU_FANOUT = 2;

    public ushort queuenum;
    public ushort queues_total;
    public ushort flags;
}
