namespace Weir.Netlink.Ethtool;

/// <summary>include/uapi/linux/ethtool_netlink.h, or linux/ethtool_netlink_generated.h since 6.14: commands of the family "ethtool".</summary>
internal enum EthtoolMessage : byte
{
    ETHTOOL_MSG_FEATURES_GET = 11,
    ETHTOOL_MSG_FEATURES_SET = 12,
    ETHTOOL_MSG_RINGS_GET = 15,
    ETHTOOL_MSG_RINGS_SET = 16,
    ETHTOOL_MSG_CHANNELS_GET = 17,
    ETHTOOL_MSG_CHANNELS_SET = 18,
}

/// <summary>include/uapi/linux/ethtool_netlink.h: which link a request is about; the first attribute of every message.</summary>
internal enum EthtoolHeaderAttribute : ushort
{
    ETHTOOL_A_HEADER_DEV_INDEX = 1,
    ETHTOOL_A_HEADER_DEV_NAME = 2,
    ETHTOOL_A_HEADER_FLAGS = 3,
}

/// <summary>include/uapi/linux/ethtool_netlink.h: a set of bits by name.</summary>
internal enum BitsetAttribute : ushort
{
    ETHTOOL_A_BITSET_NOMASK = 1,
    ETHTOOL_A_BITSET_SIZE = 2,
    ETHTOOL_A_BITSET_BITS = 3,
}

/// <summary>include/uapi/linux/ethtool_netlink.h: inside ETHTOOL_A_BITSET_BITS.</summary>
internal enum BitsetListAttribute : ushort
{
    ETHTOOL_A_BITSET_BITS_BIT = 1,
}

/// <summary>include/uapi/linux/ethtool_netlink.h: one bit.</summary>
internal enum BitAttribute : ushort
{
    ETHTOOL_A_BITSET_BIT_INDEX = 1,
    ETHTOOL_A_BITSET_BIT_NAME = 2,
    ETHTOOL_A_BITSET_BIT_VALUE = 3,
}

/// <summary>include/uapi/linux/ethtool_netlink.h</summary>
internal enum FeaturesAttribute : ushort
{
    ETHTOOL_A_FEATURES_HEADER = 1,
    ETHTOOL_A_FEATURES_HW = 2,
    ETHTOOL_A_FEATURES_WANTED = 3,
    ETHTOOL_A_FEATURES_ACTIVE = 4,
    ETHTOOL_A_FEATURES_NOCHANGE = 5,
}

/// <summary>include/uapi/linux/ethtool_netlink.h</summary>
internal enum ChannelsAttribute : ushort
{
    ETHTOOL_A_CHANNELS_HEADER = 1,
    ETHTOOL_A_CHANNELS_RX_MAX = 2,
    ETHTOOL_A_CHANNELS_TX_MAX = 3,
    ETHTOOL_A_CHANNELS_OTHER_MAX = 4,
    ETHTOOL_A_CHANNELS_COMBINED_MAX = 5,
    ETHTOOL_A_CHANNELS_RX_COUNT = 6,
    ETHTOOL_A_CHANNELS_TX_COUNT = 7,
    ETHTOOL_A_CHANNELS_OTHER_COUNT = 8,
    ETHTOOL_A_CHANNELS_COMBINED_COUNT = 9,
}

/// <summary>include/uapi/linux/ethtool_netlink.h</summary>
internal enum RingsAttribute : ushort
{
    ETHTOOL_A_RINGS_HEADER = 1,
    ETHTOOL_A_RINGS_RX_MAX = 2,
    ETHTOOL_A_RINGS_RX_MINI_MAX = 3,
    ETHTOOL_A_RINGS_RX_JUMBO_MAX = 4,
    ETHTOOL_A_RINGS_TX_MAX = 5,
    ETHTOOL_A_RINGS_RX = 6,
    ETHTOOL_A_RINGS_RX_MINI = 7,
    ETHTOOL_A_RINGS_RX_JUMBO = 8,
    ETHTOOL_A_RINGS_TX = 9,
}
