namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_table_flags.</summary>
[Flags]
public enum NftTableFlags : uint
{
    None = 0,

    /// <summary>The table's base chains are out of the packet path.</summary>
    NFT_TABLE_F_DORMANT = 1,

    /// <summary>Only the socket that made the table may change it (EPERM for others, <c>nft flush ruleset</c> passes it by), and it goes when that socket closes.</summary>
    NFT_TABLE_F_OWNER = 2,

    /// <summary>With OWNER, Linux 6.9 and later: the table stays when its owner closes, and another may take it over.</summary>
    NFT_TABLE_F_PERSIST = 4,
}

/// <summary>A table, as <c>nft list tables</c> shows it.</summary>
public sealed record NftTable
{
    public required NftFamily Family { get; init; }

    public required string Name { get; init; }

    public NftTableFlags Flags { get; init; }

    /// <summary>The kernel's number; 0 in a table that is to be made.</summary>
    public ulong Handle { get; init; }

    /// <summary>How many chains, sets, objects and flow tables it has.</summary>
    public uint Use { get; init; }

    /// <summary>The port id of the owner's socket; 0 without owner.</summary>
    public uint Owner { get; init; }

    /// <summary>nft's comment (see <see cref="NftUserData"/>), or whatever its maker put there.</summary>
    public NftValue UserData { get; init; }
}
