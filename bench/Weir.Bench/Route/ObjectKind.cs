using System.Net;
using System.Net.Sockets;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Bench.Route;

/// <summary>What is added and listed, the same for all contenders.</summary>
internal abstract class ObjectKind
{
    internal const int Count = 1000;

    /// <summary>The peers' word, and the bench's: <c>links</c>, <c>routes</c>, <c>rules</c>.</summary>
    internal abstract string Name { get; }

    internal abstract string Added { get; }

    internal abstract string Listed { get; }

    /// <summary>How many a list has, those of a fresh namespace included.</summary>
    internal abstract int ListCount { get; }

    /// <summary>For <c>ip -batch</c>.</summary>
    internal abstract string IpBatch { get; }

    internal abstract string IpList { get; }

    /// <summary>For <c>weir rules load</c>; null for what is no rules text.</summary>
    internal virtual string? WeirText => string.Concat(IpBatch.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"ip {line}\n"));

    internal abstract void Add(RouteBatch batch);

    internal abstract void AddOneByOne(RouteSocket socket);

    internal abstract int List(RouteSocket socket);

    /// <summary>Without objects; null where there is no such list.</summary>
    internal virtual Func<RouteSocket, int>? Visit => null;
}

internal sealed class VethPairs : ObjectKind
{
    private readonly (VethEnd End, VethEnd Peer)[] _pairs = [.. Enumerable.Range(0, Count).Select(i => (new VethEnd { Name = $"v{i}" }, new VethEnd { Name = $"w{i}" }))];

    internal override string Name => "links";

    internal override string Added => "1,000 veth pairs";

    internal override string Listed => "2,000 links";

    internal override int ListCount => (2 * Count) + 1;

    internal override string IpBatch => string.Concat(_pairs.Select(pair => $"link add {pair.End.Name} type veth peer name {pair.Peer.Name}\n"));

    internal override string IpList => "ip link show";

    internal override string? WeirText => null;

    internal override void Add(RouteBatch batch)
    {
        foreach ((VethEnd end, VethEnd peer) in _pairs)
            batch.AddVeth(end, peer);
    }

    internal override void AddOneByOne(RouteSocket socket)
    {
        foreach ((VethEnd end, VethEnd peer) in _pairs)
            socket.Links.AddVeth(end, peer);
    }

    internal override int List(RouteSocket socket) => socket.Links.List().Count;

    internal override Func<RouteSocket, int> Visit => static socket =>
    {
        int seen = 0;
        socket.Links.Visit(link => seen += link.NameBytes.IsEmpty ? 0 : 1);
        return seen;
    };
}

internal sealed class RoutesOfATable : ObjectKind
{
    internal const uint Table = 101;

    private readonly IpRoute[] _routes = [.. Enumerable.Range(1, Count).Select(i => new IpRoute
    {
        Family = AddressFamily.InterNetwork,
        Destination = new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]),
        DestinationLength = 32,
        LinkIndex = 1,
        Scope = 253,
        Table = Table,
    })];

    internal override string Name => "routes";

    internal override string Added => "1,000 routes";

    internal override string Listed => "1,000 routes";

    internal override int ListCount => Count;

    internal override string IpBatch => string.Concat(_routes.Select(route => $"route add {route.Destination}/32 dev lo table {Table}\n"));

    internal override string IpList => $"ip route show table {Table}";

    internal override void Add(RouteBatch batch)
    {
        foreach (IpRoute route in _routes)
            batch.Add(route);
    }

    internal override void AddOneByOne(RouteSocket socket)
    {
        foreach (IpRoute route in _routes)
            socket.Routes.Add(route);
    }

    internal override int List(RouteSocket socket) => socket.Routes.List(AddressFamily.InterNetwork, Table).Count;

    internal override Func<RouteSocket, int> Visit => static socket =>
    {
        int seen = 0;
        socket.Routes.Visit(AddressFamily.InterNetwork, Table, route => seen += route.DestinationLength / 32);
        return seen;
    };
}

internal sealed class PolicyRules : ObjectKind
{
    private readonly RoutingRule[] _rules = [.. Enumerable.Range(0, Count).Select(i => new RoutingRule
    {
        Family = AddressFamily.InterNetwork,
        Priority = (uint)(1000 + i),
        Mark = (uint)i + 1,
        Table = RoutesOfATable.Table,
    })];

    internal override string Name => "rules";

    internal override string Added => "1,000 policy rules";

    internal override string Listed => "1,000 policy rules";

    internal override int ListCount => Count + 3;

    internal override string IpBatch => string.Concat(_rules.Select(rule => $"rule add priority {rule.Priority} fwmark {rule.Mark} lookup {RoutesOfATable.Table}\n"));

    internal override string IpList => "ip rule show";

    internal override void Add(RouteBatch batch)
    {
        foreach (RoutingRule rule in _rules)
            batch.Add(rule);
    }

    internal override void AddOneByOne(RouteSocket socket)
    {
        foreach (RoutingRule rule in _rules)
            socket.Rules.Add(rule);
    }

    internal override int List(RouteSocket socket) => socket.Rules.List(AddressFamily.InterNetwork).Count;
}
