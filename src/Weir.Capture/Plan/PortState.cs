using Weir.Netlink.Route;

namespace Weir.Capture.Plan;

/// <summary>What a workload's port has that must be found again on the link that takes its place.</summary>
internal sealed record PortState
{
    public required byte[] Address { get; init; }
    public required int Mtu { get; init; }
    public required int TransmitQueueLength { get; init; }
    public required int Group { get; init; }
    public required string Alias { get; init; }
    public required bool Up { get; init; }
    public required bool Arp { get; init; }
    public required byte? AddressGeneration { get; init; }
    /// <summary>Offloads by ethtool's names.</summary>
    public required IReadOnlyDictionary<string, bool> Features { get; init; }
    /// <summary>All settings of the device, by their full key.</summary>
    public required IReadOnlyDictionary<string, string> Sysctls { get; init; }
    /// <summary>Those that differ from what a new device gets in this namespace: they are written before the port goes up.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> OwnSysctls { get; init; }
    public required IReadOnlyList<LinkAddress> Addresses { get; init; }
}

/// <summary>What the namespace has that goes when its port goes: routes and permanent neighbours.</summary>
internal sealed record RouteState(IReadOnlyList<IpRoute> Routes, IReadOnlyList<Neighbor> Neighbors);

/// <summary>A workload's state at one moment: before its capture, or before its release.</summary>
internal sealed record WorkloadState(IReadOnlyDictionary<ushort, PortState> Ports, RouteState Routes);
