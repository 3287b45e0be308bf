using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;
using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Actions;

namespace Weir.Netlink;

/// <summary>One NETLINK_ROUTE socket, made in a namespace, and everything that can be asked through it.</summary>
/// <remarks>The socket stays in the namespace it was made in; any one thread at a time may use it.</remarks>
public sealed class RouteSocket : IDisposable
{
    private readonly NetlinkExchange _exchange;

    /// <summary>Over any transport; <see cref="Open"/> is the way to the kernel.</summary>
    public RouteSocket(INetlinkTransport transport)
    {
        _exchange = new NetlinkExchange(transport);
        Links = new Links(_exchange);
        Addresses = new Addresses(_exchange);
        Routes = new Routes(_exchange);
        Rules = new RoutingRules(_exchange);
        Neighbors = new Neighbors(_exchange);
        NamespaceIds = new NamespaceIds(_exchange);
        Qdiscs = new Qdiscs(_exchange);
        Filters = new Filters(_exchange);
        TrafficClasses = new TrafficClasses(_exchange);
        Chains = new Chains(_exchange);
        FilterActions = new FilterActions(_exchange);
    }

    public static RouteSocket Open(NetworkNamespace ns) => new(NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_ROUTE));

    public Links Links { get; }

    public Addresses Addresses { get; }

    public Routes Routes { get; }

    public RoutingRules Rules { get; }

    public Neighbors Neighbors { get; }

    public NamespaceIds NamespaceIds { get; }

    public Qdiscs Qdiscs { get; }

    public Filters Filters { get; }

    /// <summary>Many changes in few system calls; see <see cref="RouteBatch"/>.</summary>
    public RouteBatch Batch() => new(_exchange);

    public TrafficClasses TrafficClasses { get; }

    public Chains Chains { get; }

    public FilterActions FilterActions { get; }

    public void Dispose() => _exchange.Dispose();
}
