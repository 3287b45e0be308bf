using System.Text;
using System.Text.Json;
using Weir.Host.Formats;
using Weir.Host.Ip;
using Weir.Kernel.Tests.Netlink;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ip;

public class IpFormatTests
{
    private const string Node = """
        $ ip rule
        0:      from all lookup local
        100:    from all fwmark 0x200/0x200 goto 32766
        101:    from all fwmark 0x100/0x100 lookup 101
        102:    from all fwmark 0x40/0x40 lookup 102
        103:    from all lookup 100
        32766:  from all lookup main
        32767:  from all lookup default

        $ ip route show table 101
        default via 192.168.127.2 dev istioout 
        10.244.1.2 dev veth1ae58883 scope link 

        $ ip route show table 102
        default via 10.244.1.2 dev veth1ae58883 onlink 
        10.244.1.2 dev veth1ae58883 scope link 

        $ ip route show table 100
        10.244.0.2 via 192.168.126.2 dev istioin src 10.244.1.1 
        10.244.0.7 via 192.168.126.2 dev istioin src 10.244.1.1 
        10.244.1.2 dev veth1ae58883 scope link 

        """;

    private static readonly IpFormat Format = new();

    [Fact]
    public void Rules_and_routes_of_a_node_are_installed_from_what_ip_printed_and_printed_again()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        foreach (var (name, address) in new[] { ("istioout", "192.168.127.1/30"), ("istioin", "192.168.126.1/30"), ("veth1ae58883", "10.244.1.1/32") })
        {
            host.Ip($"link add {name} type veth peer name p{name[..6]}");
            // Or addresses of their own would still be on the way while the two listings are compared.
            host.Ip($"link set {name} addrgenmode none up");
            host.Ip($"link set p{name[..6]} addrgenmode none up");
            host.Ip($"address add {address} dev {name}");
        }

        Format.Prepare(Node, host.Namespace, new LoadOptions()).Apply();
        // What is there already is no error in a listing.
        Format.Prepare(Node, host.Namespace, new LoadOptions()).Apply();

        var expected = Node.Replace("      from", "\tfrom", StringComparison.Ordinal).Replace("    from", "\tfrom", StringComparison.Ordinal).Replace("  from", "\tfrom", StringComparison.Ordinal);
        var printed = new StringBuilder($"$ ip rule\n{host.Run("ip", "rule").Output}\n");
        foreach (var table in new[] { 101, 102, 100 })
            printed.Append($"$ ip route show table {table}\n{host.Run("ip", $"route show table {table}").Output}\n");
        Assert.Equal(expected.TrimEnd('\n'), printed.ToString().TrimEnd('\n'));
        SameAsIp(host);
    }

    [Fact]
    public void A_refused_line_is_named_and_what_was_done_is_undone()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        host.Ip("route add blackhole 10.3.0.0/16");
        host.Ip("rule add pref 50 lookup 9");
        string[] commands = ["rule", "-6 rule", "route show table all", "link", "address"];
        var before = host.Dump(commands);

        var refused = Assert.Throws<RefusedLineException>(() => Format.Prepare("""
            link add v0 type veth peer name v1
            link set v0 up
            addr add 10.0.0.1/24 dev v0
            rule add pref 77 lookup 101
            route replace unreachable 10.3.0.0/16
            rule del pref 50
            route add 10.9.0.0/16 via 203.0.113.9
            route add 10.10.0.0/16 dev v0
            """, host.Namespace, new LoadOptions()).Apply());

        Assert.Equal((7, "route add 10.9.0.0/16 via 203.0.113.9"), (refused.Line, refused.Text));
        Assert.Contains("Nexthop has invalid gateway", refused.Refusal, StringComparison.Ordinal);
        Assert.Equal(before, host.Dump(commands));
    }

    [Fact]
    public void What_cannot_be_installed_is_told_at_once()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();

        var told = Assert.Throws<RulesTextException>(() => Format.Prepare("route add 10.0.0.0/8 dev nolink\nrule add pref 5 lookup nowhere\n", host.Namespace, new LoadOptions()));

        Assert.Equal([1, 2], told.Findings.Select(finding => finding.Line));
    }

    [Fact]
    public void Random_rules_and_routes_are_shown_as_ip_shows_them()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        host.Ip("link add v0 index 70 address 02:00:00:00:00:01 type veth peer name v1 index 71 address 02:00:00:00:00:02");
        host.Ip("link set v0 addrgenmode none up");
        host.Ip("link set v1 addrgenmode none up");
        host.Ip("address add 192.0.2.1/24 dev v0");
        host.Ip("address add fd00::1/64 dev v0 nodad");
        var sample = new IpSample(new SeededGenerator(1));
        var lines = Enumerable.Range(0, 100).Select(_ => sample.Chance(40) ? sample.Rule() : sample.Route());
        foreach (var line in lines)
            Tool.Try(TimeSpan.FromSeconds(30), "ip", ["-n", host.Name, "-batch", "-"], line + "\n");
        SameAsIp(host);
    }

    [Fact]
    public void Addresses_links_and_neighbours_print_as_by_ip()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        using var other = new RouteOracle();
        host.Ip("link add br0 type bridge");
        host.Ip("link add v0 type veth peer name v1");
        host.Ip("link set v0 master br0 alias front group 5 addrgenmode none up");
        host.Ip("link property add dev v0 altname a-long-alternative-name");
        host.Ip("tuntap add mode tun name tun0");
        host.Ip($"link set v1 netns {other.Name}");
        host.Ip("address add 10.1.1.1 peer 10.1.1.2/32 dev v0 label v0:x");
        host.Ip("address add 192.0.2.1/24 brd + dev v0 metric 7");
        host.Ip("address add fd00::1/64 dev v0 nodad home");
        host.Ip("neighbour add 192.0.2.9 lladdr 02:03:04:05:06:07 dev v0 protocol 33");

        Assert.Equal(host.Run("ip", "link").Output, IpFormat.ShowLinks(host.Namespace));
        Assert.Equal(host.Run("ip", "address").Output, IpFormat.ShowAddresses(host.Namespace));
        Assert.Equal(host.Run("ip", "neighbour").Output, IpFormat.ShowNeighbors(host.Namespace));
        Assert.Equal(Compact(host.Run("ip", "-j address").Json), Compact(Json(host).GetProperty("address")));
        Assert.Equal(Compact(host.Run("ip", "-j neighbour").Json), Compact(Json(host).GetProperty("neighbour")));
    }

    private static void SameAsIp(RouteOracle host)
    {
        var expected = $"$ ip rule\n{host.Run("ip", "rule").Output}\n$ ip -6 rule\n{host.Run("ip", "-6 rule").Output}\n$ ip route show table all\n{host.Run("ip", "route show table all").Output}";
        Assert.Equal(expected, Format.Show(host.Namespace));
        var json = Json(host);
        Assert.Equal(Compact(host.Run("ip", "-j rule").Json), Compact(json.GetProperty("rule")));
        Assert.Equal(Compact(host.Run("ip", "-j -6 rule").Json), Compact(json.GetProperty("rule6")));
        Assert.Equal(Compact(host.Run("ip", "-j route show table all").Json), Compact(json.GetProperty("route")));
    }

    private static string Compact(JsonElement json) => json.GetRawText().Replace("},{", "},\n{", StringComparison.Ordinal);

    private static JsonElement Json(RouteOracle host)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            Format.WriteJson(host.Namespace, writer);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }
}
