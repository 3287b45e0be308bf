using Weir.Host.Formats;
using Weir.Host.Ip;
using Weir.Kernel.Tests.Netlink;
using Weir.Rules.Ip;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ip;

public class IpJsonTests
{
    private static readonly IpFormat Format = new();

    [Theory]
    [InlineData("-j address")]
    [InlineData("-j -d address")]
    [InlineData("-j -4 address")]
    [InlineData("-j link")]
    [InlineData("-j -d link")]
    [InlineData("-j route show table all")]
    [InlineData("-j -6 route show table all")]
    [InlineData("-j route show table 7")]
    [InlineData("-j rule")]
    [InlineData("-j -6 rule")]
    [InlineData("-j neighbour")]
    public void What_ip_prints_is_understood_and_printed_again(string command)
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        using var other = new RouteOracle();
        Furnish(host);
        host.Ip("link add br0 type bridge");
        host.Ip("link set v1 master br0 alias front");
        host.Ip("link property add dev v1 altname a-long-alternative-name");
        host.Ip("link add vx type vxlan id 5 dstport 4789 remote 192.0.2.9");
        host.Ip("link add mv link v0 type macvlan mode bridge");
        host.Ip("tuntap add mode tun name tun0");
        host.Ip("link add w0 type veth peer name w1");
        host.Ip($"link set w1 netns {other.Name}");
        Fill(host);

        var text = $"$ ip {command}\n{host.Run("ip", command).Output}\n";
        var parsed = IpTextParser.Parse(text);

        Assert.Empty(parsed.Findings);
        Assert.Equal(text, parsed.Model.Print(IpNameTables.Default));
        // From its parts, not as text that was kept.
        Assert.All(parsed.Model.Lines.Where(line => line.Entry is not (null or IpListing)), line => Assert.Null(line.Verbatim));
        Assert.Contains(parsed.Model.Lines, line => line.Entry is not (null or IpListing));

        var pretty = $"$ ip -p {command}\n{host.Run("ip", $"-p {command}").Output}\n";
        var spread = IpTextParser.Parse(pretty);
        Assert.Empty(spread.Findings);
        Assert.Equal(pretty, spread.Model.Print(IpNameTables.Default));
        Assert.Equal(
            parsed.Model.Lines.Where(line => line.Entry is not IpListing).Select(line => line.Print(IpNameTables.Default, null)).Where(line => line.StartsWith('{')),
            spread.Model.Lines.Where(line => line.Entry is not (null or IpListing)).Select(line => (line with { Verbatim = null }).Print(IpNameTables.Default, null)));
    }

    [Fact]
    public void A_file_of_listings_of_one_namespace_is_installed_in_another()
    {
        RootTier.Require("ip");
        using var theirs = new RouteOracle();
        using var ours = new RouteOracle();
        Furnish(theirs);
        Furnish(ours);
        Fill(theirs);

        string[] listings = ["-j address", "-j route show table all", "-j rule", "-j -6 rule", "-j neighbour"];
        var file = string.Concat(listings.Select(command => $"$ ip {command}\n{theirs.Run("ip", command).Output}\n"));
        Format.Prepare(file, ours.Namespace, new LoadOptions()).Apply();
        // What is there already is no error in a listing.
        Format.Prepare(file, ours.Namespace, new LoadOptions()).Apply();

        // Without the table local: the kernel makes its routes to an address some time after the address.
        string[] commands = ["address", "route show table main", "route show table 7", "-6 route show table main", "rule", "-6 rule", "neighbour"];
        Assert.Equal(theirs.Dump(commands), ours.Dump(commands));
    }

    [Fact]
    public void A_refused_object_is_named_by_its_line_and_nothing_stays()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        Furnish(host);
        var before = host.Dump("rule", "route show table all");

        var refused = Assert.Throws<RefusedLineException>(() => Format.Prepare(
            "$ ip -j rule\n" + """[{"priority":7,"src":"all","table":"9"}]""" + "\n$ ip -j -p route\n[ {\n    \"dst\":\"10.9.0.0/16\",\"gateway\":\"203.0.113.9\",\"dev\":\"v0\",\"flags\":[]\n} ]\n",
            host.Namespace,
            new LoadOptions()).Apply());

        Assert.Equal(4, refused.Line);
        Assert.Contains("203.0.113.9", refused.Text, StringComparison.Ordinal);
        Assert.Equal(before, host.Dump("rule", "route show table all"));
    }

    [Fact]
    public void What_is_not_known_keeps_a_file_from_being_installed()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();

        var told = Assert.Throws<RulesTextException>(() => Format.Prepare("""[{"priority":7,"src":"all","table":"9","moon":"full"},{"dst":"1.2.3.4","state":["PERMANENT"]}]""", host.Namespace, new LoadOptions()));

        Assert.Equal(["Not known here: moon.", "It does not say of which link it is."], told.Findings.Select(finding => finding.Message));
    }

    private static void Furnish(RouteOracle host)
    {
        host.Ip("link add v0 index 70 address 02:00:00:00:00:01 type veth peer name v1 index 71 address 02:00:00:00:00:02");
        host.Ip("link set v0 addrgenmode none up");
        host.Ip("link set v1 addrgenmode none up");
    }

    private static void Fill(RouteOracle host)
    {
        host.Ip("address add 192.0.2.1/24 brd + dev v0 metric 7");
        host.Ip("address add 10.1.1.1 peer 10.1.1.2/32 dev v0 label v0:x");
        host.Ip("address add fd00::1/64 dev v0 nodad home");
        host.Ip("address add fd00::2/64 dev v0 nodad noprefixroute");
        host.Ip("route add 10.5.0.0/16 nexthop via 192.0.2.2 weight 3 nexthop via 192.0.2.3 dev v0");
        host.Ip("route add 10.6.0.0/16 dev v0 mtu 1300 advmss 1000 features ecn congctl reno realm 3/4 src 192.0.2.1");
        host.Ip("route add 10.7.0.0/16 via inet6 fd00::9 dev v0 table 7 metric 5");
        host.Ip("route add 10.8.0.0/16 via 203.0.113.1 dev v0 onlink proto 77 table 7");
        host.Ip("route add unreachable default metric 4000 table 7");
        host.Ip("-6 route add fd09::/64 via fd00::3 metric 12 pref low");
        host.Ip("-6 route add fd0a::/64 nexthop via fd00::4 weight 2 nexthop via fd00::3");
        host.Ip("rule add pref 7 fwmark 0x1/0xff iif gone oif v0 uidrange 1-4 lookup 7");
        host.Ip("rule add pref 8 from 10.0.0.0/8 to 11.0.0.1 ipproto tcp sport 1-9 dport 80 tos 0x10 goto 33000");
        host.Ip("rule add pref 9 not from 10.9.0.0/16 lookup 8 suppress_prefixlength 0 protocol 99");
        host.Ip("rule add pref 10 l3mdev");
        host.Ip("rule add pref 11 ipproto 200 prohibit");
        host.Ip("-6 rule add pref 12 to fd00::/64 fwmark 3 blackhole");
        host.Ip("neighbour add 192.0.2.9 lladdr 02:03:04:05:06:07 dev v0 protocol 33");
        host.Ip("neighbour add fd00::9 lladdr 02:03:04:05:06:07 dev v0 router");
    }
}
