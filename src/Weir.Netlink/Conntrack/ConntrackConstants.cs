namespace Weir.Netlink.Conntrack;

/// <summary>include/uapi/linux/netfilter/nfnetlink_conntrack.h: enum cntl_msg_types, with NFNL_SUBSYS_CTNETLINK (1) in the upper byte.</summary>
internal enum ConntrackMessageType : ushort
{
    IPCTNL_MSG_CT_NEW = 0x100,
    IPCTNL_MSG_CT_GET = 0x101,
    IPCTNL_MSG_CT_DELETE = 0x102,
    IPCTNL_MSG_CT_GET_CTRZERO = 0x103,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_conntrack.h: enum ctattr_type.</summary>
internal enum ConntrackAttribute : ushort
{
    CTA_TUPLE_ORIG = 1,
    CTA_TUPLE_REPLY = 2,
    CTA_STATUS = 3,
    CTA_PROTOINFO = 4,
    CTA_HELP = 5,
    CTA_TIMEOUT = 7,
    CTA_MARK = 8,
    CTA_COUNTERS_ORIG = 9,
    CTA_COUNTERS_REPLY = 10,
    CTA_USE = 11,
    CTA_ID = 12,
    CTA_ZONE = 18,
    CTA_SECCTX = 19,
    CTA_TIMESTAMP = 20,
    CTA_MARK_MASK = 21,
    CTA_LABELS = 22,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_conntrack.h: enum ctattr_tuple.</summary>
internal enum TupleAttribute : ushort
{
    CTA_TUPLE_IP = 1,
    CTA_TUPLE_PROTO = 2,
    CTA_TUPLE_ZONE = 3,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_conntrack.h: enum ctattr_ip.</summary>
internal enum TupleAddressAttribute : ushort
{
    CTA_IP_V4_SRC = 1,
    CTA_IP_V4_DST = 2,
    CTA_IP_V6_SRC = 3,
    CTA_IP_V6_DST = 4,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_conntrack.h: enum ctattr_l4proto.</summary>
internal enum TupleProtocolAttribute : ushort
{
    CTA_PROTO_NUM = 1,
    CTA_PROTO_SRC_PORT = 2,
    CTA_PROTO_DST_PORT = 3,
    CTA_PROTO_ICMP_ID = 4,
    CTA_PROTO_ICMP_TYPE = 5,
    CTA_PROTO_ICMP_CODE = 6,
    CTA_PROTO_ICMPV6_ID = 7,
    CTA_PROTO_ICMPV6_TYPE = 8,
    CTA_PROTO_ICMPV6_CODE = 9,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_conntrack.h: ctattr_protoinfo, and the first attribute of each protocol's nest.</summary>
internal enum ProtocolInfoAttribute : ushort
{
    CTA_PROTOINFO_TCP = 1,
    CTA_PROTOINFO_DCCP = 2,
    CTA_PROTOINFO_SCTP = 3,
    CTA_PROTOINFO_STATE = 1,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_conntrack.h: enum ctattr_counters.</summary>
internal enum CounterAttribute : ushort
{
    CTA_COUNTERS_PACKETS = 1,
    CTA_COUNTERS_BYTES = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_conntrack_common.h: enum ip_conntrack_status.</summary>
[Flags]
public enum ConntrackStatus : uint
{
    None = 0,
    IPS_EXPECTED = 1,
    IPS_SEEN_REPLY = 2,
    IPS_ASSURED = 4,
    IPS_CONFIRMED = 8,
    IPS_SRC_NAT = 0x10,
    IPS_DST_NAT = 0x20,
    IPS_SEQ_ADJUST = 0x40,
    IPS_SRC_NAT_DONE = 0x80,
    IPS_DST_NAT_DONE = 0x100,
    IPS_DYING = 0x200,
    IPS_FIXED_TIMEOUT = 0x400,
    IPS_TEMPLATE = 0x800,
    IPS_HELPER = 0x2000,
    IPS_OFFLOAD = 0x4000,
    IPS_HW_OFFLOAD = 0x8000,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink.h: enum nfnetlink_groups.</summary>
internal enum ConntrackGroup
{
    NFNLGRP_CONNTRACK_NEW = 1,
    NFNLGRP_CONNTRACK_UPDATE = 2,
    NFNLGRP_CONNTRACK_DESTROY = 3,
}
