namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netlink.h: modifiers of DELETE requests.</summary>
[Flags]
public enum DeleteFlags : ushort
{
    None = 0,
    NLM_F_NONREC = 0x100,
}

/// <summary>include/uapi/linux/netfilter/nfnetlink.h: enum nfnl_batch_attributes.</summary>
internal enum BatchAttribute : ushort
{
    NFNL_BATCH_GENID = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_gen_attributes.</summary>
internal enum GenerationAttribute : ushort
{
    NFTA_GEN_ID = 1,
    NFTA_GEN_PROC_PID = 2,
    NFTA_GEN_PROC_NAME = 3,
}

/// <summary>include/uapi/linux/netfilter/nf_tables_compat.h: NFTA_COMPAT_.</summary>
internal enum CompatAttribute : ushort
{
    NFTA_COMPAT_NAME = 1,
    NFTA_COMPAT_REV = 2,
    NFTA_COMPAT_TYPE = 3,
}

/// <summary>The two kinds of xtables extensions.</summary>
public enum XtKind : uint
{
    Match = 0,
    Target = 1,
}
