using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Capture;
using Weir.Host;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Capture;

public class InlineCaptureTests
{
    [Fact]
    public void Traffic_passes_without_an_enforcer_and_release_leaves_everything_as_it_was()
    {
        RootTier.Require("ip", "ping", "tc");
        using CaptureBench bench = new();
        TestWorkload db = bench.Host[0], web = bench.Host[1];
        IReadOnlyList<NamespaceState> before = bench.ReadAll();

        CapturedWorkload captured = bench.Capture(db);
        Assert.Equal("vex1-eth0", captured.Ports[0].OutsideName);
        bench.Ping(web, db.Address4);
        bench.Ping(web, db.Address6);
        bench.Ping(db, "10.77.0.254");
        bench.Ping(db, "ff02::1%eth0");
        Assert.Empty(bench.Captures.Verify());

        JsonElement links = Tool.Run("ip", "-n", bench.WeirName, "-j", "-d", "link").Json;
        Assert.Equal(["lo", "vex1-eth0", "vin1-eth0", "vbr-weir", "vth-weir"], links.EnumerateArray().Select(Name).OrderBy(name => Array.IndexOf(["lo", "vex1-eth0", "vin1-eth0", "vbr-weir", "vth-weir"], name)));
        Assert.Contains("weir_vex direct-action", Tool.Run("tc", "-n", bench.WeirName, "filter", "show", "dev", "vex1-eth0", "ingress").Output, StringComparison.Ordinal);

        bench.Captures.Release(db.Name);
        bench.ExpectAsBefore(before);
        Assert.Empty(bench.Captures.List());
        bench.Ping(web, db.Address4);
        bench.Ping(web, db.Address6);
    }

    [Fact]
    public void The_captured_workload_sees_the_same_port_as_before()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new(1);
        TestWorkload db = bench.Host[0];
        Dress(db);
        IReadOnlyList<NamespaceState> before = bench.ReadAll();
        string addresses = Addresses(db);
        string routes = db.Namespace.Ip("route show table all").Output;

        bench.Capture(db);
        Assert.Equal(addresses, Addresses(db));
        Assert.Equal(routes, db.Namespace.Ip("route show table all").Output);
        IReadOnlyList<string> differences = NamespaceState.Compare(before[0], bench.ReadAll()[0]);
        // Its peer is in another namespace now, and alternative names stay with the original; nothing else differs.
        Assert.All(differences, line => Assert.Matches("^[-+] links: 2: eth0@if", line));

        bench.Captures.Release(db.Name);
        bench.ExpectAsBefore(before);
        Assert.Equal(addresses, Addresses(db));
    }

    [Fact]
    public void Learned_neighbours_are_known_on_both_sides_of_the_exchange()
    {
        RootTier.Require("ip", "ping");
        using CaptureBench bench = new();
        TestWorkload db = bench.Host[0], web = bench.Host[1];
        bench.Ping(db, web.Address4);
        bench.Ping(db, web.Address6);

        bench.Capture(db);
        ExpectNeighbors();
        bench.Captures.Release(db.Name);
        ExpectNeighbors();

        void ExpectNeighbors()
        {
            string neighbors = db.Namespace.Ip("neighbour show dev eth0").Output;
            Assert.Matches($"(?m)^{Regex.Escape(web.Address4)} .*lladdr", neighbors);
            Assert.Matches($"(?m)^{Regex.Escape(web.Address6)} .*lladdr", neighbors);
        }
    }

    [Fact]
    public void What_changed_while_captured_stays_after_release()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new(1);
        TestWorkload db = bench.Host[0];
        bench.Capture(db);
        db.Namespace.Ip("address add 10.77.0.88/24 dev eth0");
        db.Namespace.Ip("route add 10.88.0.0/16 via 10.77.0.254");
        db.Namespace.Ip("link set eth0 mtu 1400");

        bench.Captures.Release(db.Name);
        Assert.Contains("10.77.0.88/24", Addresses(db), StringComparison.Ordinal);
        Assert.Contains("10.88.0.0/16 via 10.77.0.254", db.Namespace.Ip("route").Output, StringComparison.Ordinal);
        Assert.Contains("mtu 1400", db.Namespace.Ip("link show eth0").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_workloads_share_the_pipe_and_the_last_release_takes_it_away()
    {
        RootTier.Require("ip", "ping");
        using CaptureBench bench = new();
        IReadOnlyList<NamespaceState> before = bench.ReadAll();
        bench.Capture(bench.Host[0]);
        bench.Capture(bench.Host[1]);
        Assert.Equal([1, 2], bench.Captures.List().SelectMany(workload => workload.Ports).Select(port => (int)port.Id).Order());
        bench.Ping(bench.Host[0], bench.Host[1].Address4);

        bench.Captures.Release(bench.Host[0].Name);
        Assert.True(NetworkNamespace.NamedExists(bench.WeirName));
        bench.Ping(bench.Host[0], bench.Host[1].Address6);
        bench.Captures.Release(bench.Host[1].Name);
        bench.ExpectAsBefore(before);
    }

    [Fact]
    public void A_workload_with_two_ports_is_captured_whole()
    {
        RootTier.Require("ip", "ping");
        using CaptureBench bench = new();
        TestWorkload db = bench.Host[0];
        bench.Host.Network.Ip($"link add second type veth peer name net1 netns {db.Namespace.Name}");
        bench.Host.Network.Ip($"link set second master {TestHost.Bridge} up");
        db.Namespace.Ip("link set net1 up");
        db.Namespace.Ip("address add 10.99.0.1/24 dev net1");
        db.Namespace.Ip("route add default via 10.99.0.254 table 77");
        CaptureBench.WaitUntilReady(db);
        Eventually.True(TimeSpan.FromSeconds(5), () => db.Namespace.Ip("-6 address show dev net1 tentative").Output.Length == 0 && db.Namespace.Ip("-6 address show dev net1").Output.Length > 0);
        IReadOnlyList<NamespaceState> before = bench.ReadAll();

        CapturedWorkload captured = bench.Capture(db);
        Assert.Equal(2, captured.Ports.Count);
        Assert.Contains("10.99.0.254 dev net1", db.Namespace.Ip("route show table 77").Output, StringComparison.Ordinal);
        bench.Ping(bench.Host[1], db.Address4);
        bench.Captures.Release(db.Name);
        bench.ExpectAsBefore(before);
    }

    [Fact]
    public void An_open_connection_survives_capture_and_release_and_the_gap_is_short()
    {
        RootTier.Require("ip", "ping", "socat");
        using CaptureBench bench = new();
        TestWorkload db = bench.Host[0], web = bench.Host[1];
        db.Namespace.Start("socat", "TCP-LISTEN:7000,reuseaddr", "EXEC:cat");
        db.Namespace.WaitForListener(7000);
        RunningTool client = web.Namespace.Start("socat", "-", $"TCP:{db.Address4}:7000");
        Echo(client, "one");
        RunningTool ping = web.Namespace.Start("ping", "-i", "0.002", "-D", "-n", db.Address4);
        Eventually.True(TimeSpan.FromSeconds(5), () => ping.Output.Contains("icmp_seq=100 ", StringComparison.Ordinal), "pings");

        bench.Capture(db);
        Echo(client, "two");
        bench.Captures.Release(db.Name);
        Echo(client, "three");
        Eventually.Within(TimeSpan.FromMilliseconds(300), () => false);
        Tool.Run("kill", "-INT", $"{ping.Pid}");
        Assert.True(ping.WaitForExit(TimeSpan.FromSeconds(5)));

        double[] times = [.. ping.Output.Split('\n').Where(line => line.StartsWith('[')).Select(line => double.Parse(line[1..line.IndexOf(']', StringComparison.Ordinal)]))];
        double[] gaps = [.. times.Zip(times.Skip(1)).Select(pair => (pair.Second - pair.First) * 1000).OrderDescending().Take(2)];
        TestContext.Current.TestOutputHelper?.WriteLine($"longest silences: {gaps[0]:0.0} ms, {gaps[1]:0.0} ms");
        Assert.InRange(gaps[0], 0, 250);
    }

    /// <summary>A port with everything on it that the tools can put there.</summary>
    private static void Dress(TestWorkload workload)
    {
        TestNamespace ns = workload.Namespace;
        ns.Ip("link set eth0 txqueuelen 1234 alias uplink group 42 mtu 1450");
        ns.Ip("link property add dev eth0 altname mainport");
        ns.Ip("address add 10.50.0.1/24 brd 10.50.0.255 dev eth0 label eth0:fifty");
        ns.Ip("address add 10.50.0.2/24 dev eth0");
        ns.Ip("address add 192.0.2.1 peer 192.0.2.2/32 dev eth0 metric 55");
        ns.Ip("-6 address add fd50::1/64 dev eth0 nodad noprefixroute");
        ns.Ip("-6 address add fd51::1/64 dev eth0 metric 77");
        ns.Ip("route add 10.60.0.0/16 via 10.50.0.254 src 10.50.0.2 metric 9 mtu lock 1400");
        ns.Ip("route add 10.61.0.0/16 dev eth0 table 101 scope link");
        ns.Ip("route add 10.62.0.0/16 via 192.0.2.2 table 101 onlink dev eth0");
        ns.Ip("route add 10.63.0.0/16 nexthop via 10.77.0.253 weight 2 nexthop via 10.77.0.252");
        ns.Ip("-6 route add fd60::/64 via fe80::99 dev eth0 metric 33");
        ns.Ip("-6 route add fd61::/64 via fd77::99 table 102");
        ns.Ip("rule add iif eth0 fwmark 0x1 table 101 priority 50");
        ns.Ip("neighbour add 10.77.0.77 lladdr 02:00:00:00:00:77 dev eth0 nud permanent");
        ns.Ip("-6 neighbour add fd77::77 lladdr 02:00:00:00:00:78 dev eth0 nud permanent");
        ns.Run("sysctl", "-qw", "net.ipv4.conf.eth0.rp_filter=2", "net.ipv4.conf.eth0.arp_announce=2", "net.ipv6.conf.eth0.accept_ra=0", "net.ipv6.conf.eth0.accept_dad=1",
            "net.ipv4.neigh.eth0.gc_stale_time=77", "net.ipv6.neigh.eth0.base_reachable_time_ms=12345", "net.ipv6.conf.eth0.hop_limit=55");
        ns.Run("ethtool", "-K", "eth0", "tso", "off");
        CaptureBench.WaitUntilReady(workload);
    }

    private static string Addresses(TestWorkload workload) =>
        string.Join('\n', workload.Namespace.Ip("address show dev eth0").Output.Split('\n').Where(line => line.StartsWith("    inet", StringComparison.Ordinal)));

    private static void Echo(RunningTool client, string word)
    {
        client.Write(word + "\n");
        Eventually.True(TimeSpan.FromSeconds(10), () => client.Output.Contains(word, StringComparison.Ordinal), $"the echo of {word}");
    }

    private static string? Name(JsonElement link) => link.GetProperty("ifname").GetString();
}
