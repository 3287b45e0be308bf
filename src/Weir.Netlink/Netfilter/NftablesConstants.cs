namespace Weir.Netlink.Netfilter;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nf_tables_msg_types, with NFNL_SUBSYS_NFTABLES (10) in the upper byte.</summary>
internal enum NftablesMessage : ushort
{
    NFT_MSG_NEWTABLE = 0x0a00,
    NFT_MSG_GETTABLE = 0x0a01,
    NFT_MSG_NEWCHAIN = 0x0a03,
    NFT_MSG_GETCHAIN = 0x0a04,
    NFT_MSG_NEWRULE = 0x0a06,
    NFT_MSG_GETRULE = 0x0a07,
    NFT_MSG_NEWSET = 0x0a09,
    NFT_MSG_GETSET = 0x0a0a,
    NFT_MSG_NEWSETELEM = 0x0a0c,
    NFT_MSG_GETSETELEM = 0x0a0d,
    NFT_MSG_NEWGEN = 0x0a0f,
    NFT_MSG_GETGEN = 0x0a10,
    NFT_MSG_NEWOBJ = 0x0a12,
    NFT_MSG_GETOBJ = 0x0a13,
    NFT_MSG_NEWFLOWTABLE = 0x0a16,
    NFT_MSG_GETFLOWTABLE = 0x0a17,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_table_attributes.</summary>
internal enum TableAttribute : ushort
{
    NFTA_TABLE_NAME = 1,
    NFTA_TABLE_FLAGS = 2,
    NFTA_TABLE_USERDATA = 6,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_chain_attributes.</summary>
internal enum ChainAttribute : ushort
{
    NFTA_CHAIN_TABLE = 1,
    NFTA_CHAIN_NAME = 3,
    NFTA_CHAIN_HOOK = 4,
    NFTA_CHAIN_POLICY = 5,
    NFTA_CHAIN_TYPE = 7,
    NFTA_CHAIN_FLAGS = 10,
    NFTA_CHAIN_USERDATA = 12,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_hook_attributes.</summary>
internal enum HookAttribute : ushort
{
    NFTA_HOOK_HOOKNUM = 1,
    NFTA_HOOK_PRIORITY = 2,
    NFTA_HOOK_DEV = 3,
    NFTA_HOOK_DEVS = 4,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_rule_attributes.</summary>
internal enum NftRuleAttribute : ushort
{
    NFTA_RULE_TABLE = 1,
    NFTA_RULE_CHAIN = 2,
    NFTA_RULE_EXPRESSIONS = 4,
    NFTA_RULE_COMPAT = 5,
    NFTA_RULE_USERDATA = 7,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_expr_attributes.</summary>
internal enum ExpressionAttribute : ushort
{
    NFTA_EXPR_NAME = 1,
    NFTA_EXPR_DATA = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_quota_attributes.</summary>
internal enum QuotaAttribute : ushort
{
    NFTA_QUOTA_CONSUMED = 4,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_attributes.</summary>
internal enum SetAttribute : ushort
{
    NFTA_SET_TABLE = 1,
    NFTA_SET_NAME = 2,
    NFTA_SET_FLAGS = 3,
    NFTA_SET_KEY_TYPE = 4,
    NFTA_SET_KEY_LEN = 5,
    NFTA_SET_DATA_TYPE = 6,
    NFTA_SET_DATA_LEN = 7,
    NFTA_SET_POLICY = 8,
    NFTA_SET_DESC = 9,
    NFTA_SET_TIMEOUT = 11,
    NFTA_SET_GC_INTERVAL = 12,
    NFTA_SET_USERDATA = 13,
    NFTA_SET_OBJ_TYPE = 15,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_elem_list_attributes.</summary>
internal enum ElementListAttribute : ushort
{
    NFTA_SET_ELEM_LIST_TABLE = 1,
    NFTA_SET_ELEM_LIST_SET = 2,
    NFTA_SET_ELEM_LIST_ELEMENTS = 3,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_elem_attributes.</summary>
internal enum ElementAttribute : ushort
{
    NFTA_SET_ELEM_KEY = 1,
    NFTA_SET_ELEM_DATA = 2,
    NFTA_SET_ELEM_FLAGS = 3,
    NFTA_SET_ELEM_TIMEOUT = 4,
    NFTA_SET_ELEM_USERDATA = 6,
    NFTA_SET_ELEM_OBJREF = 9,
    NFTA_SET_ELEM_KEY_END = 10,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_object_attributes.</summary>
internal enum ObjectAttribute : ushort
{
    NFTA_OBJ_TABLE = 1,
    NFTA_OBJ_NAME = 2,
    NFTA_OBJ_TYPE = 3,
    NFTA_OBJ_DATA = 4,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_flowtable_attributes.</summary>
internal enum FlowTableAttribute : ushort
{
    NFTA_FLOWTABLE_TABLE = 1,
    NFTA_FLOWTABLE_NAME = 2,
    NFTA_FLOWTABLE_HOOK = 3,
    NFTA_FLOWTABLE_FLAGS = 7,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_gen_attributes.</summary>
internal enum GenerationAttribute : ushort
{
    NFTA_GEN_ID = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_flags.</summary>
[Flags]
internal enum SetFlags : uint
{
    None = 0,
    NFT_SET_TIMEOUT = 0x10,
    NFT_SET_EVAL = 0x20,
}
