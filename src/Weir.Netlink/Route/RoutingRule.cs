using System.Net;
using System.Net.Sockets;

namespace Weir.Netlink.Route;

/// <summary>A policy routing rule, as <c>ip rule</c> shows it.</summary>
public sealed record RoutingRule
{
    public required AddressFamily Family { get; init; }
    public required uint Priority { get; init; }
    /// <summary>Leave <see cref="Priority"/> out of the request: an added rule gets the place before the second one, a deleted one may have any.</summary>
    public bool AnyPriority { get; init; }
    public uint Mark { get; init; }
    public uint Mask { get; init; } = uint.MaxValue;
    public uint Table { get; init; }
    /// <summary>FR_ACT_: 1 to table, 2 goto, 3 nop, 6 blackhole, 7 unreachable, 8 prohibit.</summary>
    public byte Action { get; init; } = 1;
    public uint GotoPriority { get; init; }
    public IPAddress? Source { get; init; }
    public byte SourceLength { get; init; }
    public IPAddress? Destination { get; init; }
    public byte DestinationLength { get; init; }
    public string InputLink { get; init; } = "";
    public string OutputLink { get; init; } = "";
    public int? SuppressPrefixLength { get; init; }
    /// <summary>The link group whose routes do not count; null when not said.</summary>
    public int? SuppressGroup { get; init; }
    public byte Protocol { get; init; }
    public byte TypeOfService { get; init; }
    /// <summary>The packet's protocol (6 TCP, 17 UDP); 0 for any.</summary>
    public byte IpProtocol { get; init; }
    public PortRange? SourcePorts { get; init; }
    public PortRange? DestinationPorts { get; init; }
    public UserRange? Users { get; init; }
    /// <summary>To the table of the packet's VRF (<c>l3mdev</c>).</summary>
    public bool L3Master { get; init; }
    /// <summary>FRA_FLOW, <c>realms FROM/TO</c>: 16 bits each; 0 when not said.</summary>
    public uint Realms { get; init; }
    /// <summary>FRA_TUN_ID: the key of the tunnel that the packet came from; 0 for any.</summary>
    public ulong TunnelId { get; init; }
    /// <summary>FIB_RULE_ flags; 2 inverts the match (<c>not</c>).</summary>
    public uint Flags { get; init; }
}

/// <summary>Ports from first to last, both included.</summary>
public readonly record struct PortRange(ushort First, ushort Last);

/// <summary>User ids from first to last, both included.</summary>
public readonly record struct UserRange(uint First, uint Last);
