using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;
using Weir.Testing;

namespace Weir.Kernel.Tests.Netlink;

public class RulesAndNeighborsTests
{
    [Fact]
    public void Rules_that_were_read_and_deleted_come_back_as_they_were()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        host.Ip("rule add pref 100 from 10.0.0.0/8 to 11.0.0.0/8 iif lo oif v1 fwmark 0x200/0x200 tos 0x10 ipproto tcp sport 10-20 dport 80 uidrange 5-9 lookup 1000 suppress_prefixlength 3");
        host.Ip("rule add pref 101 goto 32766");
        host.Ip("rule add pref 102 not from 1.2.3.4 blackhole");
        host.Ip("rule add pref 103 fwmark 0/0xff lookup 7 protocol 99");
        host.Ip("rule add pref 104 l3mdev");
        host.Ip("-6 rule add pref 105 fwmark 5 prohibit");
        host.Ip("-6 rule add pref 106 to fd00::/64 lookup main suppress_ifgroup 4");
        var before = host.Dump("rule", "-6 rule");

        foreach (var family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 })
        {
            var rules = host.Socket.Rules.List(family);
            foreach (var rule in rules)
                host.Socket.Rules.Delete(rule);
            Assert.Empty(host.Socket.Rules.List(family));
            foreach (var rule in rules)
                host.Socket.Rules.Add(rule);
            Assert.Equal((int)Errno.EEXIST, Assert.Throws<NetlinkException>(() => host.Socket.Rules.Add(rules[0])).Errno);
        }

        Assert.Equal(before, host.Dump("rule", "-6 rule"));
    }

    [Fact]
    public void Neighbours_and_proxies_that_were_read_and_deleted_come_back_as_they_were()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        host.Ip("link add v0 type veth peer name v1");
        host.Ip("link set v0 up");
        host.Ip("neighbour add 10.0.0.9 lladdr 02:03:04:05:06:07 dev v0 protocol 33");
        host.Ip("neighbour add fd00::9 lladdr 02:03:04:05:06:08 dev v0 router");
        host.Ip("neighbour add proxy 10.0.0.77 dev v0");
        host.Ip("neighbour add 10.0.0.10 lladdr 02:03:04:05:06:09 dev v0 nud noarp");
        string[] commands = ["neighbour show nud all dev v0", "neighbour show proxy"];
        var before = host.Dump(commands);
        var neighbors = host.Socket.Neighbors.List(host.Socket.Links.Get("v0")!.Index).Where(neighbor => (neighbor.State & 0x80) != 0 || (neighbor.Flags & 8) != 0 || !neighbor.Address.IsIPv6Multicast).ToList();

        foreach (var neighbor in neighbors)
            host.Socket.Neighbors.Delete(neighbor);
        foreach (var neighbor in neighbors)
            host.Socket.Neighbors.Add(neighbor);

        Assert.Equal(4, neighbors.Count);
        Assert.Equal(before.Split('\n').Order(StringComparer.Ordinal), host.Dump(commands).Split('\n').Order(StringComparer.Ordinal));
        Assert.Equal((int)Errno.EEXIST, Assert.Throws<NetlinkException>(() => host.Socket.Neighbors.Add(neighbors[0])).Errno);
        host.Socket.Neighbors.Set(new Neighbor { LinkIndex = neighbors[0].LinkIndex, Address = IPAddress.Parse("10.0.0.9"), LinkLayerAddress = [2, 0, 0, 0, 0, 1] });
        Assert.Contains("10.0.0.9 lladdr 02:00:00:00:00:01 PERMANENT", host.Dump(commands), StringComparison.Ordinal);
    }

    [Fact]
    public void Namespace_ids_are_those_of_ip()
    {
        RootTier.Require("ip");
        using var here = new RouteOracle();
        using var there = new RouteOracle();

        Assert.Null(here.Socket.NamespaceIds.Get(there.Namespace));
        here.Socket.NamespaceIds.Add(there.Namespace, 42);
        Assert.Equal(42, here.Socket.NamespaceIds.Get(there.Namespace));
        Assert.Equal([42], here.Socket.NamespaceIds.List());
        Assert.Contains($"nsid 42 (iproute2 netns name: {there.Name})", here.Run("ip", "netns list-id").Output, StringComparison.Ordinal);
        Assert.Equal((int)Errno.EEXIST, Assert.Throws<NetlinkException>(() => here.Socket.NamespaceIds.Add(there.Namespace, 43)).Errno);
    }
}
