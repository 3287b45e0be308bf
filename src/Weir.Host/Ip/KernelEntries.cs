using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Rules.Ip;

namespace Weir.Host.Ip;

/// <summary>What the kernel has, as the entries of a text of <c>ip</c>.</summary>
internal sealed class KernelEntries
{
    private readonly RouteSocket socket;
    private readonly IReadOnlyList<Link> links;
    private readonly Dictionary<int, string> names = [];

    public KernelEntries(RouteSocket socket)
    {
        this.socket = socket;
        links = [.. socket.Links.List().OrderBy(link => link.Index)];
        foreach (Link link in links)
            names[link.Index] = link.Name;
    }

    public IEnumerable<RuleEntry> Rules(AddressFamily family) => socket.Rules.List(family).Select(Of);

    public IEnumerable<RouteEntry> Routes(AddressFamily family, uint table = 0) => socket.Routes.List(family, table).Select(Of);

    /// <summary>As <c>ip neighbour show</c>: without those that need no resolving and those that nobody asked for yet.</summary>
    public IEnumerable<NeighborEntry> Neighbors() => socket.Neighbors.List()
        .Where(neighbor => (neighbor.Flags & 8) == 0 && (neighbor.State & 0xbf) != 0)
        .Select(neighbor => new NeighborEntry
        {
            Address = neighbor.Address,
            Device = Name(neighbor.LinkIndex),
            LinkLayerAddress = neighbor.LinkLayerAddress,
            Flags = neighbor.Flags,
            State = neighbor.State,
            Protocol = neighbor.Protocol,
        });

    /// <summary>Each link with its addresses, IPv4's first.</summary>
    /// <param name="withMode">As <c>ip link</c>, which prints the mode and the alias; <c>ip address</c> does not.</param>
    public IEnumerable<(LinkEntry Link, IReadOnlyList<AddressEntry> Addresses)> Links(bool withMode)
    {
        ILookup<int, LinkAddress> addresses = socket.Addresses.List().ToLookup(address => address.LinkIndex);
        foreach (Link link in links)
        {
            IEnumerable<LinkAddress> own = addresses[link.Index].OrderBy(address => address.Address.AddressFamily == AddressFamily.InterNetworkV6);
            yield return (Of(link, withMode), [.. own.Select(Of)]);
        }
    }

    private string Name(int index) => names.GetValueOrDefault(index) ?? $"if{index}";

    private static RuleEntry Of(RoutingRule rule)
    {
        const uint invert = 2, unresolved = 4, inputDetached = 8, outputDetached = 16;
        return new RuleEntry
        {
            Family = rule.Family,
            Priority = rule.Priority,
            Not = (rule.Flags & invert) != 0,
            From = rule.Source is { } source ? new IpPrefix(source, rule.SourceLength) : null,
            To = rule.Destination is { } destination ? new IpPrefix(destination, rule.DestinationLength) : null,
            TypeOfService = rule.TypeOfService,
            Mark = rule.Mark != 0 || rule.Mask != uint.MaxValue ? rule.Mark : null,
            Mask = rule.Mark != 0 || rule.Mask != uint.MaxValue ? rule.Mask : null,
            InputLink = rule.InputLink,
            InputDetached = (rule.Flags & inputDetached) != 0,
            OutputLink = rule.OutputLink,
            OutputDetached = (rule.Flags & outputDetached) != 0,
            L3Master = rule.L3Master,
            Users = rule.Users is { } users ? (users.First, users.Last) : null,
            IpProtocol = rule.IpProtocol,
            SourcePorts = rule.SourcePorts is { } sourcePorts ? (sourcePorts.First, sourcePorts.Last) : null,
            DestinationPorts = rule.DestinationPorts is { } destinationPorts ? (destinationPorts.First, destinationPorts.Last) : null,
            TunnelId = rule.TunnelId,
            Table = rule.Table,
            SuppressPrefixLength = rule.SuppressPrefixLength,
            SuppressGroup = (uint?)rule.SuppressGroup,
            Realms = rule.Realms,
            Action = (RuleAction)rule.Action,
            Goto = rule.Action == (byte)RuleAction.Goto ? rule.GotoPriority : null,
            Unresolved = (rule.Flags & unresolved) != 0,
            Protocol = rule.Protocol,
        };
    }

    private RouteEntry Of(IpRoute route) => new()
    {
        Family = route.Family,
        Type = route.Type,
        Destination = route.Destination is { } destination ? new IpPrefix(destination, route.DestinationLength) : null,
        Source = route.Source is { } source ? new IpPrefix(source, route.SourceLength) : null,
        TypeOfService = route.TypeOfService,
        NextHopId = route.NextHopId,
        Gateway = route.Gateway,
        Device = route.LinkIndex != 0 ? Name(route.LinkIndex) : "",
        Table = route.Table,
        Protocol = route.Protocol,
        Scope = route.Scope,
        PreferredSource = route.PreferredSource,
        Metric = route.Priority != 0 || route.Family == AddressFamily.InterNetworkV6 ? route.Priority : null,
        Flags = (RouteEntryFlags)(route.Flags & 0x2000c17f),
        Realms = route.Realms,
        Expires = route.ExpiresSeconds,
        Metrics = route.Metrics,
        CongestionControl = route.CongestionControl,
        Preference = route.Preference,
        Legs = [.. route.NextHops.Select(leg => new RouteLeg(leg.Gateway, leg.LinkIndex != 0 ? Name(leg.LinkIndex) : "", leg.Weight, (RouteEntryFlags)leg.Flags, LegRealms(leg)))],
    };

    private static uint LegRealms(NextHop leg)
    {
        const ushort flow = 11;
        foreach (Netlink.Protocol.NetlinkAttribute attribute in new Netlink.Protocol.NetlinkAttributes(leg.Raw))
        {
            if (attribute.Type == flow)
                return attribute.UInt32;
        }

        return 0;
    }

    private AddressEntry Of(LinkAddress address) => new()
    {
        Device = Name(address.LinkIndex),
        Local = address.Address,
        PrefixLength = address.PrefixLength,
        Peer = address.Peer,
        Metric = address.Metric != 0 ? address.Metric : null,
        Broadcast = address.Broadcast,
        Scope = address.Scope,
        Flags = address.Flags,
        Protocol = address.Protocol,
        Label = address.Label,
        ValidLifetime = address.ValidLifetime,
        PreferredLifetime = address.PreferredLifetime,
    };

    private LinkEntry Of(Link link, bool withMode) => new()
    {
        Index = link.Index,
        Name = link.Name,
        Peer = link.PeerIndex switch
        {
            0 when link.PeerNamespaceId is null => HasParent(link) ? "NONE" : "",
            _ when link.PeerNamespaceId is not null => $"if{link.PeerIndex}",
            _ => Name(link.PeerIndex),
        },
        Flags = link.Flags,
        Mtu = link.Mtu,
        Xdp = link.XdpMode switch { 1 => "xdp", 2 => "xdpgeneric", 3 => "xdpoffload", 4 => "xdpmulti", _ => "" },
        XdpProgramId = link.XdpProgramId,
        Qdisc = link.Qdisc,
        Master = link.MasterIndex != 0 ? Name(link.MasterIndex) : "",
        State = link.OperationalState,
        Mode = withMode ? link.LinkMode == 1 ? "DORMANT" : "DEFAULT" : "",
        Group = (uint)link.Group,
        QueueLength = link.TransmitQueueLength != 0 ? link.TransmitQueueLength : null,
        Type = HardwareType(link.HardwareType),
        Address = link.Address,
        Broadcast = link.Broadcast,
        PeerNamespace = link.PeerNamespaceId is { } id ? NamespaceName(id) : "",
        PeerNamespaceId = link.PeerNamespaceId,
        Alias = withMode ? link.Alias : "",
        AlternativeNames = link.AlternativeNames,
    };

    /// <summary>A tunnel of the kernel's own says IFLA_LINK 0, a bridge says nothing.</summary>
    private static bool HasParent(Link link) => link.Kind is "ipip" or "gre" or "sit" or "ip6tnl" or "vti" or "gretap" or "ip6gre" or "ip6gretap";

    /// <summary>The name under which <c>ip netns</c> knows the namespace that has this number here.</summary>
    private string NamespaceName(int id)
    {
        foreach (string name in NetworkNamespace.ListNamed())
        {
            try
            {
                using NetworkNamespace ns = NetworkNamespace.OpenNamed(name);
                if (socket.NamespaceIds.Get(ns) == id)
                    return name;
            }
            catch (LinuxException)
            {
                // Deleted since it was listed.
            }
        }

        return "";
    }

    /// <summary>ARPHRD_ names of iproute2's lib/ll_types.c.</summary>
    private static string HardwareType(ushort type) => type switch
    {
        1 => "ether",
        32 => "infiniband",
        512 => "ppp",
        768 => "ipip",
        769 => "tunnel6",
        772 => "loopback",
        776 => "sit",
        778 => "gre",
        823 => "gre6",
        824 => "netlink",
        0xfffe => "none",
        0xffff => "void",
        _ => $"[{type}]",
    };
}
