using System.Net;
using System.Net.Sockets;

namespace Weir.Netlink.Route;

/// <summary>A policy routing rule, as <c>ip rule</c> shows it.</summary>
public sealed record RoutingRule
{
    public required AddressFamily Family { get; init; }
    public required uint Priority { get; init; }
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
    public byte Protocol { get; init; }
    public uint Flags { get; init; }
}

/// <summary><c>ip rule</c>.</summary>
public sealed class RoutingRules
{
    public IReadOnlyList<RoutingRule> List(AddressFamily family) => throw new NotImplementedException();
    public void Add(RoutingRule rule) => throw new NotImplementedException();
    public void Delete(RoutingRule rule) => throw new NotImplementedException();
}
