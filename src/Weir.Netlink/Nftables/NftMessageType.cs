namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nf_tables_msg_types, with NFNL_SUBSYS_NFTABLES (10) in the upper byte.</summary>
internal enum NftMessageType : ushort
{
    /// <summary>include/uapi/linux/netfilter/nfnetlink.h.</summary>
    NFNL_MSG_BATCH_BEGIN = 0x0010,
    NFNL_MSG_BATCH_END = 0x0011,
    NFT_MSG_NEWTABLE = 0x0a00,
    NFT_MSG_GETTABLE = 0x0a01,
    NFT_MSG_DELTABLE = 0x0a02,
    NFT_MSG_NEWCHAIN = 0x0a03,
    NFT_MSG_GETCHAIN = 0x0a04,
    NFT_MSG_DELCHAIN = 0x0a05,
    NFT_MSG_NEWRULE = 0x0a06,
    NFT_MSG_GETRULE = 0x0a07,
    NFT_MSG_DELRULE = 0x0a08,
    NFT_MSG_NEWSET = 0x0a09,
    NFT_MSG_GETSET = 0x0a0a,
    NFT_MSG_DELSET = 0x0a0b,
    NFT_MSG_NEWSETELEM = 0x0a0c,
    NFT_MSG_GETSETELEM = 0x0a0d,
    NFT_MSG_DELSETELEM = 0x0a0e,
    NFT_MSG_NEWGEN = 0x0a0f,
    NFT_MSG_GETGEN = 0x0a10,
    NFT_MSG_TRACE = 0x0a11,
    NFT_MSG_NEWOBJ = 0x0a12,
    NFT_MSG_GETOBJ = 0x0a13,
    NFT_MSG_DELOBJ = 0x0a14,
    NFT_MSG_GETOBJ_RESET = 0x0a15,
    NFT_MSG_NEWFLOWTABLE = 0x0a16,
    NFT_MSG_GETFLOWTABLE = 0x0a17,
    NFT_MSG_DELFLOWTABLE = 0x0a18,
    NFT_MSG_GETRULE_RESET = 0x0a19,
    NFT_MSG_DESTROYTABLE = 0x0a1a,
    NFT_MSG_DESTROYCHAIN = 0x0a1b,
    NFT_MSG_DESTROYRULE = 0x0a1c,
    NFT_MSG_DESTROYSET = 0x0a1d,
    NFT_MSG_DESTROYSETELEM = 0x0a1e,
    NFT_MSG_DESTROYOBJ = 0x0a1f,
    NFT_MSG_DESTROYFLOWTABLE = 0x0a20,
    NFT_MSG_GETSETELEM_RESET = 0x0a21,

    /// <summary>include/uapi/linux/netfilter/nf_tables_compat.h, subsystem 11.</summary>
    NFNL_MSG_COMPAT_GET = 0x0b00,
}
