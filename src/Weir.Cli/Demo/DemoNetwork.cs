using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Cli.Demo;

/// <summary>A namespace of the demo with its port on the bridge.</summary>
/// <param name="Name">As it is shown: <c>web</c>.</param>
/// <param name="Namespace">As the host has it: <c>weir-demo-4711-web</c>.</param>
internal sealed record DemoMember(string Name, string Namespace, IPAddress Address4, IPAddress Address6)
{
    public string NamespacePath => $"{NetworkNamespace.NamesDirectory}/{Namespace}";

    /// <summary>Both, or IPv4 alone where the kernel has no IPv6.</summary>
    public IReadOnlyList<string> Addresses => DemoNetwork.HasIpv6 ? [$"{Address4}", $"{Address6}"] : [$"{Address4}"];
}

/// <summary>The demo's own small host: a bridge in a namespace, and a namespace per workload. The machine's own namespace is not touched.</summary>
internal sealed class DemoNetwork
{
    public const string Bridge = "demo0";
    public const string Port = "eth0";
    private const uint NoDuplicateAddressDetection = 0x02;

    /// <summary>A port's index in the bridge's namespace; never the same number as its peer's, or the kernel delays the carrier by up to a second.</summary>
    private const int FirstPeerIndex = 11;
    private const int PortIndex = 2;

    private static readonly IPAddress Gateway4 = IPAddress.Parse("10.77.0.1");
    private static readonly IPAddress Gateway6 = IPAddress.Parse("fd77::1");

    public DemoNetwork(int pid)
    {
        Prefix = PrefixOf(pid);
        Network = $"{Prefix}-net";
        Web = Member("web", 11);
        Api = Member("api", 12);
        Db = Member("db", 13);
        PlainSender = Member("plain1", 21);
        PlainReceiver = Member("plain2", 22);
    }

    public static bool HasIpv6 { get; } = Directory.Exists("/proc/sys/net/ipv6");

    /// <summary>Addresses for documentation (RFC 5737, RFC 3849), on the far side of the bridge: somebody whom nobody knows.</summary>
    public static IReadOnlyList<string> StrangerAddresses { get; } = HasIpv6 ? ["203.0.113.66", "2001:db8::66"] : ["203.0.113.66"];

    public string Prefix { get; }

    /// <summary>The namespace with the bridge.</summary>
    public string Network { get; }

    public DemoMember Web { get; }

    public DemoMember Api { get; }

    public DemoMember Db { get; }

    /// <summary>A pair wired just like web and api that is never captured: what the network does without Weir.</summary>
    public DemoMember PlainSender { get; }

    public DemoMember PlainReceiver { get; }

    public IReadOnlyList<DemoMember> Workloads => [Web, Api, Db];

    public IReadOnlyList<DemoMember> Members => [Web, Api, Db, PlainSender, PlainReceiver];

    public static string PrefixOf(int pid) => $"weir-demo-{pid}";

    public void Create()
    {
        using var network = CreateNamespace(Network);
        using var route = RouteSocket.Open(network);
        route.Links.AddBridge(Bridge);
        var bridge = route.Links.Get(Bridge)!.Index;
        route.Links.Change(bridge, new LinkChange { Up = true });
        AddAddress(route, bridge, Gateway4, 24);
        AddAddress(route, bridge, Gateway6, 64);
        foreach (var stranger in StrangerAddresses.Select(IPAddress.Parse))
            AddAddress(route, bridge, stranger, stranger.AddressFamily == AddressFamily.InterNetwork ? (byte)32 : (byte)128);

        for (var i = 0; i < Members.Count; i++)
            AddMember(route, bridge, Members[i], FirstPeerIndex + i);
    }

    /// <summary>Deletes all namespaces that are left of it; devices and addresses go with them.</summary>
    public void Delete()
    {
        foreach (var name in Members.Select(member => member.Namespace).Append(Network))
        {
            if (NetworkNamespace.NamedExists(name))
                NetworkNamespace.DeleteNamed(name);
        }
    }

    private DemoMember Member(string name, int number) =>
        new(name, $"{Prefix}-{name}", IPAddress.Parse($"10.77.0.{number}"), IPAddress.Parse($"fd77::{number}"));

    private static NetworkNamespace CreateNamespace(string name)
    {
        NetworkNamespace.CreateNamed(name);
        var ns = NetworkNamespace.OpenNamed(name);
        if (HasIpv6)
        {
            // Some hosts switch IPv6 off for new links; and no address of these namespaces can be a duplicate.
            Sysctl.Write(ns, "net/ipv6/conf/all/disable_ipv6", "0");
            Sysctl.Write(ns, "net/ipv6/conf/default/disable_ipv6", "0");
            Sysctl.Write(ns, "net/ipv6/conf/default/accept_dad", "0");
            Sysctl.Write(ns, "net/ipv6/conf/default/accept_ra", "0");
        }

        using var route = RouteSocket.Open(ns);
        route.Links.Change(1, new LinkChange { Up = true });
        return ns;
    }

    private static void AddMember(RouteSocket network, int bridge, DemoMember member, int peerIndex)
    {
        using var ns = CreateNamespace(member.Namespace);
        network.Links.AddVeth(
            new VethEnd { Name = $"to-{member.Name}", Index = peerIndex },
            new VethEnd { Name = Port, Index = PortIndex, Namespace = ns });
        network.Links.Change(peerIndex, new LinkChange { MasterIndex = bridge, Up = true });

        using var route = RouteSocket.Open(ns);
        route.Links.Change(PortIndex, new LinkChange { Up = true });
        AddAddress(route, PortIndex, member.Address4, 24);
        AddAddress(route, PortIndex, member.Address6, 64);
        route.Routes.Add(new IpRoute { Family = AddressFamily.InterNetwork, Gateway = Gateway4, LinkIndex = PortIndex });
        if (HasIpv6)
            route.Routes.Add(new IpRoute { Family = AddressFamily.InterNetworkV6, Gateway = Gateway6, LinkIndex = PortIndex, Priority = 1024 });
    }

    private static void AddAddress(RouteSocket route, int link, IPAddress address, byte prefixLength)
    {
        var isIpv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        if (isIpv6 && !HasIpv6)
            return;
        route.Addresses.Add(new LinkAddress
        {
            LinkIndex = link,
            Address = address,
            PrefixLength = prefixLength,
            Flags = isIpv6 ? NoDuplicateAddressDetection : 0,
        });
    }
}
