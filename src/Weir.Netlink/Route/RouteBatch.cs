using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>Many changes of links, addresses, routes, rules and neighbours in few system calls, as <c>ip -batch -force</c> does them one by one.</summary>
/// <remarks>
/// The kernel does the requests in their order; one that it refuses does not keep it from the next, and nothing is undone. Requests may be sent
/// before <see cref="Send"/>, as soon as a few hundred wait. One batch and its socket belong to one thread at a time.
/// </remarks>
public sealed class RouteBatch
{
    private readonly RequestPipeline _pipeline;

    // Of the requests that wait or are being answered: those before them are done with.
    private readonly List<Request> _requests = [];
    private int _first;
    private readonly List<RouteRefusal> _refusals = [];

    internal RouteBatch(NetlinkExchange exchange) => _pipeline = exchange.BeginPipeline(Refuse);

    /// <summary>What to call a request when it is refused. The name is made only then.</summary>
    private readonly record struct Request(string Verb, object? Subject, object? Tag);

    /// <summary>How many requests the batch has, sent or not.</summary>
    public int Count => _pipeline.Count;

    /// <summary>Sends what waits, and reads every answer.</summary>
    /// <returns>The refused requests, in their order; empty when all were done.</returns>
    /// <exception cref="NetlinkException">The socket failed, so that it is not known what was done.</exception>
    public IReadOnlyList<RouteRefusal> Send()
    {
        _pipeline.Finish();
        return _refusals;
    }

    /// <inheritdoc cref="Links.Add(NewLink)"/>
    public void Add(NewLink link, object? tag = null)
    {
        var writer = _pipeline.Begin();
        LinkMessage.WriteNew(ref writer, link);
        End("add link", link, tag, writer, NetlinkMessageType.RTM_NEWLINK, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);
    }

    /// <inheritdoc cref="Links.AddVeth"/>
    public void AddVeth(VethEnd end, VethEnd peer, object? tag = null)
    {
        var writer = _pipeline.Begin();
        LinkMessage.WriteVeth(ref writer, end, peer);
        End("add veth", end, tag, writer, NetlinkMessageType.RTM_NEWLINK, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);
    }

    /// <summary><c>ip link set</c>; see <see cref="Links.Change(int, LinkChange)"/>.</summary>
    public void ChangeLink(int index, LinkChange change, object? tag = null)
    {
        var writer = _pipeline.Begin();
        LinkMessage.WriteChange(ref writer, index, change);
        End("change link", null, tag, writer, NetlinkMessageType.RTM_NEWLINK, NewFlags.None);
    }

    public void DeleteLink(int index, object? tag = null)
    {
        var writer = _pipeline.Begin();
        LinkMessage.WriteIndex(ref writer, index);
        End("delete link", null, tag, writer, NetlinkMessageType.RTM_DELLINK, NewFlags.None);
    }

    public void DeleteLink(string name, object? tag = null)
    {
        var writer = _pipeline.Begin();
        LinkMessage.WriteName(ref writer, name);
        End("delete link", name, tag, writer, NetlinkMessageType.RTM_DELLINK, NewFlags.None);
    }

    /// <summary><c>ip address add</c>.</summary>
    public void Add(LinkAddress address, object? tag = null) => Write("add address", address, tag, NetlinkMessageType.RTM_NEWADDR, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    /// <summary><c>ip address replace</c>.</summary>
    public void Replace(LinkAddress address, object? tag = null) => Write("replace address", address, tag, NetlinkMessageType.RTM_NEWADDR, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_REPLACE);

    /// <summary><c>ip address change</c>.</summary>
    public void Change(LinkAddress address, object? tag = null) => Write("change address", address, tag, NetlinkMessageType.RTM_NEWADDR, NewFlags.NLM_F_REPLACE);

    /// <summary><c>ip address delete</c>.</summary>
    public void Delete(LinkAddress address, object? tag = null) => Write("delete address", address, tag, NetlinkMessageType.RTM_DELADDR, NewFlags.None);

    /// <summary><c>ip route add</c>.</summary>
    public void Add(IpRoute route, object? tag = null) => Write("add route", route, tag, NetlinkMessageType.RTM_NEWROUTE, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    /// <summary><c>ip route replace</c>.</summary>
    public void Replace(IpRoute route, object? tag = null) => Write("replace route", route, tag, NetlinkMessageType.RTM_NEWROUTE, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_REPLACE);

    /// <summary><c>ip route change</c>: ENOENT when there is none to change.</summary>
    public void Change(IpRoute route, object? tag = null) => Write("change route", route, tag, NetlinkMessageType.RTM_NEWROUTE, NewFlags.NLM_F_REPLACE);

    /// <summary><c>ip route append</c>: after the routes to the same prefix.</summary>
    public void Append(IpRoute route, object? tag = null) => Write("append route", route, tag, NetlinkMessageType.RTM_NEWROUTE, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_APPEND);

    /// <summary><c>ip route prepend</c>: before the routes to the same prefix.</summary>
    public void Prepend(IpRoute route, object? tag = null) => Write("prepend route", route, tag, NetlinkMessageType.RTM_NEWROUTE, NewFlags.NLM_F_CREATE);

    /// <summary><c>ip route delete</c>.</summary>
    public void Delete(IpRoute route, object? tag = null) => Write("delete route", route, tag, NetlinkMessageType.RTM_DELROUTE, NewFlags.None);

    /// <summary><c>ip rule add</c>.</summary>
    public void Add(RoutingRule rule, object? tag = null) => Write("add rule", rule, tag, NetlinkMessageType.RTM_NEWRULE, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    /// <summary><c>ip rule delete</c>.</summary>
    public void Delete(RoutingRule rule, object? tag = null) => Write("delete rule", rule, tag, NetlinkMessageType.RTM_DELRULE, NewFlags.None);

    /// <summary><c>ip neighbour add</c>.</summary>
    public void Add(Neighbor neighbor, object? tag = null) => Write("add neighbour", neighbor, tag, NetlinkMessageType.RTM_NEWNEIGH, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    /// <summary><c>ip neighbour replace</c>.</summary>
    public void Replace(Neighbor neighbor, object? tag = null) => Write("replace neighbour", neighbor, tag, NetlinkMessageType.RTM_NEWNEIGH, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_REPLACE);

    /// <summary><c>ip neighbour change</c>.</summary>
    public void Change(Neighbor neighbor, object? tag = null) => Write("change neighbour", neighbor, tag, NetlinkMessageType.RTM_NEWNEIGH, NewFlags.NLM_F_REPLACE);

    /// <summary><c>ip neighbour delete</c>.</summary>
    public void Delete(Neighbor neighbor, object? tag = null) => Write("delete neighbour", neighbor, tag, NetlinkMessageType.RTM_DELNEIGH, NewFlags.None);

    private void Write(string verb, LinkAddress address, object? tag, NetlinkMessageType type, NewFlags flags)
    {
        var writer = _pipeline.Begin();
        AddressMessage.Write(ref writer, address);
        End(verb, address, tag, writer, type, flags);
    }

    private void Write(string verb, IpRoute route, object? tag, NetlinkMessageType type, NewFlags flags)
    {
        var writer = _pipeline.Begin();
        RouteMessage.Write(ref writer, route);
        End(verb, route, tag, writer, type, flags);
    }

    private void Write(string verb, RoutingRule rule, object? tag, NetlinkMessageType type, NewFlags flags)
    {
        var writer = _pipeline.Begin();
        RuleMessage.Write(ref writer, rule);
        End(verb, rule, tag, writer, type, flags);
    }

    private void Write(string verb, Neighbor neighbor, object? tag, NetlinkMessageType type, NewFlags flags)
    {
        var writer = _pipeline.Begin();
        NeighborMessage.Write(ref writer, neighbor);
        End(verb, neighbor, tag, writer, type, flags);
    }

    private void End(string verb, object? subject, object? tag, in NetlinkWriter writer, NetlinkMessageType type, NewFlags flags)
    {
        _pipeline.End(writer, type, flags);
        if (_pipeline.Waiting == 1)
        {
            _requests.Clear();
            _first = _pipeline.Count - 1;
        }

        _requests.Add(new Request(verb, subject, tag));
    }

    private void Refuse(int number, NetlinkMessage answer, ReadOnlySpan<byte> bytes)
    {
        var request = _requests[number - _first];
        _refusals.Add(new RouteRefusal(number, request.Tag, ExtendedAck.Refusal(Operation(request), answer, bytes)));
    }

    private static string Operation(Request request) => request.Subject switch
    {
        IpRoute route => $"{request.Verb} {Routes.Name(route)}",
        RoutingRule rule => $"{request.Verb} {rule.Priority}",
        LinkAddress address => $"{request.Verb} {Addresses.Name(address)}",
        Neighbor neighbor => $"{request.Verb} {neighbor.Address} of link {neighbor.LinkIndex}",
        NewLink link => $"add {link.Kind.Name} {link.Name}",
        VethEnd end => $"{request.Verb} {end.Name}",
        string name => $"{request.Verb} {name}",
        _ => request.Verb,
    };
}
