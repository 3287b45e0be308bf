namespace Weir.Netlink.Queue;

/// <summary>include/uapi/linux/netfilter/nfnetlink_queue.h: enum nfqnl_msg_types, with NFNL_SUBSYS_QUEUE (3) in the upper byte.</summary>
internal enum QueueMessageType : ushort
{
    NFQNL_MSG_PACKET = 0x300,
    NFQNL_MSG_VERDICT = 0x301,
    NFQNL_MSG_CONFIG = 0x302,
    NFQNL_MSG_VERDICT_BATCH = 0x303,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_queue.h: enum nfqnl_attr_type.</summary>
internal enum QueueAttribute : ushort
{
    NFQA_PACKET_HDR = 1,
    NFQA_VERDICT_HDR = 2,
    NFQA_MARK = 3,
    NFQA_TIMESTAMP = 4,
    NFQA_IFINDEX_INDEV = 5,
    NFQA_IFINDEX_OUTDEV = 6,
    NFQA_IFINDEX_PHYSINDEV = 7,
    NFQA_IFINDEX_PHYSOUTDEV = 8,
    NFQA_HWADDR = 9,
    NFQA_PAYLOAD = 10,
    NFQA_CAP_LEN = 13,
    NFQA_SKB_INFO = 14,
    NFQA_UID = 16,
    NFQA_GID = 17,
    NFQA_SECCTX = 18,
    NFQA_VLAN = 19,
    NFQA_L2HDR = 20,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_queue.h: enum nfqnl_attr_config.</summary>
internal enum QueueConfigAttribute : ushort
{
    NFQA_CFG_CMD = 1,
    NFQA_CFG_PARAMS = 2,
    NFQA_CFG_QUEUE_MAXLEN = 3,
    NFQA_CFG_MASK = 4,
    NFQA_CFG_FLAGS = 5,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_queue.h: enum nfqnl_msg_config_cmds.</summary>
internal enum QueueCommand : byte
{
    NFQNL_CFG_CMD_BIND = 1,
    NFQNL_CFG_CMD_UNBIND = 2,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_queue.h: NFQA_CFG_F_, what a queue may be asked for.</summary>
[Flags]
public enum QueueFlags : uint
{
    None = 0,

    /// <summary>A full queue lets packets pass, which then overtake those that wait, instead of dropping them.</summary>
    NFQA_CFG_F_FAIL_OPEN = 1,

    /// <summary>The connection's entry comes with the packet. Kernels without CONFIG_NETFILTER_NETLINK_GLUE_CT refuse it.</summary>
    NFQA_CFG_F_CONNTRACK = 2,

    /// <summary>Segments come whole, up to 64 KiB, and with partial checksums.</summary>
    NFQA_CFG_F_GSO = 4,

    /// <summary>The sender's user and group come with locally made packets.</summary>
    NFQA_CFG_F_UID_GID = 8,

    /// <summary>The sender's security context comes.</summary>
    NFQA_CFG_F_SECCTX = 16,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink_queue.h: NFQA_SKB_.</summary>
[Flags]
internal enum QueueSkbInfo : uint
{
    None = 0,
    NFQA_SKB_CSUMNOTREADY = 1,
    NFQA_SKB_GSO = 2,
    NFQA_SKB_CSUM_NOTVERIFIED = 4,
}
