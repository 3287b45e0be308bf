using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/xt_set.h: the set match, revision 4.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct xt_set_info_match_v4
{
    /// <summary>Bits of <see cref="flags"/>: include/uapi/linux/netfilter/ipset/ip_set.h.</summary>
    public const uint IPSET_FLAG_SKIP_COUNTER_UPDATE = 1 << 3, IPSET_FLAG_SKIP_SUBCOUNTER_UPDATE = 1 << 4, IPSET_FLAG_RETURN_NOMATCH = 1 << 7;

    public xt_set_info match_set;
    private readonly uint _padding1;
    public ip_set_counter_match packets;
    public ip_set_counter_match bytes;
    public uint flags;
    private readonly uint _padding2;
}
