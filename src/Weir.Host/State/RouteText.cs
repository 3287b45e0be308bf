using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Host.State;

/// <summary>Routes as <c>ip route show table all</c> shows them, sorted.</summary>
internal static class RouteText
{
    private static readonly string[] Types =
        ["unspec", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole", "unreachable", "prohibit", "throw", "nat", "xresolve"];

    private static readonly Dictionary<uint, string> Tables = new() { [253] = "default", [254] = "main", [255] = "local" };
    private static readonly Dictionary<byte, string> Protocols = new() { [0] = "unspec", [1] = "redirect", [2] = "kernel", [3] = "boot", [4] = "static", [9] = "ra", [16] = "dhcp" };
    private static readonly Dictionary<byte, string> Scopes = new() { [0] = "global", [200] = "site", [253] = "link", [254] = "host", [255] = "nowhere" };

    // include/uapi/linux/rtnetlink.h; LINKDOWN (16) and the offload flags come and go by themselves.
    private static readonly (uint Bit, string Name)[] Flags = [(1, "dead"), (2, "pervasive"), (4, "onlink")];

    public static IReadOnlyList<string> Read(RouteSocket socket, LinkNames names) =>
        [.. socket.Routes.List().Select(route => Line(route, index => names[index])).Order(StringComparer.Ordinal)];

    public static string Line(IpRoute route, Func<int, string> nameOf)
    {
        StringBuilder line = new(route.Family == AddressFamily.InterNetworkV6 ? "inet6 " : "inet ");
        if (route.Type != 1)
            line.Append(route.Type < Types.Length ? Types[route.Type] : $"{route.Type}").Append(' ');
        line.Append(route.Destination is null || (route.DestinationLength == 0 && IsAny(route.Destination)) ? "default" : $"{route.Destination}/{route.DestinationLength}");
        if (route.Source is not null && route.SourceLength > 0)
            line.Append($" from {route.Source}/{route.SourceLength}");
        if (route.TypeOfService != 0)
            line.Append($" tos 0x{route.TypeOfService:x2}");
        if (route.NextHopId != 0)
            line.Append($" nhid {route.NextHopId}");
        if (route.Gateway is not null)
            line.Append(route.GatewayIsVia ? $" via {Family(route.Gateway)} {route.Gateway}" : $" via {route.Gateway}");
        if (route.LinkIndex != 0)
            line.Append($" dev {nameOf(route.LinkIndex)}");
        line.Append($" table {Tables.GetValueOrDefault(route.Table) ?? $"{route.Table}"} proto {Protocols.GetValueOrDefault(route.Protocol) ?? $"{route.Protocol}"}");
        line.Append($" scope {Scopes.GetValueOrDefault(route.Scope) ?? $"{route.Scope}"}");
        if (route.PreferredSource is not null)
            line.Append($" src {route.PreferredSource}");
        if (route.Priority != 0)
            line.Append($" metric {route.Priority}");
        Append(line, route.Flags);
        foreach ((ushort number, uint value) in route.Metrics.OrderBy(metric => metric.Key))
            line.Append($" rtax{number} {value}");
        if (route.Preference is { } preference and not 0)
            line.Append($" pref {preference}");
        if (route.ExpiresSeconds is not null)
            line.Append(" expires limited");
        foreach (NextHop hop in route.NextHops)
        {
            line.Append(" nexthop");
            if (hop.Gateway is not null)
                line.Append($" via {hop.Gateway}");
            line.Append($" dev {nameOf(hop.LinkIndex)} weight {hop.Weight}");
            Append(line, hop.Flags);
        }

        return line.ToString();
    }

    private static void Append(StringBuilder line, uint flags)
    {
        foreach ((uint bit, string name) in Flags)
        {
            if ((flags & bit) != 0)
                line.Append($" {name}");
        }
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static string Family(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? "inet6" : "inet";
}
