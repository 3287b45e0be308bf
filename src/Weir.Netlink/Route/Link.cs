using Weir.Linux;
using Weir.Netlink.Route.Kinds;

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
    /// <summary>ARPHRD_ type: 1 Ethernet, 772 loopback, 65534 none (TUN).</summary>
    public ushort HardwareType { get; init; }
    /// <summary>IF_LINK_MODE_: 0 default, 1 dormant.</summary>
    public byte LinkMode { get; init; }
    public int MinimumMtu { get; init; }
    public int MaximumMtu { get; init; }
    public uint GsoMaximumSize { get; init; }
    public uint GsoMaximumSegments { get; init; }
    public uint GroMaximumSize { get; init; }
    public uint TsoMaximumSize { get; init; }
    public uint TsoMaximumSegments { get; init; }
    public uint GsoIpv4MaximumSize { get; init; }
    public uint GroIpv4MaximumSize { get; init; }
    public int AllMulticast { get; init; }
    public bool ProtocolDown { get; init; }
    /// <summary>IFLA_CARRIER: what the driver says of its cable.</summary>
    public bool Carrier { get; init; }
    public uint CarrierChanges { get; init; }
    /// <summary>The address that the device was made with; empty when it says none.</summary>
    public byte[] PermanentAddress { get; init; } = [];
    /// <summary>How the XDP program hangs on the link: 0 not, 1 driver, 2 generic, 3 hardware, 4 several.</summary>
    public byte XdpMode { get; init; }
    public LinkStatistics Statistics { get; init; }
    public ulong ReceivedPackets => Statistics.ReceivedPackets;
    public ulong ReceivedBytes => Statistics.ReceivedBytes;
    public ulong TransmittedPackets => Statistics.TransmittedPackets;
    public ulong TransmittedBytes => Statistics.TransmittedBytes;

    /// <summary>The kind with its settings; null for a physical link.</summary>
    public LinkKind? ReadKind() => Kind.Length == 0 ? null : LinkKind.Read(Kind, KindData);

    /// <summary>The settings of a bridge's port; null when the link is none.</summary>
    public BridgePort? ReadBridgePort() => PortKind == "bridge" ? BridgePort.Read(PortData) : null;
}

/// <summary>struct rtnl_link_stats64 of include/uapi/linux/if_link.h, as <c>ip -s -s link</c> shows it.</summary>
public readonly record struct LinkStatistics(
    ulong ReceivedPackets,
    ulong TransmittedPackets,
    ulong ReceivedBytes,
    ulong TransmittedBytes,
    ulong ReceiveErrors,
    ulong TransmitErrors,
    ulong ReceiveDropped,
    ulong TransmitDropped,
    ulong Multicast,
    ulong Collisions,
    ulong ReceiveLengthErrors,
    ulong ReceiveOverErrors,
    ulong ReceiveCrcErrors,
    ulong ReceiveFrameErrors,
    ulong ReceiveFifoErrors,
    ulong ReceiveMissedErrors,
    ulong TransmitAbortedErrors,
    ulong TransmitCarrierErrors,
    ulong TransmitFifoErrors,
    ulong TransmitHeartbeatErrors,
    ulong TransmitWindowErrors,
    ulong ReceiveCompressed,
    ulong TransmitCompressed,
    ulong ReceiveNoHandler);

/// <summary>A link to be made: <c>ip link add</c>.</summary>
public sealed record NewLink
{
    public required string Name { get; init; }
    public required LinkKind Kind { get; init; }
    /// <summary>The index wanted; 0 lets the kernel choose.</summary>
    public int Index { get; init; }
    public byte[]? Address { get; init; }
    public int? Mtu { get; init; }
    public int? TransmitQueueLength { get; init; }
    public int? TransmitQueues { get; init; }
    public int? ReceiveQueues { get; init; }
    /// <summary>IFLA_LINK, <c>link NAME</c>: the lower link of a macvlan, ipvlan or vlan; 0: none.</summary>
    public int ParentIndex { get; init; }
    /// <summary>The bridge to become a port of; 0: none.</summary>
    public int MasterIndex { get; init; }
    public int? Group { get; init; }
    public bool Up { get; init; }
    /// <summary>The namespace to make it in; null: the socket's.</summary>
    public NetworkNamespace? Namespace { get; init; }
    /// <summary>Make it in this process's namespace; null: see <see cref="Namespace"/>.</summary>
    public int? NamespaceOfProcess { get; init; }
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
    public byte[]? Broadcast { get; init; }
    public bool? Promiscuous { get; init; }
    public bool? AllMulticast { get; init; }
    public bool? Multicast { get; init; }
    /// <summary>What to change of the kind (a bridge's timers, a vxlan's ageing); only some of it can be changed later.</summary>
    public LinkKind? Kind { get; init; }
    /// <summary>What to change of the link as a bridge's port.</summary>
    public BridgePort? BridgePort { get; init; }
    /// <summary>Move the link there, in the same message as the other changes (the kernel moves first, under the new name if the old is taken).</summary>
    public NetworkNamespace? Namespace { get; init; }
    /// <summary>IFLA_NET_NS_PID: move the link to this process's namespace; null: see <see cref="Namespace"/>.</summary>
    public int? NamespaceOfProcess { get; init; }
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
