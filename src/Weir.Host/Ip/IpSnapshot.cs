using System.Net.Sockets;
using Weir.Netlink;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Host.Ip;

/// <summary>What was there before a text was installed, so that what it replaced, deleted or took along can come back.</summary>
internal sealed class IpSnapshot(RouteSocket socket)
{
    private readonly IReadOnlyList<IpRoute> routes = socket.Routes.List();
    private readonly IReadOnlyList<RoutingRule> rules = [.. socket.Rules.List(AddressFamily.InterNetwork), .. socket.Rules.List(AddressFamily.InterNetworkV6)];
    private readonly IReadOnlyList<LinkAddress> addresses = socket.Addresses.List();
    private readonly IReadOnlyList<Neighbor> neighbors = socket.Neighbors.List();

    /// <summary>The first that the kernel would have replaced or deleted for this one: what it does not say counts for any.</summary>
    public IpRoute? Find(IpRoute route) => routes.FirstOrDefault(other => other.Family == route.Family && other.Table == route.Table
        && other.DestinationLength == route.DestinationLength && Equals(other.Destination, route.Destination) && other.TypeOfService == route.TypeOfService
        && (route.Priority == 0 || other.Priority == route.Priority));

    public RoutingRule? Find(RoutingRule rule) => rules.FirstOrDefault(other => other.Family == rule.Family && (rule.AnyPriority || other.Priority == rule.Priority)
        && (rule.Table == 0 || other.Table == rule.Table) && (rule.Action == 0 || other.Action == rule.Action) && Equals(other.Source, rule.Source)
        && Equals(other.Destination, rule.Destination) && (rule.Mark == 0 || other.Mark == rule.Mark) && (rule.InputLink.Length == 0 || other.InputLink == rule.InputLink)
        && (rule.OutputLink.Length == 0 || other.OutputLink == rule.OutputLink));

    public LinkAddress? Find(LinkAddress address) =>
        addresses.FirstOrDefault(other => other.LinkIndex == address.LinkIndex && other.PrefixLength == address.PrefixLength && other.Address.Equals(address.Address));

    public Neighbor? Find(Neighbor neighbor) => neighbors.FirstOrDefault(other => other.LinkIndex == neighbor.LinkIndex && other.Address.Equals(neighbor.Address));

    public static void Restore<T>(T? earlier, Action<T> restore)
        where T : class
    {
        if (earlier is not null)
            restore(earlier);
    }

    /// <summary>Routes go with an address that is deleted and a link that goes down; those that did not come back with it are added again.</summary>
    public void RestoreRoutes(RouteSocket socket)
    {
        HashSet<string> present = [.. socket.Routes.List().Select(RouteIdentity.Of)];
        foreach (IpRoute route in routes.Where(route => !present.Contains(RouteIdentity.Of(route))).OrderBy(route => route.Gateway is not null || route.NextHops.Count > 0))
        {
            try
            {
                socket.Routes.Append(route);
            }
            catch (NetlinkException)
            {
                // The kernel makes it itself, or what it hung on is gone for other reasons.
            }
        }
    }
}
