using System.Net;
using Weir.Kernel.Tests.Netlink;
using Weir.Netlink.Route;
using Weir.Netlink.Route.Kinds;
using Weir.Testing;

namespace Weir.Vm.Tests.Ip;

/// <summary>The kinds of links that small kernels lack, made by Weir beside <c>ip</c>; each reads what the other made.</summary>
public class LinkKindsTests
{
    private const int Lower = 50;

    private static readonly (LinkKind Kind, string Words)[] Kinds =
    [
        (new GeneveKind { Id = 1000, Remote = IPAddress.Parse("10.244.1.2") }, "geneve id 1000 remote 10.244.1.2"),
        (new GeneveKind { Id = 7, Remote = IPAddress.Parse("fd00::2"), Ttl = 9, Tos = 8, Port = 6083 }, "geneve id 7 remote fd00::2 ttl 9 tos 8 dstport 6083"),
        (new GeneveKind { External = true, Port = 6082 }, "geneve external dstport 6082"),
        (new MacvlanKind(MacvlanMode.Bridge), "macvlan mode bridge"),
        (new IpvlanKind(IpvlanMode.L2), "ipvlan mode l2"),
        (new IpvlanKind(IpvlanMode.L3), "ipvlan mode l3"),
        (new VlanKind(100), "vlan id 100"),
        (new PlainKind("dummy"), "dummy"),
        (new PlainKind("ifb"), "ifb"),
        (new PlainKind("wireguard"), "wireguard"),
    ];

    [Fact]
    public void Each_kind_is_made_and_read_as_by_ip()
    {
        VirtualMachine.Require("veth", "geneve", "macvlan", "ipvlan", "8021q", "dummy", "ifb", "wireguard");
        using RouteOracle ours = new();
        using RouteOracle theirs = new();
        foreach (RouteOracle host in new[] { ours, theirs })
        {
            // A parent for each: macvlan and ipvlan do not share one.
            foreach (int index in Enumerable.Range(0, Kinds.Length))
                host.Ip($"link add lower{index} index {Lower + index} address 02:00:00:00:01:{index:x2} type veth peer name other{index}");
        }

        foreach ((int number, (LinkKind kind, string words)) in Kinds.Index())
        {
            bool hasParent = kind is MacvlanKind or IpvlanKind or VlanKind;
            // An ipvlan takes its parent's address.
            byte[]? address = kind is IpvlanKind || kind.Name == "wireguard" ? null : [2, 0, 0, 0, 0, (byte)number];
            ours.Socket.Links.Add(new NewLink { Name = $"x{number}", Index = 100 + number, Kind = kind, ParentIndex = hasParent ? Lower + number : 0, Address = address });
            theirs.Ip($"link add {(hasParent ? $"link lower{number} " : "")}name x{number} index {100 + number} {(address is null ? "" : $"address 02:00:00:00:00:{number:x2} ")}type {words}");
        }

        Assert.Equal(Listed(theirs), Listed(ours));
        foreach ((int number, (LinkKind kind, string _)) in Kinds.Index())
        {
            LinkKind made = ours.Socket.Links.Get($"x{number}")!.ReadKind()!, read = theirs.Socket.Links.Get($"x{number}")!.ReadKind()!;
            Assert.Equal(read, made);
            Assert.Equal(kind.GetType(), read.GetType());
        }
    }

    private static string Listed(RouteOracle host) =>
        string.Join('\n', Kinds.Index().Select(kind => host.Run("ip", $"-d link show dev x{kind.Index}").Output));
}
