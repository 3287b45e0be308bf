namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_flowtable_flags.</summary>
[Flags]
public enum NftFlowTableFlags : uint
{
    None = 0,
    NFT_FLOWTABLE_HW_OFFLOAD = 1,
    NFT_FLOWTABLE_COUNTER = 2,
}

/// <summary>A flow table: connections that a rule has put there pass from device to device by a short path.</summary>
public sealed record NftFlowTable
{
    public required NftFamily Family { get; init; }

    public required string Table { get; init; }

    public required string Name { get; init; }

    /// <summary>Always ingress, 0.</summary>
    public uint HookNumber { get; init; }

    public int Priority { get; init; }

    public IReadOnlyList<string> Devices { get; init; } = [];

    public NftFlowTableFlags Flags { get; init; }

    /// <summary>How many rules refer to it.</summary>
    public uint Use { get; init; }

    /// <summary>The kernel's number; 0 in a flow table that is to be made.</summary>
    public ulong Handle { get; init; }
}
