using Weir.Linux;
using Weir.Netlink.Route;
using Weir.Netlink.TrafficControl;

namespace Weir.Netlink;

/// <summary>One NETLINK_ROUTE socket, made in a namespace, and everything that can be asked through it.</summary>
/// <remarks>The socket stays in the namespace it was made in; any one thread at a time may use it.</remarks>
public sealed class RouteSocket : IDisposable
{
    public static RouteSocket Open(NetworkNamespace ns) => throw new NotImplementedException();

    public Links Links => throw new NotImplementedException();

    public Addresses Addresses => throw new NotImplementedException();

    public Routes Routes => throw new NotImplementedException();

    public RoutingRules Rules => throw new NotImplementedException();

    public Neighbors Neighbors => throw new NotImplementedException();

    public Qdiscs Qdiscs => throw new NotImplementedException();

    public Filters Filters => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
