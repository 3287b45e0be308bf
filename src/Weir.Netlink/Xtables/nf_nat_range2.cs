using System.Runtime.InteropServices;

namespace Weir.Netlink.Xtables;

/// <summary>include/uapi/linux/netfilter/nf_nat.h: DNAT of both families, revision 2; the ports are in network order.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct nf_nat_range2
{
    /// <summary>Bits of <see cref="flags"/>, here and in the other ranges.</summary>
    public const uint NF_NAT_RANGE_MAP_IPS = 1, NF_NAT_RANGE_PROTO_SPECIFIED = 2, NF_NAT_RANGE_PROTO_RANDOM = 4, NF_NAT_RANGE_PERSISTENT = 8,
        NF_NAT_RANGE_PROTO_RANDOM_FULLY = 0x10, NF_NAT_RANGE_PROTO_OFFSET = 0x20;

    public uint flags;
    public nf_inet_addr min_addr;
    public nf_inet_addr max_addr;
    public ushort min_proto;
    public ushort max_proto;
    public ushort base_proto;
    private readonly ushort _padding;
}
