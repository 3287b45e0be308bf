using Weir.Linux;

namespace Weir.Netlink.Route;

/// <summary>A link, as <c>ip -d link show</c> shows it.</summary>
public sealed record Link
{
    public required int Index { get; init; }
    public required string Name { get; init; }
    /// <summary>The kind (<c>veth</c>, <c>bridge</c>); empty for a physical link.</summary>
    public string Kind { get; init; } = "";
    /// <summary>IFLA_INFO_DATA: what the kind says of itself, as it came. A bridge's holds running timers.</summary>
    public byte[] KindData { get; init; } = [];
    /// <summary>The kind of the link that this one is a port of (<c>bridge</c>); empty when it is none.</summary>
    public string PortKind { get; init; } = "";
    /// <summary>IFLA_INFO_SLAVE_DATA: the port's settings, as they came. A bridge port's holds running timers.</summary>
    public byte[] PortData { get; init; } = [];
    public byte[] Address { get; init; } = [];
    public byte[] Broadcast { get; init; } = [];
    public int Mtu { get; init; }
    public int TransmitQueueLength { get; init; }
    public int TransmitQueues { get; init; }
    public int ReceiveQueues { get; init; }
    /// <summary>How many ask for promiscuous mode (packet sockets, a bridge).</summary>
    public int Promiscuity { get; init; }
    /// <summary>IFF_ flags of include/uapi/linux/if.h, see <see cref="LinkFlags"/>.</summary>
    public uint Flags { get; init; }
    public bool IsUp => (Flags & 1) != 0;
    /// <summary>In the words of <c>ip</c>: <c>UP</c>, <c>DOWN</c>, <c>LOWERLAYERDOWN</c>, <c>UNKNOWN</c>.</summary>
    public string OperationalState { get; init; } = "";
    /// <summary>IFLA_LINK: the other end of a veth, the lower link of a macvlan; 0 when none.</summary>
    public int PeerIndex { get; init; }
    /// <summary>IFLA_LINK_NETNSID: where <see cref="PeerIndex"/> counts; null when in the same namespace.</summary>
    public int? PeerNamespaceId { get; init; }
    /// <summary>The bridge that the link is a port of; 0 when none.</summary>
    public int MasterIndex { get; init; }
    public string Qdisc { get; init; } = "";
    public string Alias { get; init; } = "";
    public int Group { get; init; }
    /// <summary>The id of the XDP program that is attached; 0 when none.</summary>
    public uint XdpProgramId { get; init; }
    public IReadOnlyList<string> AlternativeNames { get; init; } = [];
    /// <summary>IN6_ADDR_GEN_MODE_: 0 eui64, 1 none, 2 stable secret, 3 random; null when IPv6 is off.</summary>
    public byte? Ipv6AddressGeneration { get; init; }
    public ulong ReceivedPackets { get; init; }
    public ulong ReceivedBytes { get; init; }
    public ulong TransmittedPackets { get; init; }
    public ulong TransmittedBytes { get; init; }
}

/// <summary>What to change of a link; null leaves it as it is.</summary>
public sealed record LinkChange
{
    public string? Name { get; init; }
    public byte[]? Address { get; init; }
    public int? Mtu { get; init; }
    public int? TransmitQueueLength { get; init; }
    public bool? Up { get; init; }
    public bool? Arp { get; init; }
    /// <summary>The bridge to become a port of; 0 leaves its bridge.</summary>
    public int? MasterIndex { get; init; }
    /// <summary>Empty takes it away.</summary>
    public string? Alias { get; init; }
    public int? Group { get; init; }
    public byte? Ipv6AddressGeneration { get; init; }
    /// <summary>Move the link there, in the same message as the other changes (the kernel moves first, under the new name if the old is taken).</summary>
    public NetworkNamespace? Namespace { get; init; }
    /// <summary>IFLA_NEW_IFINDEX: the index wanted in <see cref="Namespace"/>; 0 lets the kernel keep or choose.</summary>
    public int NewIndex { get; init; }
}

/// <summary>One end of a new veth pair.</summary>
public sealed record VethEnd
{
    public required string Name { get; init; }
    /// <summary>The index wanted; 0 lets the kernel choose.</summary>
    public int Index { get; init; }
    public byte[]? Address { get; init; }
    public int? Mtu { get; init; }
    public int? TransmitQueueLength { get; init; }
    public int? TransmitQueues { get; init; }
    public int? ReceiveQueues { get; init; }
    /// <summary>The namespace to make this end in; null: the socket's.</summary>
    public NetworkNamespace? Namespace { get; init; }
}
