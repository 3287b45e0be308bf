using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;
using Weir.Testing;

namespace Weir.Kernel.Tests.Netlink;

public class AddressesAndRoutesTests
{
    private static readonly string[] AddressCommands = ["-d address show dev v0"];

    private static readonly string[] RouteCommands = ["-d -4 route show table all", "-d -6 route show table all"];

    [Fact]
    public void Addresses_that_were_read_and_deleted_come_back_as_they_were()
    {
        RootTier.Require("ip", "sysctl");
        using var host = WithLink();
        host.Ip("address add 10.0.0.1/24 brd 10.0.0.255 dev v0 label v0:web metric 50 valid_lft 3000 preferred_lft 2000");
        host.Ip("address add 10.0.0.2/24 dev v0");
        host.Ip("address add 10.1.0.1 peer 10.1.0.2/32 scope link dev v0");
        host.Ip("address add fd00::1/64 dev v0 nodad noprefixroute");
        host.Ip("address add fd01::1 peer fd01::2/128 dev v0 metric 77");
        host.Ip("address add fd02::1/64 dev v0 valid_lft 3000 preferred_lft 0");
        WaitForDuplicateDetection(host);
        var before = host.Dump(AddressCommands);
        var addresses = host.Socket.Addresses.List(host.Socket.Links.Get("v0")!.Index).Where(address => !address.Address.IsIPv6LinkLocal).ToList();

        foreach (var address in addresses)
        {
            // An IPv4 address takes those of its own prefix with it.
            if ((address.Flags & (uint)AddressFlags.IFA_F_SECONDARY) == 0 || address.Address.AddressFamily == AddressFamily.InterNetworkV6)
                host.Socket.Addresses.Delete(address);
        }

        Assert.DoesNotContain("10.0.0", host.Dump(AddressCommands), StringComparison.Ordinal);
        foreach (var address in Enumerable.Reverse(addresses).Where(address => address.Address.AddressFamily == AddressFamily.InterNetworkV6).Concat(addresses.Where(address => address.Address.AddressFamily == AddressFamily.InterNetwork)))
            host.Socket.Addresses.Add(address);

        WaitForDuplicateDetection(host);
        Assert.Equal(Lines(before), Lines(host.Dump(AddressCommands)));
        Assert.Equal("ipv4: Address already assigned", Assert.Throws<NetlinkException>(() => host.Socket.Addresses.Add(addresses[0])).ExtendedAck);
    }

    [Fact]
    public void Routes_that_were_read_and_deleted_come_back_as_they_were()
    {
        RootTier.Require("ip", "sysctl");
        using var host = WithLink();
        host.Ip("address add 10.0.0.1/24 dev v0");
        host.Ip("address add fd00::1/64 dev v0");
        host.Ip("route add default via 10.0.0.254");
        host.Ip("route add default via 99.9.9.9 dev v0 onlink metric 7");
        host.Ip("route add 1.0.0.0/8 via 10.0.0.2 src 10.0.0.1 metric 10 mtu lock 1200 rto_min 10ms congctl reno table 1000 proto 99");
        host.Ip("route add 2.0.0.0/8 nexthop via 10.0.0.3 weight 3 nexthop via 10.0.0.4 dev v0 onlink");
        host.Ip("route add 3.0.0.0/8 via inet6 fd00::9 dev v0");
        host.Ip("route add blackhole 4.0.0.0/8");
        host.Ip("route add prohibit 4.1.0.0/16 table 7");
        host.Ip("route add 5.5.5.5 dev v0 realms 4 tos 0x10");
        host.Ip("route add local 6.0.0.0/8 dev lo table 100");
        host.Ip("route add throw 7.0.0.0/8 table 100");
        host.Ip("-6 route add default via fd00::254 metric 5");
        host.Ip("-6 route add fd05::/64 via fd00::7 pref high expires 3000");
        host.Ip("-6 route add fd06::/64 metric 5 nexthop via fd00::8 nexthop via fd00::9 weight 4");
        host.Ip("-6 route add unreachable fd09::/16 table 44");
        host.Ip("-6 route add fd0a::/64 from fd0b::/64 via fd00::7 mtu 1300 hoplimit 9");
        var before = host.Dump(RouteCommands);
        var routes = host.Socket.Routes.List().Where(route => route.Protocol != 2).ToList();
        Assert.Equal(15, routes.Count);

        foreach (var route in routes)
            host.Socket.Routes.Delete(route);
        Assert.DoesNotContain(host.Socket.Routes.List(), route => route.Protocol != 2);
        foreach (var route in routes)
            host.Socket.Routes.Add(route);

        Assert.Equal(Lines(before), Lines(host.Dump(RouteCommands)));
        Assert.Single(host.Socket.Routes.List(AddressFamily.InterNetwork, 1000));
        Assert.Empty(host.Socket.Routes.List(AddressFamily.InterNetwork, 4711));
        Assert.Equal((int)Errno.EEXIST, Assert.Throws<NetlinkException>(() => host.Socket.Routes.Add(routes[0])).Errno);
    }

    [Fact]
    public void A_gateway_out_of_reach_is_refused_in_the_kernels_words()
    {
        RootTier.Require("ip", "sysctl");
        using var host = WithLink();

        var exception = Assert.Throws<NetlinkException>(() => host.Socket.Routes.Add(new IpRoute { Family = AddressFamily.InterNetwork, Gateway = IPAddress.Parse("203.0.113.1") }));
        Assert.Equal(((int)Errno.ENETUNREACH, "Nexthop has invalid gateway"), (exception.Errno, exception.ExtendedAck));
    }

    [Fact]
    public void Ten_thousand_routes_are_listed_whole()
    {
        RootTier.Require("ip", "sysctl");
        using var host = WithLink();
        var link = host.Socket.Links.Get("v0")!.Index;
        for (var i = 0; i < 10_000; i++)
        {
            host.Socket.Routes.Add(new IpRoute
            {
                Family = AddressFamily.InterNetwork,
                Destination = new IPAddress([20, 0, (byte)(i >> 8), (byte)i]),
                DestinationLength = 32,
                LinkIndex = link,
                Scope = 253,
                Table = 1001,
            });
        }

        Assert.Equal(10_000, host.Socket.Routes.List(AddressFamily.InterNetwork, 1001).Count);
    }

    private static List<string> Lines(string text) => [.. text.Split('\n').Select(line => line.TrimEnd()).Order(StringComparer.Ordinal)];

    private static void WaitForDuplicateDetection(RouteOracle host) =>
        Eventually.True(TimeSpan.FromSeconds(5), () => !host.Dump(AddressCommands).Contains("tentative", StringComparison.Ordinal), "no address is tentative");

    private static RouteOracle WithLink()
    {
        var host = new RouteOracle();
        // Without duplicate address detection nothing stays tentative for long.
        host.Run("sysctl", "-qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0");
        host.Ip("link add v0 type veth peer name v1");
        host.Ip("link set v1 up");
        host.Ip("link set v0 up");
        return host;
    }
}
