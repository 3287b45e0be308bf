using Weir.Netlink.Protocol;

namespace Weir.Netlink.Ipset;

/// <summary>include/uapi/linux/netfilter/ipset/ip_set.h: enum ipset_cmd, with NFNL_SUBSYS_IPSET (6) in the upper byte.</summary>
internal enum IpsetCommand : ushort
{
    IPSET_CMD_CREATE = 0x602,
    IPSET_CMD_DESTROY = 0x603,
    IPSET_CMD_FLUSH = 0x604,
    IPSET_CMD_RENAME = 0x605,
    IPSET_CMD_SWAP = 0x606,
    IPSET_CMD_LIST = 0x607,
    IPSET_CMD_SAVE = 0x608,
    IPSET_CMD_ADD = 0x609,
    IPSET_CMD_DEL = 0x60a,
    IPSET_CMD_TEST = 0x60b,
    IPSET_CMD_HEADER = 0x60c,
    IPSET_CMD_TYPE = 0x60d,
}

/// <summary>include/uapi/linux/netfilter/ipset/ip_set.h: attributes of every message.</summary>
internal enum IpsetAttribute : ushort
{
    IPSET_ATTR_PROTOCOL = 1,
    IPSET_ATTR_SETNAME = 2,
    IPSET_ATTR_TYPENAME = 3,
    /// <summary>The same number: the second name of a rename and a swap.</summary>
    IPSET_ATTR_SETNAME2 = 3,
    IPSET_ATTR_REVISION = 4,
    IPSET_ATTR_FAMILY = 5,
    IPSET_ATTR_FLAGS = 6,
    IPSET_ATTR_DATA = 7,
    IPSET_ATTR_ADT = 8,
    IPSET_ATTR_LINENO = 9,
    IPSET_ATTR_REVISION_MIN = 10,
    IPSET_ATTR_INDEX = 11,
}

/// <summary>include/uapi/linux/netfilter/ipset/ip_set.h: attributes inside IPSET_ATTR_DATA, of a set and of an element.</summary>
internal enum IpsetDataAttribute : ushort
{
    IPSET_ATTR_IP = 1,
    IPSET_ATTR_IP_TO = 2,
    IPSET_ATTR_CIDR = 3,
    IPSET_ATTR_PORT = 4,
    IPSET_ATTR_PORT_TO = 5,
    IPSET_ATTR_TIMEOUT = 6,
    IPSET_ATTR_PROTO = 7,
    IPSET_ATTR_CADT_FLAGS = 8,
    IPSET_ATTR_CADT_LINENO = 9,
    IPSET_ATTR_BITMASK = 12,
    IPSET_ATTR_INITVAL = 17,
    IPSET_ATTR_HASHSIZE = 18,
    IPSET_ATTR_MAXELEM = 19,
    IPSET_ATTR_NETMASK = 20,
    IPSET_ATTR_BUCKETSIZE = 21,
    IPSET_ATTR_SIZE = 23,
    IPSET_ATTR_ELEMENTS = 24,
    IPSET_ATTR_REFERENCES = 25,
    IPSET_ATTR_MEMSIZE = 26,
}

/// <summary>include/uapi/linux/netfilter/ipset/ip_set.h: attributes of an element; some numbers are those of a set's attributes.</summary>
internal enum IpsetElementAttribute : ushort
{
    IPSET_ATTR_NAME = 18,
    IPSET_ATTR_NAMEREF = 19,
    IPSET_ATTR_IP2 = 20,
    IPSET_ATTR_CIDR2 = 21,
    IPSET_ATTR_IP2_TO = 22,
    IPSET_ATTR_IFACE = 23,
    IPSET_ATTR_BYTES = 24,
    IPSET_ATTR_PACKETS = 25,
    IPSET_ATTR_COMMENT = 26,
    IPSET_ATTR_SKBMARK = 27,
    IPSET_ATTR_SKBPRIO = 28,
    IPSET_ATTR_SKBQUEUE = 29,
}

/// <summary>include/uapi/linux/netfilter/ipset/ip_set.h: inside IPSET_ATTR_IP.</summary>
internal enum IpsetAddressAttribute : ushort
{
    IPSET_ATTR_IPADDR_IPV4 = 1,
    IPSET_ATTR_IPADDR_IPV6 = 2,
}

/// <summary>include/uapi/linux/netfilter/ipset/ip_set.h: enum ipset_cadt_flags.</summary>
[Flags]
internal enum IpsetFlags : uint
{
    None = 0,
    IPSET_FLAG_BEFORE = 0x1,
    IPSET_FLAG_PHYSDEV = 0x2,
    IPSET_FLAG_NOMATCH = 0x4,
    IPSET_FLAG_WITH_COUNTERS = 0x8,
    IPSET_FLAG_WITH_COMMENT = 0x10,
    IPSET_FLAG_WITH_FORCEADD = 0x20,
    IPSET_FLAG_WITH_SKBINFO = 0x40,
    IPSET_FLAG_IFACE_WILDCARD = 0x80,
}

/// <summary>include/uapi/linux/netfilter/ipset/ip_set.h, ip_set_bitmap.h, ip_set_hash.h, ip_set_list.h: errors of ipset's own.</summary>
internal enum IpsetError
{
    IPSET_ERR_PROTOCOL = 4097,
    IPSET_ERR_FIND_TYPE = 4098,
    IPSET_ERR_MAX_SETS = 4099,
    IPSET_ERR_BUSY = 4100,
    IPSET_ERR_EXIST_SETNAME2 = 4101,
    IPSET_ERR_TYPE_MISMATCH = 4102,
    IPSET_ERR_EXIST = 4103,
    IPSET_ERR_INVALID_CIDR = 4104,
    IPSET_ERR_INVALID_NETMASK = 4105,
    IPSET_ERR_INVALID_FAMILY = 4106,
    IPSET_ERR_TIMEOUT = 4107,
    IPSET_ERR_REFERENCED = 4108,
    IPSET_ERR_IPADDR_IPV4 = 4109,
    IPSET_ERR_IPADDR_IPV6 = 4110,
    IPSET_ERR_COUNTER = 4111,
    IPSET_ERR_COMMENT = 4112,
    IPSET_ERR_INVALID_MARKMASK = 4113,
    IPSET_ERR_SKBINFO = 4114,
    IPSET_ERR_BITMAP_RANGE = 4352,
    IPSET_ERR_BITMAP_RANGE_SIZE = 4353,
    IPSET_ERR_HASH_FULL = 4352,
    IPSET_ERR_HASH_ELEM = 4353,
    IPSET_ERR_INVALID_PROTO = 4354,
    IPSET_ERR_MISSING_PROTO = 4355,
    IPSET_ERR_HASH_RANGE_UNSUPPORTED = 4356,
    IPSET_ERR_HASH_RANGE = 4357,
    IPSET_ERR_NAME = 4352,
    IPSET_ERR_LOOP = 4353,
    IPSET_ERR_BEFORE = 4354,
    IPSET_ERR_NAMEREF = 4355,
    IPSET_ERR_LIST_FULL = 4356,
    IPSET_ERR_REF_EXIST = 4357,
}

internal static class IpsetTypes
{
    /// <summary>The version of the protocol; the kernel takes 6 and 7.</summary>
    internal const byte ProtocolVersion = 7;

    internal static NetlinkMessageType Message(IpsetCommand command) => (NetlinkMessageType)command;

    /// <summary>The newest revision of each kind whose attributes are known here: those of ipset 7.17.</summary>
    internal static byte KnownRevision(string type) => type switch
    {
        "hash:ip" => 6,
        "hash:ip,port" => 7,
        "hash:net" => 7,
        "hash:net,port" => 8,
        "hash:ip,port,ip" => 6,
        "hash:ip,port,net" => 8,
        "hash:net,iface" => 8,
        _ => 3,
    };
}
