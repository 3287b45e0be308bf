namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_trace_types.</summary>
public enum NftTraceType : uint
{
    NFT_TRACETYPE_UNSPEC = 0,

    /// <summary>The end of a base chain: its policy decides.</summary>
    NFT_TRACETYPE_POLICY = 1,

    /// <summary>The end of a chain, or a <c>return</c>.</summary>
    NFT_TRACETYPE_RETURN = 2,

    /// <summary>A rule matched; without a handle only the packet is shown.</summary>
    NFT_TRACETYPE_RULE = 3,
}

/// <summary>What one rule, or the end of one chain, did to a packet that has <c>meta nftrace set 1</c>.</summary>
/// <remarks>A rule whose match fails gives no event. Headers and interfaces come only with a packet's first event in each base chain.</remarks>
public sealed record NftTrace : NftEvent
{
    /// <summary>The same for all events of one packet in one hook.</summary>
    public required uint Id { get; init; }

    /// <summary>Of the table.</summary>
    public required NftFamily Family { get; init; }

    public string Table { get; init; } = "";

    public string Chain { get; init; } = "";

    public NftTraceType Type { get; init; }

    /// <summary>Which rule; 0: none, this event only shows the packet.</summary>
    public ulong RuleHandle { get; init; }

    public NftVerdict? Verdict { get; init; }

    /// <summary>For NFT_TRACETYPE_POLICY.</summary>
    public NftPolicy? Policy { get; init; }

    /// <summary>The packet's mark; null for none.</summary>
    public uint? Mark { get; init; }

    public uint? InputLink { get; init; }

    /// <summary>ARPHRD_: 1 Ethernet, 772 loopback.</summary>
    public ushort? InputLinkType { get; init; }

    public uint? OutputLink { get; init; }

    public ushort? OutputLinkType { get; init; }

    /// <summary>Of the packet: Ip or Ip6 also in tables of inet.</summary>
    public NftFamily? Protocol { get; init; }

    /// <summary>The first bytes of the link layer's header, at most 20.</summary>
    public NftValue LinkLayerHeader { get; init; }

    /// <summary>The first bytes of the network header: 20 for IPv4, 40 for IPv6.</summary>
    public NftValue NetworkHeader { get; init; }

    /// <summary>The first bytes behind the network header, at most 20.</summary>
    public NftValue TransportHeader { get; init; }
}
