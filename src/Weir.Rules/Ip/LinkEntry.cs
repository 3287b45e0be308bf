namespace Weir.Rules.Ip;

/// <summary>A link in a listing: the first lines of <c>ip link</c> and <c>ip address</c>.</summary>
public sealed record LinkEntry : IpEntry
{
    public int Index { get; init; }
    public string Name { get; init; } = "";
    /// <summary>What stands after the <c>@</c>: the other end or lower link, <c>if71</c> when it is in another namespace; empty when there is none.</summary>
    public string Peer { get; init; } = "";
    /// <summary>IFF_ flags of include/uapi/linux/if.h.</summary>
    public uint Flags { get; init; }
    public int Mtu { get; init; }
    /// <summary><c>xdp</c>, <c>xdpgeneric</c>, <c>xdpoffload</c>, <c>xdpmulti</c>; empty when there is no program.</summary>
    public string Xdp { get; init; } = "";
    public uint XdpProgramId { get; init; }
    public string Qdisc { get; init; } = "";
    public string Master { get; init; } = "";
    public string State { get; init; } = "";
    /// <summary><c>DEFAULT</c> or <c>DORMANT</c>; empty in <c>ip address</c>, which does not print it.</summary>
    public string Mode { get; init; } = "";
    public uint Group { get; init; }
    public int? QueueLength { get; init; }
    /// <summary>The word after <c>link/</c>: <c>ether</c>, <c>loopback</c>, <c>none</c>.</summary>
    public string Type { get; init; } = "";
    public byte[] Address { get; init; } = [];
    public byte[] Broadcast { get; init; } = [];
    /// <summary>The name of the namespace of <see cref="Peer"/>; empty when it has none here.</summary>
    public string PeerNamespace { get; init; } = "";
    public int? PeerNamespaceId { get; init; }
    /// <summary>What <c>-d</c> adds; null without.</summary>
    public LinkDetails? Details { get; init; }
    /// <summary>What stands in a text between the addresses and the alias, a line for each part, in their order.</summary>
    public IReadOnlyList<string> DetailLines { get; init; } = [];
    public string Alias { get; init; } = "";
    public IReadOnlyList<string> AlternativeNames { get; init; } = [];
}
