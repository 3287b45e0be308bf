using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary><c>ip route</c>.</summary>
public sealed class Routes
{
    private readonly NetlinkExchange _exchange;

    internal Routes(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary>All routes of all tables, both families, without the cache.</summary>
    public IReadOnlyList<IpRoute> List() => [.. List(AddressFamily.InterNetwork), .. List(AddressFamily.InterNetworkV6)];

    /// <summary>The routes of one table, or of all when <paramref name="table"/> is 0, in the kernel's order. A table that does not exist has none.</summary>
    public IReadOnlyList<IpRoute> List(AddressFamily family, uint table = 0)
    {
        var writer = _exchange.Begin();
        RouteMessage.WriteList(ref writer, family, table);
        try
        {
            return _exchange.Dump("list routes", writer, NetlinkMessageType.RTM_GETROUTE,
                message => RouteMessage.Read(message) is { } route && (table == 0 || route.Table == table) ? route : null);
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOENT && table != 0)
        {
            return [];
        }
    }

    /// <summary>Adds a route; one that <see cref="List()"/> gave comes back as it was.</summary>
    /// <remarks>Beside an IPv4 route to the same prefix with another metric or type of service; EEXIST when those are equal too.</remarks>
    public void Add(IpRoute route)
    {
        var writer = _exchange.Begin();
        RouteMessage.Write(ref writer, route);
        _exchange.Change($"add route {Name(route)}", writer, NetlinkMessageType.RTM_NEWROUTE, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);
    }

    public void Delete(IpRoute route)
    {
        var writer = _exchange.Begin();
        RouteMessage.Write(ref writer, route);
        _exchange.Change($"delete route {Name(route)}", writer, NetlinkMessageType.RTM_DELROUTE);
    }

    private static string Name(IpRoute route)
    {
        var destination = route.Destination is { } address ? $"{address}/{route.DestinationLength}" : "default";
        var gateway = route.Gateway is null ? "" : $" via {route.Gateway}";
        return $"{destination}{gateway} dev {route.LinkIndex} table {route.Table}";
    }
}
