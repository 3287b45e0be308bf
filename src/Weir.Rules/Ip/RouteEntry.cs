using System.Net;
using System.Net.Sockets;

namespace Weir.Rules.Ip;

/// <summary>What is said of a route or a leg beside its way; the kernel's RTNH_F_ and RTM_F_ bits, in the order in which ip prints them.</summary>
[Flags]
public enum RouteEntryFlags : uint
{
    None = 0,
    Dead = 1,
    Onlink = 4,
    Pervasive = 2,
    Offload = 8,
    Trap = 64,
    Notify = 0x100,
    Linkdown = 16,
    Unresolved = 32,
    RtOffload = 0x4000,
    RtTrap = 0x8000,
    RtOffloadFailed = 0x20000000,
}

/// <summary>A route, as <c>ip route</c> prints it and takes it.</summary>
public sealed record RouteEntry : IpEntry
{
    public AddressFamily Family { get; init; } = AddressFamily.InterNetwork;
    /// <summary>RTN_: 1 unicast, 2 local, …; 0 in a command that deletes whatever type there is.</summary>
    public byte Type { get; init; } = 1;
    /// <summary>Null: default.</summary>
    public IpPrefix? Destination { get; init; }
    public IpPrefix? Source { get; init; }
    public byte TypeOfService { get; init; }
    public uint NextHopId { get; init; }
    public IPAddress? Gateway { get; init; }
    public string Device { get; init; } = "";
    public uint Table { get; init; } = 254;
    public byte Protocol { get; init; } = 3;
    public byte Scope { get; init; }
    public IPAddress? PreferredSource { get; init; }
    /// <summary>Null: not said. IPv6 prints a 0 too.</summary>
    public uint? Metric { get; init; }
    public RouteEntryFlags Flags { get; init; }
    public uint Realms { get; init; }
    /// <summary>Seconds.</summary>
    public uint? Expires { get; init; }
    /// <summary>By RTAX_ number, in the kernel's units (rtt in eighths, rttvar in quarters of a millisecond); 1 is the mask of locked ones.</summary>
    public IReadOnlyDictionary<ushort, uint> Metrics { get; init; } = new Dictionary<ushort, uint>();
    public string CongestionControl { get; init; } = "";
    /// <summary>0 medium, 1 high, 3 low; null for IPv4.</summary>
    public byte? Preference { get; init; }
    public IReadOnlyList<RouteLeg> Legs { get; init; } = [];

    public bool Equals(RouteEntry? other) => other is not null && Verb == other.Verb && Family == other.Family && Type == other.Type && Equals(Destination, other.Destination)
        && Equals(Source, other.Source) && TypeOfService == other.TypeOfService && NextHopId == other.NextHopId && Equals(Gateway, other.Gateway) && Device == other.Device
        && Table == other.Table && Protocol == other.Protocol && Scope == other.Scope && Equals(PreferredSource, other.PreferredSource) && Metric == other.Metric
        && Flags == other.Flags && Realms == other.Realms && Expires == other.Expires && CongestionControl == other.CongestionControl && Preference == other.Preference
        && Metrics.OrderBy(metric => metric.Key).SequenceEqual(other.Metrics.OrderBy(metric => metric.Key)) && Legs.SequenceEqual(other.Legs);

    public override int GetHashCode() => HashCode.Combine(Family, Type, Destination, Table, Metric, Device, Gateway);
}

/// <summary>One way of a route that has several.</summary>
public sealed record RouteLeg(IPAddress? Gateway, string Device, byte Weight, RouteEntryFlags Flags, uint Realms);
