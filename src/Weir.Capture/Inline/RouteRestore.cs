using System.Net.Sockets;
using Weir.Capture.Plan;
using Weir.Host;
using Weir.Netlink;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

/// <summary>Brings back the routes and neighbours that went with a port. Compares first, so it may be called at any time, again and again.</summary>
internal static class RouteRestore
{
    private const byte KernelProtocol = 2;
    private const int EEXIST = 17;
    private const int Rounds = 4;

    /// <summary>What somebody added; the kernel's own routes follow from addresses and links, some of them a moment later.</summary>
    /// <returns>Why a route could not be added; null when all are there.</returns>
    public static NetlinkException? Restore(StepContext context)
    {
        RouteSocket socket = context.WorkloadSocket;
        RouteState wanted = context.State.Routes;
        RemoveChanged(socket, wanted, context.Details);
        NetlinkException? refusal = Add(socket, [.. wanted.Routes.Where(route => route.Protocol != KernelProtocol)]);
        foreach (Neighbor neighbor in wanted.Neighbors)
            TryAdd(() => socket.Neighbors.Add(neighbor));
        return refusal;
    }

    /// <summary>At leisure: routes of the ports that were not there before go, kernel routes that did not come by themselves are added.</summary>
    public static void RemoveStrangers(StepContext context)
    {
        RouteSocket socket = context.WorkloadSocket;
        RemoveChanged(socket, context.State.Routes, context.Details);
        Add(socket, context.State.Routes.Routes);
    }

    /// <summary>True for what the kernel takes away with one of the ports and does not bring back by itself.</summary>
    public static bool IsLostWithPort(IpRoute route, InlineDetails details) =>
        route.Protocol != KernelProtocol
        && (UsesPort(route, details) || (route.PreferredSource is { } source && details.Before.Ports.Values.Any(port => port.Addresses.Any(address => address.Address.Equals(source)))));

    private static bool UsesPort(IpRoute route, InlineDetails details) =>
        details.Ports.Any(port => route.LinkIndex == port.Index || route.NextHops.Any(hop => hop.LinkIndex == port.Index));

    private static void RemoveChanged(RouteSocket socket, RouteState wanted, InlineDetails details)
    {
        HashSet<string> keys = [.. wanted.Routes.Select(RouteIdentity.Of)];
        foreach (IpRoute route in socket.Routes.List().Where(route => UsesPort(route, details) && !keys.Contains(RouteIdentity.Of(route))))
        {
            // Local and multicast routes are the kernel's: it makes and removes them with the addresses.
            if (route.Protocol == KernelProtocol && route.Type != 1)
                continue;
            try
            {
                socket.Routes.Delete(route);
            }
            catch (NetlinkException)
            {
                // Gone meanwhile.
            }
        }
    }

    /// <summary>Routes with a gateway need the route to it first: links before gateways, and some rounds.</summary>
    private static NetlinkException? Add(RouteSocket socket, IReadOnlyList<IpRoute> wanted)
    {
        HashSet<string> present = [.. socket.Routes.List().Select(RouteIdentity.Of)];
        List<IpRoute> missing = [.. wanted.Where(route => !present.Contains(RouteIdentity.Of(route))).OrderBy(route => route.Gateway is not null || route.NextHops.Count > 0).ThenBy(route => route.Family == AddressFamily.InterNetworkV6)];
        NetlinkException? last = null;
        for (int round = 0; round < Rounds && missing.Count > 0; round++)
        {
            List<IpRoute> left = [];
            foreach (IpRoute route in missing)
            {
                if (TryAdd(() => socket.Routes.Add(route)) is { } refusal && refusal.Errno != EEXIST)
                {
                    left.Add(route);
                    last = refusal;
                }
            }

            if (left.Count == missing.Count)
                break;
            missing = left;
        }

        return missing.Count > 0 ? last : null;
    }

    private static NetlinkException? TryAdd(Action add)
    {
        try
        {
            add();
            return null;
        }
        catch (NetlinkException exception)
        {
            return exception;
        }
    }
}
