namespace Weir.Netlink.Route;

/// <summary>include/uapi/linux/if_link.h</summary>
internal enum LinkAttribute : ushort
{
    IFLA_ADDRESS = 1,
    IFLA_BROADCAST = 2,
    IFLA_IFNAME = 3,
    IFLA_MTU = 4,
    IFLA_LINK = 5,
    IFLA_QDISC = 6,
    IFLA_MASTER = 10,
    IFLA_TXQLEN = 13,
    IFLA_OPERSTATE = 16,
    IFLA_LINKMODE = 17,
    IFLA_LINKINFO = 18,
    IFLA_NET_NS_PID = 19,
    IFLA_IFALIAS = 20,
    IFLA_STATS64 = 23,
    IFLA_AF_SPEC = 26,
    IFLA_GROUP = 27,
    IFLA_NET_NS_FD = 28,
    IFLA_PROMISCUITY = 30,
    IFLA_NUM_TX_QUEUES = 31,
    IFLA_NUM_RX_QUEUES = 32,
    IFLA_CARRIER = 33,
    IFLA_CARRIER_CHANGES = 35,
    IFLA_LINK_NETNSID = 37,
    IFLA_PROTO_DOWN = 39,
    IFLA_GSO_MAX_SEGS = 40,
    IFLA_GSO_MAX_SIZE = 41,
    IFLA_XDP = 43,
    IFLA_NEW_IFINDEX = 49,
    IFLA_MIN_MTU = 50,
    IFLA_MAX_MTU = 51,
    IFLA_PROP_LIST = 52,
    IFLA_ALT_IFNAME = 53,
    IFLA_PERM_ADDRESS = 54,
    IFLA_GRO_MAX_SIZE = 58,
    IFLA_TSO_MAX_SIZE = 59,
    IFLA_TSO_MAX_SEGS = 60,
    IFLA_ALLMULTI = 61,
    IFLA_GSO_IPV4_MAX_SIZE = 63,
    IFLA_GRO_IPV4_MAX_SIZE = 64,
}

/// <summary>include/uapi/linux/if_link.h: inside IFLA_LINKINFO.</summary>
internal enum LinkInfoAttribute : ushort
{
    IFLA_INFO_KIND = 1,
    IFLA_INFO_DATA = 2,
    IFLA_INFO_SLAVE_KIND = 4,
    IFLA_INFO_SLAVE_DATA = 5,
}

/// <summary>include/uapi/linux/veth.h: inside IFLA_INFO_DATA of a veth.</summary>
internal enum VethAttribute : ushort
{
    VETH_INFO_PEER = 1,
}

/// <summary>include/uapi/linux/if_link.h: inside IFLA_XDP.</summary>
internal enum XdpAttribute : ushort
{
    IFLA_XDP_FD = 1,
    IFLA_XDP_ATTACHED = 2,
    IFLA_XDP_FLAGS = 3,
    IFLA_XDP_PROG_ID = 4,
    IFLA_XDP_EXPECTED_FD = 8,
}

/// <summary>include/uapi/linux/if_link.h: XDP_FLAGS_.</summary>
[Flags]
public enum XdpFlags : uint
{
    None = 0,
    /// <summary>EBUSY when there is a program already.</summary>
    XDP_FLAGS_UPDATE_IF_NOEXIST = 1,
    /// <summary>In the network stack, for any driver.</summary>
    XDP_FLAGS_SKB_MODE = 2,
    XDP_FLAGS_DRV_MODE = 4,
    XDP_FLAGS_HW_MODE = 8,
    XDP_FLAGS_REPLACE = 16,
}

/// <summary>include/uapi/linux/if_link.h: inside IFLA_AF_SPEC's AF_INET6.</summary>
internal enum Inet6Attribute : ushort
{
    IFLA_INET6_ADDR_GEN_MODE = 8,
}

/// <summary>Families inside IFLA_AF_SPEC (include/linux/socket.h).</summary>
internal enum LinkFamily : ushort
{
    AF_INET6 = 10,
}

/// <summary>include/uapi/linux/if.h: enum net_device_flags.</summary>
[Flags]
public enum LinkFlags : uint
{
    None = 0,
    IFF_UP = 1,
    IFF_BROADCAST = 2,
    IFF_LOOPBACK = 8,
    IFF_POINTOPOINT = 0x10,
    IFF_RUNNING = 0x40,
    IFF_NOARP = 0x80,
    IFF_PROMISC = 0x100,
    IFF_ALLMULTI = 0x200,
    IFF_MULTICAST = 0x1000,
    IFF_LOWER_UP = 0x10000,
}
