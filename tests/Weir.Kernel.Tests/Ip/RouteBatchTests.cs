using System.Net;
using System.Net.Sockets;
using Weir.Kernel.Tests.Netlink;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ip;

public class RouteBatchTests
{
    [Fact]
    public void Ten_thousand_routes_and_a_thousand_rules_go_in_and_out()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        var batch = host.Socket.Batch();
        for (var i = 0; i < 10_000; i++)
            batch.Add(Route(i));
        for (var i = 0; i < 1_000; i++)
            batch.Add(Rule(i));
        Assert.Empty(batch.Send());

        Assert.Equal(10_000, host.Run("ip", "route show table 101").Output.Count(letter => letter == '\n'));
        Assert.Equal(1_003, host.Run("ip", "rule").Output.Count(letter => letter == '\n'));
        Assert.Equal(10_000, host.Socket.Routes.List(AddressFamily.InterNetwork, 101).Count);
        var seen = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(host.Socket.Routes.Visit(AddressFamily.InterNetwork, 101, route => seen += route.DestinationLength == 32 ? 1 : 0));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4096, "a visit makes no objects");
        Assert.Equal(10_000, seen);

        batch = host.Socket.Batch();
        for (var i = 0; i < 10_000; i++)
            batch.Delete(Route(i));
        for (var i = 0; i < 1_000; i++)
            batch.Delete(Rule(i));
        Assert.Empty(batch.Send());
        Assert.Empty(host.Socket.Routes.List(AddressFamily.InterNetwork, 101));
    }

    [Fact]
    public void A_thousand_veth_pairs_are_made_in_one_batch_and_listed_in_bounded_time_and_memory()
    {
        const int pairs = 1_000;
        RootTier.Require("ip");
        using var host = new RouteOracle();
        var batch = host.Socket.Batch();
        for (var i = 0; i < pairs; i++)
            batch.AddVeth(new VethEnd { Name = $"v{i}" }, new VethEnd { Name = $"w{i}" }, i);
        batch.AddVeth(new VethEnd { Name = "v0" }, new VethEnd { Name = "other" }, "taken");

        var start = TimeProvider.System.GetTimestamp();
        var refusal = Assert.Single(batch.Send());
        // The kernel needs half a millisecond for a pair when the machine is idle.
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "made in time");
        Assert.Equal(("taken", (int)Errno.EEXIST), (refusal.Tag, refusal.Exception.Errno));

        start = TimeProvider.System.GetTimestamp();
        var links = host.Socket.Links.List();
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(2), "listed in time");
        Assert.Equal((2 * pairs) + 1, links.Count);
        var byIndex = links.ToDictionary(link => link.Index);
        foreach (var link in links.Where(link => link.Kind == "veth"))
            Assert.Equal((link.Name[0] == 'v' ? "w" : "v") + link.Name[1..], byIndex[link.PeerIndex].Name);

        var seen = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(host.Socket.Links.Visit(link => seen += link.PeerIndex == 0 ? 0 : 1));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4096, "a visit makes no objects");
        Assert.Equal(2 * pairs, seen);
        Assert.Equal(links.Select(link => link.Name).Order(StringComparer.Ordinal), Names(host.Run("ip", "-j link show")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Refused_requests_are_told_and_the_others_are_done()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        var batch = host.Socket.Batch();
        for (var i = 0; i < 600; i++)
            batch.Add(Route(i % 500), i);
        batch.Add(new IpRoute { Family = AddressFamily.InterNetwork, Gateway = IPAddress.Parse("203.0.113.1") }, "no way");

        var refusals = batch.Send();

        Assert.Equal([.. Enumerable.Range(500, 100), "no way"], refusals.Select(refusal => refusal.Tag!));
        Assert.All(refusals.Take(100), refusal => Assert.Equal((int)Errno.EEXIST, refusal.Exception.Errno));
        Assert.Equal("Nexthop has invalid gateway", refusals[^1].Exception.ExtendedAck);
        Assert.Equal(500, host.Socket.Routes.List(AddressFamily.InterNetwork, 101).Count);
    }

    [Fact]
    public void Routes_are_replaced_changed_appended_and_found()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        host.Ip("link add v0 index 70 type veth peer name v1");
        host.Ip("link set v0 up");
        host.Ip("address add 192.0.2.1/24 dev v0");
        var route = new IpRoute { Family = AddressFamily.InterNetwork, Destination = IPAddress.Parse("198.51.100.0"), DestinationLength = 24, LinkIndex = 70, Gateway = IPAddress.Parse("192.0.2.2") };

        Assert.Equal((int)Errno.ENOENT, Assert.Throws<NetlinkException>(() => host.Socket.Routes.Change(route)).Errno);
        host.Socket.Routes.Replace(route);
        host.Socket.Routes.Change(route with { Gateway = IPAddress.Parse("192.0.2.3"), Metrics = new Dictionary<ushort, uint> { [13] = 10, [1] = 0x2000 } });
        host.Socket.Routes.Append(route with { Gateway = IPAddress.Parse("192.0.2.4") });

        Assert.Equal("198.51.100.0/24 via 192.0.2.3 dev v0 rto_min lock 10ms \n198.51.100.0/24 via 192.0.2.4 dev v0 \n", host.Run("ip", "route show 198.51.100.0/24").Output.Replace("linkdown ", "", StringComparison.Ordinal));
        Assert.Equal("192.0.2.1", host.Socket.Routes.Get(IPAddress.Parse("192.0.2.9")).PreferredSource!.ToString());
        Assert.Throws<NetlinkException>(() => host.Socket.Routes.Get(IPAddress.Parse("8.8.8.8")));
    }

    [Fact]
    public async Task A_watcher_hears_of_everything_and_lists_again_when_it_lost_something()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        using var monitor = NetworkMonitor.Open(host.Namespace, NetworkSubjects.All);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        host.Ip("link add v0 type veth peer name v1");
        host.Ip("link set v0 up");
        host.Ip("neighbour add 192.0.2.9 lladdr 02:00:00:00:00:01 dev v0");
        host.Ip("rule add pref 77 lookup 101");
        host.Ip("route add blackhole 198.51.100.0/24");
        host.Ip("address add 192.0.2.1/24 dev v0");

        List<NetworkChange> heard = [];
        await foreach (var change in monitor.WatchAsync(stop.Token))
        {
            heard.Add(change);
            if (change is AddressAdded { Address.Address.AddressFamily: AddressFamily.InterNetwork })
                break;
        }

        Assert.Contains(heard, change => change is LinkChanged { Link.Name: "v0" });
        Assert.Contains(heard, change => change is NeighborChanged { Neighbor.LinkLayerAddress: [2, 0, 0, 0, 0, 1] });
        Assert.Contains(heard, change => change is RuleAdded { Rule.Priority: 77 });
        Assert.Contains(heard, change => change is RouteAdded { Route.Type: 6 });

        // 30,000 notifications are more than the buffer holds.
        for (var round = 0; round < 3; round++)
        {
            var batch = host.Socket.Batch();
            for (var i = 0; i < 5_000; i++)
                batch.Add(Route(i));
            for (var i = 0; i < 5_000; i++)
                batch.Delete(Route(i));
            batch.Send();
        }

        Relisted? again = null;
        var lost = 0;
        await foreach (var change in monitor.WatchAsync(stop.Token))
        {
            lost += change is ChangesLost ? 1 : 0;
            again = change as Relisted;
            if (again is not null)
                break;
        }

        Assert.Equal(1, lost);
        Assert.Contains(again!.Rules, rule => rule.Priority == 77);
        Assert.Contains(again.Links, link => link.Name == "v0");
        Assert.Contains(again.Routes, route => route.Type == 6);
        Assert.Contains(again.Neighbors, neighbor => neighbor.LinkLayerAddress is [2, 0, 0, 0, 0, 1]);
    }

    [Fact]
    public void Lists_are_whole_and_bounded_while_a_thousand_routes_come_and_go()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        var batch = host.Socket.Batch();
        for (var i = 0; i < 2_000; i++)
            batch.Add(Route(i));
        for (var i = 0; i < 100; i++)
            batch.AddVeth(new VethEnd { Name = $"v{i}" }, new VethEnd { Name = $"w{i}" });
        Assert.Empty(batch.Send());

        using var stop = new CancellationTokenSource();
        var churn = new Thread(() =>
        {
            using var socket = RouteSocket.Open(host.Namespace);
            while (!stop.IsCancellationRequested)
            {
                var changes = socket.Batch();
                for (var i = 0; i < 100; i++)
                    changes.Add(Route(100_000 + i));
                for (var i = 0; i < 100; i++)
                    changes.Delete(Route(100_000 + i));
                changes.Send();
            }
        });
        churn.Start();
        try
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(2_000, host.Socket.Routes.List(AddressFamily.InterNetwork, 101).Count(route => Number(route) < 2_000));
                Assert.Equal(201, host.Socket.Links.List().Count);
            }
        }
        finally
        {
            stop.Cancel();
            churn.Join();
        }
    }

    private static IEnumerable<string> Names(ToolResult links) => links.Json.EnumerateArray().Select(link => link.GetProperty("ifname").GetString()!);

    private static int Number(IpRoute route)
    {
        var bytes = route.Destination!.GetAddressBytes();
        return (bytes[1] << 16 | bytes[2] << 8 | bytes[3]) - 1;
    }

    private static IpRoute Route(int number) => new()
    {
        Family = AddressFamily.InterNetwork,
        Destination = new IPAddress([10, (byte)((number + 1) >> 16), (byte)((number + 1) >> 8), (byte)(number + 1)]),
        DestinationLength = 32,
        LinkIndex = 1,
        Scope = 253,
        Table = 101,
    };

    private static RoutingRule Rule(int number) => new() { Family = AddressFamily.InterNetwork, Priority = (uint)(1000 + number), Mark = (uint)number + 1, Table = 101 };
}
