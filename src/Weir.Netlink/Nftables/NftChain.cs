namespace Weir.Netlink.Nftables;

/// <summary>What becomes of a packet at the end of a base chain: NF_DROP or NF_ACCEPT.</summary>
public enum NftPolicy : uint
{
    Drop = 0,
    Accept = 1,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_chain_flags.</summary>
[Flags]
public enum NftChainFlags : uint
{
    None = 0,
    NFT_CHAIN_BASE = 1,
    NFT_CHAIN_HW_OFFLOAD = 2,

    /// <summary>A chain without a name, that goes with the rule which jumps to it.</summary>
    NFT_CHAIN_BINDING = 4,
}

/// <summary>A chain, as <c>nft list chains</c> shows it: with a hook a base chain, without one a regular chain.</summary>
public sealed record NftChain
{
    public required NftFamily Family { get; init; }

    public required string Table { get; init; }

    /// <summary>May be empty for a chain with an <see cref="Id"/> and NFT_CHAIN_BINDING: the kernel makes one up.</summary>
    public required string Name { get; init; }

    public NftHook? Hook { get; init; }

    /// <summary><c>filter</c>, <c>nat</c> or <c>route</c>; empty for a regular chain.</summary>
    public string Type { get; init; } = "";

    public NftPolicy? Policy { get; init; }

    /// <summary>Null: not counted. A base chain is counted when it is made with counters, as iptables makes them.</summary>
    public NftCounters? Counters { get; init; }

    /// <summary>Dumps have NFT_CHAIN_BASE for a base chain; it need not be set to make one.</summary>
    public NftChainFlags Flags { get; init; }

    /// <summary>The kernel's number; 0 in a chain that is to be made.</summary>
    public ulong Handle { get; init; }

    /// <summary>Rules in it and references to it.</summary>
    public uint Use { get; init; }

    /// <summary>The chain's number in a batch, for rules and verdicts of the same batch; 0: by name.</summary>
    public uint Id { get; init; }

    /// <summary>nft's comment (see <see cref="NftUserData"/>).</summary>
    public NftValue UserData { get; init; }
}
