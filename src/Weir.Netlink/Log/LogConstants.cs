namespace Weir.Netlink.Log;

/// <summary>include/uapi/linux/netfilter/nfnetlink_log.h: enum nfulnl_msg_types, with NFNL_SUBSYS_ULOG (4) in the upper byte.</summary>
internal enum LogMessageType : ushort
{
    NFULNL_MSG_PACKET = 0x400,
    NFULNL_MSG_CONFIG = 0x401,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_log.h: enum nfulnl_attr_type.</summary>
internal enum LogAttribute : ushort
{
    NFULA_PACKET_HDR = 1,
    NFULA_MARK = 2,
    NFULA_TIMESTAMP = 3,
    NFULA_IFINDEX_INDEV = 4,
    NFULA_IFINDEX_OUTDEV = 5,
    NFULA_IFINDEX_PHYSINDEV = 6,
    NFULA_IFINDEX_PHYSOUTDEV = 7,
    NFULA_HWADDR = 8,
    NFULA_PAYLOAD = 9,
    NFULA_PREFIX = 10,
    NFULA_UID = 11,
    NFULA_SEQ = 12,
    NFULA_GID = 14,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_log.h: enum nfulnl_attr_config.</summary>
internal enum LogConfigAttribute : ushort
{
    NFULA_CFG_CMD = 1,
    NFULA_CFG_MODE = 2,
    NFULA_CFG_NLBUFSIZ = 3,
    NFULA_CFG_TIMEOUT = 4,
    NFULA_CFG_QTHRESH = 5,
    NFULA_CFG_FLAGS = 6,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_log.h: enum nfulnl_msg_config_cmds.</summary>
internal enum LogCommand : byte
{
    NFULNL_CFG_CMD_BIND = 1,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_log.h: NFULNL_CFG_F_.</summary>
[Flags]
internal enum LogFlags : ushort
{
    None = 0,
    NFULNL_CFG_F_SEQ = 1,
}
