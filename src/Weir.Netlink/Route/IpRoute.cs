using System.Net;
using System.Net.Sockets;

namespace Weir.Netlink.Route;

/// <summary>A route, as <c>ip route show table all</c> shows it.</summary>
public sealed record IpRoute
{
    public required AddressFamily Family { get; init; }
    /// <summary>Null: default.</summary>
    public IPAddress? Destination { get; init; }
    public byte DestinationLength { get; init; }
    public IPAddress? Source { get; init; }
    public byte SourceLength { get; init; }
    public IPAddress? Gateway { get; init; }
    /// <summary>RTA_VIA when the gateway is of another family.</summary>
    public bool GatewayIsVia { get; init; }
    public int LinkIndex { get; init; }
    public IPAddress? PreferredSource { get; init; }
    public uint Table { get; init; } = 254;
    public uint Priority { get; init; }
    public byte Protocol { get; init; } = 3;
    public byte Scope { get; init; }
    /// <summary>RTN_: 1 unicast, 2 local, 3 broadcast, 4 anycast, 5 multicast, 6 blackhole, 7 unreachable, 8 prohibit.</summary>
    public byte Type { get; init; } = 1;
    public byte TypeOfService { get; init; }
    /// <summary>RTNH_F_ flags; 4 is onlink. Add passes on those that may be asked for; the others are the kernel's account of the link.</summary>
    public uint Flags { get; init; }
    /// <summary>RTA_PREF of IPv6: 0 medium, 1 high, 3 low; null for IPv4.</summary>
    public byte? Preference { get; init; }
    /// <summary>Seconds until it expires (IPv6, from router advertisements); null when it stays.</summary>
    public uint? ExpiresSeconds { get; init; }
    /// <summary>RTA_METRICS by RTAX_ number; 1 is the mask of locked ones.</summary>
    public IReadOnlyDictionary<ushort, uint> Metrics { get; init; } = NoMetrics;
    /// <summary>RTAX_CC_ALGO, <c>congctl</c>: the TCP congestion control for what goes this way; empty when not said.</summary>
    public string CongestionControl { get; init; } = "";
    /// <summary>RTA_FLOW, <c>realms FROM/TO</c>: 16 bits each; 0 when not said.</summary>
    public uint Realms { get; init; }
    public IReadOnlyList<NextHop> NextHops { get; init; } = [];
    public uint NextHopId { get; init; }
    /// <summary>The attributes of the kernel's message as they came, when it has one that is not modelled here, so that it is not lost when the route is written back; else empty.</summary>
    public byte[] Raw { get; init; } = [];

    /// <summary>Shared by all routes that have none.</summary>
    internal static IReadOnlyDictionary<ushort, uint> NoMetrics { get; } = new Dictionary<ushort, uint>();
}

/// <summary>One leg of a multipath route.</summary>
public sealed record NextHop(IPAddress? Gateway, int LinkIndex, byte Weight, byte Flags)
{
    /// <summary>The leg's attributes that are neither gateway nor link (RTA_ENCAP and the like), as they came.</summary>
    public byte[] Raw { get; init; } = [];
}
