using System.Net;
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

    /// <summary>Hands the routes of one table, or of all when <paramref name="table"/> is 0, to a visitor and makes no object for any.</summary>
    /// <returns>False when routes changed meanwhile, so that one may have been seen twice or not at all.</returns>
    public bool Visit(AddressFamily family, uint table, RouteVisitor visitor)
    {
        var writer = _exchange.Begin();
        RouteMessage.WriteList(ref writer, family, table);
        try
        {
            return _exchange.Visit("list routes", writer, NetlinkMessageType.RTM_GETROUTE, message =>
            {
                if (message.Type == NetlinkMessageType.RTM_NEWROUTE && !RouteMessage.IsCached(message))
                    visitor(new RouteView(message));
            });
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOENT && table != 0)
        {
            return true;
        }
    }

    /// <summary><c>ip route get</c>: the way that a packet to this address would go.</summary>
    /// <exception cref="NetlinkException">ENETUNREACH and the like when there is none.</exception>
    public IpRoute Get(IPAddress destination, IPAddress? source = null, uint mark = 0, int outputLink = 0, int inputLink = 0)
    {
        IpRoute? found = null;
        var writer = _exchange.Begin();
        RouteMessage.WriteGet(ref writer, destination, source, mark, outputLink, inputLink);
        _exchange.Get($"get the route to {destination}", writer, NetlinkMessageType.RTM_GETROUTE, message => found = RouteMessage.ReadAny(message) ?? found);
        return found ?? throw new NetlinkException($"get the route to {destination}", (int)Errno.EPROTO, "the kernel gave none");
    }

    /// <summary><c>ip route replace</c>: adds the route, or puts it in the place of the one with its prefix, metric and type of service.</summary>
    public void Replace(IpRoute route) => Write("replace route", route, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_REPLACE);

    /// <summary><c>ip route change</c>: as <see cref="Replace"/>, but ENOENT when there is none.</summary>
    public void Change(IpRoute route) => Write("change route", route, NewFlags.NLM_F_REPLACE);

    /// <summary><c>ip route append</c>: after other routes to its prefix.</summary>
    public void Append(IpRoute route) => Write("append route", route, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_APPEND);

    /// <summary>Adds a route; one that <see cref="List()"/> gave comes back as it was.</summary>
    /// <remarks>Beside an IPv4 route to the same prefix with another metric or type of service; EEXIST when those are equal too.</remarks>
    public void Add(IpRoute route) => Write("add route", route, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    public void Delete(IpRoute route)
    {
        var writer = _exchange.Begin();
        RouteMessage.Write(ref writer, route);
        _exchange.Change(new OperationName("delete route", route, Describe), writer, NetlinkMessageType.RTM_DELROUTE);
    }

    private void Write(string verb, IpRoute route, NewFlags flags)
    {
        var writer = _exchange.Begin();
        RouteMessage.Write(ref writer, route);
        _exchange.Change(new OperationName(verb, route, Describe), writer, NetlinkMessageType.RTM_NEWROUTE, flags);
    }

    private static string Describe(object route) => Name((IpRoute)route);

    internal static string Name(IpRoute route)
    {
        var destination = route.Destination is { } address ? $"{address}/{route.DestinationLength}" : "default";
        var gateway = route.Gateway is null ? "" : $" via {route.Gateway}";
        return $"{destination}{gateway} dev {route.LinkIndex} table {route.Table}";
    }
}
