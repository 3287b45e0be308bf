namespace Weir.Netlink.Protocol;

/// <summary>include/uapi/linux/netlink.h and include/uapi/linux/rtnetlink.h: nlmsg_type.</summary>
public enum NetlinkMessageType : ushort
{
    NLMSG_NOOP = 1,
    NLMSG_ERROR = 2,
    NLMSG_DONE = 3,
    NLMSG_OVERRUN = 4,
    RTM_NEWLINK = 16,
    RTM_DELLINK = 17,
    RTM_GETLINK = 18,
    RTM_SETLINK = 19,
    RTM_NEWADDR = 20,
    RTM_DELADDR = 21,
    RTM_GETADDR = 22,
    RTM_NEWROUTE = 24,
    RTM_DELROUTE = 25,
    RTM_GETROUTE = 26,
    RTM_NEWNEIGH = 28,
    RTM_DELNEIGH = 29,
    RTM_GETNEIGH = 30,
    RTM_NEWRULE = 32,
    RTM_DELRULE = 33,
    RTM_GETRULE = 34,
    RTM_NEWQDISC = 36,
    RTM_DELQDISC = 37,
    RTM_GETQDISC = 38,
    RTM_NEWTCLASS = 40,
    RTM_DELTCLASS = 41,
    RTM_GETTCLASS = 42,
    RTM_NEWTFILTER = 44,
    RTM_DELTFILTER = 45,
    RTM_GETTFILTER = 46,
    RTM_NEWACTION = 48,
    RTM_DELACTION = 49,
    RTM_GETACTION = 50,
    RTM_NEWNSID = 88,
    RTM_DELNSID = 89,
    RTM_GETNSID = 90,
    RTM_NEWCHAIN = 100,
    RTM_DELCHAIN = 101,
    RTM_GETCHAIN = 102,
}

/// <summary>include/uapi/linux/netlink.h: flags of every message.</summary>
[Flags]
public enum NetlinkFlags : ushort
{
    None = 0,
    NLM_F_REQUEST = 0x01,
    NLM_F_MULTI = 0x02,
    NLM_F_ACK = 0x04,
    NLM_F_ECHO = 0x08,
    NLM_F_DUMP_INTR = 0x10,
    NLM_F_DUMP_FILTERED = 0x20,
}

/// <summary>include/uapi/linux/netlink.h: modifiers of GET requests.</summary>
[Flags]
internal enum GetFlags : ushort
{
    None = 0,
    NLM_F_ROOT = 0x100,
    NLM_F_MATCH = 0x200,
    NLM_F_DUMP = NLM_F_ROOT | NLM_F_MATCH,
}

/// <summary>include/uapi/linux/netlink.h: modifiers of NEW requests.</summary>
[Flags]
public enum NewFlags : ushort
{
    None = 0,
    NLM_F_REPLACE = 0x100,
    NLM_F_EXCL = 0x200,
    NLM_F_CREATE = 0x400,
    NLM_F_APPEND = 0x800,
}

/// <summary>include/uapi/linux/netlink.h: flags of NLMSG_ERROR and NLMSG_DONE.</summary>
[Flags]
internal enum ErrorFlags : ushort
{
    None = 0,
    NLM_F_CAPPED = 0x100,
    NLM_F_ACK_TLVS = 0x200,
}

/// <summary>include/uapi/linux/netlink.h: enum nlmsgerr_attrs.</summary>
internal enum ExtendedAckAttribute : ushort
{
    NLMSGERR_ATTR_MSG = 1,
    NLMSGERR_ATTR_OFFS = 2,
    NLMSGERR_ATTR_COOKIE = 3,
    NLMSGERR_ATTR_POLICY = 4,
    NLMSGERR_ATTR_MISS_TYPE = 5,
    NLMSGERR_ATTR_MISS_NEST = 6,
}

/// <summary>include/uapi/linux/netlink.h: enum netlink_policy_type_attr.</summary>
internal enum PolicyAttribute : ushort
{
    NL_POLICY_TYPE_ATTR_TYPE = 1,
    NL_POLICY_TYPE_ATTR_MIN_VALUE_S = 2,
    NL_POLICY_TYPE_ATTR_MAX_VALUE_S = 3,
    NL_POLICY_TYPE_ATTR_MIN_VALUE_U = 4,
    NL_POLICY_TYPE_ATTR_MAX_VALUE_U = 5,
    NL_POLICY_TYPE_ATTR_MIN_LENGTH = 6,
    NL_POLICY_TYPE_ATTR_MAX_LENGTH = 7,
}

/// <summary>include/uapi/linux/netlink.h: SOL_NETLINK options.</summary>
internal enum NetlinkOption
{
    NETLINK_ADD_MEMBERSHIP = 1,
    NETLINK_NO_ENOBUFS = 5,
    NETLINK_CAP_ACK = 10,
    NETLINK_EXT_ACK = 11,
    NETLINK_GET_STRICT_CHK = 12,
}

/// <summary>include/uapi/linux/netlink.h: protocols of AF_NETLINK.</summary>
public enum NetlinkProtocol
{
    NETLINK_ROUTE = 0,
    NETLINK_SOCK_DIAG = 4,
    NETLINK_NETFILTER = 12,
    NETLINK_GENERIC = 16,
}

/// <summary>include/uapi/linux/rtnetlink.h: enum rtnetlink_groups.</summary>
internal enum RouteGroup
{
    RTNLGRP_LINK = 1,
    RTNLGRP_NEIGH = 3,
    RTNLGRP_TC = 4,
    RTNLGRP_IPV4_IFADDR = 5,
    RTNLGRP_IPV4_ROUTE = 7,
    RTNLGRP_IPV4_RULE = 8,
    RTNLGRP_IPV6_IFADDR = 9,
    RTNLGRP_IPV6_ROUTE = 11,
    RTNLGRP_IPV6_RULE = 19,
    RTNLGRP_NSID = 28,
}
