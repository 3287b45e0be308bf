using System.Text.Json;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;
using Weir.Testing;

namespace Weir.Kernel.Tests.Netlink;

public class LinksTests
{
    [Fact]
    public void A_veth_pair_across_namespaces_is_as_ip_shows_it()
    {
        RootTier.Require("ip");
        using var here = new RouteOracle();
        using var there = new RouteOracle();

        here.Socket.Links.AddVeth(
            new VethEnd { Name = "v0", Index = 100, Address = [2, 0, 0, 0, 0, 1], Mtu = 1400, TransmitQueueLength = 77, TransmitQueues = 3, ReceiveQueues = 3 },
            new VethEnd { Name = "v1", Index = 200, Address = [2, 0, 0, 0, 0, 2], Mtu = 1300, Namespace = there.Namespace });
        here.Socket.Links.Change(100, new LinkChange { Up = true, Arp = false, Ipv6AddressGeneration = 1, Alias = "hello", Group = 5 });
        there.Socket.Links.Change(200, new LinkChange { Up = true });

        var shown = Shown(here, "v0");
        Assert.Equal((100, 1400, 77, "02:00:00:00:00:01", "hello", "none", "5"),
            (shown.GetProperty("ifindex").GetInt32(), shown.GetProperty("mtu").GetInt32(), shown.GetProperty("txqlen").GetInt32(), shown.GetProperty("address").GetString(),
             shown.GetProperty("ifalias").GetString(), shown.GetProperty("inet6_addr_gen_mode").GetString(), shown.GetProperty("group").GetString()));
        Assert.Contains("NOARP", shown.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()));
        Assert.Equal(3, shown.GetProperty("num_tx_queues").GetInt32());
        Assert.Equal((200, 1300), (Shown(there, "v1").GetProperty("ifindex").GetInt32(), Shown(there, "v1").GetProperty("mtu").GetInt32()));
        Assert.Empty(here.Run("ip", "-6 address show dev v0").Output.Trim());
    }

    [Fact]
    public void What_ip_made_reads_the_same()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        host.Ip("link add br0 type bridge");
        host.Ip("link add v0 index 70 mtu 1450 address 02:00:00:00:00:07 txqueuelen 12 type veth peer name v1 index 90");
        host.Ip("link set v0 master br0 group 9 alias front up");
        host.Ip("link property add dev v0 altname a-long-alternative-name");
        host.Ip("link set v1 up");
        // The kernel's link watch tells of carrier a moment later; until then two readings in a row may differ.
        Eventually.True(TimeSpan.FromSeconds(5), () => (State("br0"), State("v0"), State("v1")) == ("DOWN", "UP", "UP"), "the link watch has caught up");

        var links = host.Socket.Links.List();
        var shown = host.Run("ip", "-d -j link").Json.EnumerateArray().ToList();

        Assert.Equal(shown.Select(link => link.GetProperty("ifname").GetString()), links.Select(link => link.Name));
        foreach (var (link, oracle) in links.Zip(shown))
        {
            Assert.Equal(oracle.GetProperty("ifindex").GetInt32(), link.Index);
            Assert.Equal(oracle.GetProperty("mtu").GetInt32(), link.Mtu);
            Assert.Equal(oracle.GetProperty("operstate").GetString(), link.OperationalState);
            Assert.Equal(oracle.GetProperty("qdisc").GetString(), link.Qdisc);
            Assert.Equal(oracle.GetProperty("address").GetString(), string.Join(':', link.Address.Select(octet => octet.ToString("x2"))));
        }

        var v0 = host.Socket.Links.Get("v0")!;
        Assert.Equal((70, 90, 9, "front", 12, "veth", "bridge"), (v0.Index, v0.PeerIndex, v0.Group, v0.Alias, v0.TransmitQueueLength, v0.Kind, v0.PortKind));
        Assert.Equal(host.Socket.Links.Get("br0")!.Index, v0.MasterIndex);
        Assert.Equal(["a-long-alternative-name"], v0.AlternativeNames);
        Assert.Equal(70, host.Socket.Links.Get("a-long-alternative-name")!.Index);

        string? State(string name) => Shown(host, name).GetProperty("operstate").GetString();
    }

    [Fact]
    public void A_link_moves_with_a_new_name_and_index_in_one_message()
    {
        RootTier.Require("ip");
        using var here = new RouteOracle();
        using var there = new RouteOracle();
        here.Ip("link add v0 type veth peer name v1");
        there.Ip("link add v0 type bridge");

        here.Socket.Links.Change(here.Socket.Links.Get("v0")!.Index, new LinkChange { Name = "eth7", Namespace = there.Namespace, NewIndex = 777, Mtu = 1234, Up = true });

        var moved = there.Socket.Links.Get("eth7")!;
        Assert.Equal((777, 1234, true), (moved.Index, moved.Mtu, moved.IsUp));
        Assert.Null(here.Socket.Links.Get("v0"));
        Assert.Equal(here.Socket.NamespaceIds.Get(there.Namespace), here.Socket.Links.Get("v1")!.PeerNamespaceId);
    }

    [Fact]
    public void Bridges_take_and_leave_ports_and_links_are_deleted()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        host.Socket.Links.AddBridge("br0");
        host.Socket.Links.AddVeth(new VethEnd { Name = "v0" }, new VethEnd { Name = "v1" });
        var (bridge, port) = (host.Socket.Links.Get("br0")!.Index, host.Socket.Links.Get("v0")!.Index);

        host.Socket.Links.Change(port, new LinkChange { MasterIndex = bridge });
        Assert.Equal("br0", Shown(host, "v0").GetProperty("master").GetString());
        host.Socket.Links.Change(port, new LinkChange { MasterIndex = 0, Alias = "" });
        Assert.False(Shown(host, "v0").TryGetProperty("master", out _));
        host.Socket.Links.Delete(port);
        host.Socket.Links.Delete(bridge);
        Assert.Equal(["lo"], host.Socket.Links.List().Select(link => link.Name));
    }

    [Fact]
    public void Refusals_carry_the_kernels_words()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        host.Socket.Links.AddBridge("br0");

        Assert.Equal((int)Errno.EEXIST, Assert.Throws<NetlinkException>(() => host.Socket.Links.AddBridge("br0")).Errno);
        Assert.Equal("at most 15 bytes", Assert.Throws<NetlinkException>(() => host.Socket.Links.AddBridge("a-name-that-is-too-long")).Bound);
        Assert.Equal("Unknown device type", Assert.Throws<NetlinkException>(() => host.Socket.Links.AddKind("x0", "no-such-kind")).ExtendedAck);
        Assert.Equal((int)Errno.ENODEV, Assert.Throws<NetlinkException>(() => host.Socket.Links.Delete(4711)).Errno);
    }

    [Fact]
    public void Lists_are_whole_while_links_come_and_go()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        for (var i = 0; i < 100; i++)
            host.Socket.Links.AddVeth(new VethEnd { Name = $"v{i}" }, new VethEnd { Name = $"w{i}" });

        using var stop = new CancellationTokenSource();
        var churn = new Thread(() =>
        {
            using var socket = RouteSocket.Open(host.Namespace);
            while (!stop.IsCancellationRequested)
            {
                socket.Links.AddBridge("churn");
                socket.Links.Delete(socket.Links.Get("churn")!.Index);
            }
        });
        churn.Start();
        try
        {
            for (var i = 0; i < 50; i++)
                Assert.Equal(200, host.Socket.Links.List().Count(link => link.Name[0] is 'v' or 'w'));
        }
        finally
        {
            stop.Cancel();
            churn.Join();
        }
    }

    [Fact]
    public void A_monitor_hears_of_links_and_addresses()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        using var monitor = NetworkMonitor.Open(host.Namespace);
        host.Ip("link add v0 type veth peer name v1");
        host.Ip("address add 192.0.2.1/24 dev v0");
        host.Ip("link delete v0");

        var heard = new List<NetworkChange>();
        Eventually.True(TimeSpan.FromSeconds(10), () =>
        {
            heard.AddRange(monitor.Read(TimeSpan.FromMilliseconds(50)));
            return heard.OfType<LinkGone>().Count() == 2;
        }, "both ends are gone");

        Assert.Contains(heard.OfType<LinkChanged>(), change => change.Link.Name == "v0");
        Assert.Equal("192.0.2.1", Assert.Single(heard.OfType<AddressAdded>()).Address.Address.ToString());
        Assert.Single(heard.OfType<AddressGone>());
        Assert.Empty(monitor.Read(TimeSpan.Zero));
    }

    private static JsonElement Shown(RouteOracle host, string link) => host.Run("ip", $"-d -j link show dev {link}").Json[0];
}
