namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_nat.h: NF_NAT_RANGE_.</summary>
[Flags]
public enum NatFlags : uint
{
    None = 0,
    NF_NAT_RANGE_MAP_IPS = 1,
    NF_NAT_RANGE_PROTO_SPECIFIED = 2,
    NF_NAT_RANGE_PROTO_RANDOM = 4,
    NF_NAT_RANGE_PERSISTENT = 8,
    NF_NAT_RANGE_PROTO_RANDOM_FULLY = 16,
    NF_NAT_RANGE_PROTO_OFFSET = 32,
    NF_NAT_RANGE_NETMAP = 64,
}
