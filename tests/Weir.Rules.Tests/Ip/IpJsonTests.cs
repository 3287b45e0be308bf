using System.Net.Sockets;
using System.Text;
using Weir.Rules.Ip;
using Weir.Rules.Text;
using Weir.Testing;

namespace Weir.Rules.Tests.Ip;

/// <summary>Listings as ip of iproute2 6.1 printed them.</summary>
public class IpJsonTests
{
    private const string Addresses =
        """[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"qdisc":"noqueue","operstate":"UNKNOWN","group":"default","txqlen":1000,"link_type":"loopback","address":"00:00:00:00:00:00","broadcast":"00:00:00:00:00:00","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295},{"family":"inet6","local":"::1","prefixlen":128,"scope":"host","valid_life_time":4294967295,"preferred_life_time":4294967295}]},{"ifindex":2,"ifname":"br0","flags":["BROADCAST","MULTICAST"],"mtu":1500,"qdisc":"noop","operstate":"DOWN","group":"default","txqlen":1000,"link_type":"ether","address":"9e:cf:58:d0:c1:9e","broadcast":"ff:ff:ff:ff:ff:ff","addr_info":[]},{"ifindex":3,"link":"v0","ifname":"v1","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"qdisc":"noqueue","operstate":"UP","group":"default","txqlen":1000,"link_type":"ether","address":"ee:53:d5:b7:ac:22","broadcast":"ff:ff:ff:ff:ff:ff","addr_info":[{"family":"inet","local":"10.1.1.1","address":"10.1.1.2","prefixlen":32,"scope":"global","label":"v1:x","valid_life_time":4294967295,"preferred_life_time":4294967295},{"family":"inet6","local":"fd00::1","prefixlen":64,"scope":"global","nodad":true,"valid_life_time":4294967295,"preferred_life_time":4294967295},{"family":"inet6","local":"fd00::2","prefixlen":64,"scope":"global","dynamic":true,"valid_life_time":99,"preferred_life_time":9}]}]""" + "\n";

    private const string Links =
        """[{"ifindex":4,"link":"v1","ifname":"v0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"qdisc":"noqueue","master":"br0","operstate":"UP","linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"ether","address":"9e:cf:58:d0:c1:9e","broadcast":"ff:ff:ff:ff:ff:ff","promiscuity":1,"allmulti":1,"min_mtu":68,"max_mtu":65535,"linkinfo":{"info_kind":"veth","info_slave_kind":"bridge","info_slave_data":{"state":"disabled","priority":32,"hold_timer":0.00,"locked":false}},"inet6_addr_gen_mode":"eui64","num_tx_queues":2,"num_rx_queues":2,"gso_max_size":65536,"gso_max_segs":65535,"tso_max_size":524280,"tso_max_segs":65535,"gro_max_size":65536,"ifalias":"a \"b\" /x<é"},{"ifindex":70,"link_index":71,"ifname":"w0","flags":["NO-CARRIER","BROADCAST","MULTICAST","UP"],"mtu":1500,"qdisc":"noqueue","operstate":"DOWN","linkmode":"DEFAULT","group":"default","txqlen":1000,"link_type":"ether","address":"ce:01:d8:12:f7:c2","broadcast":"ff:ff:ff:ff:ff:ff","link_netnsid":0,"altnames":["abcdefg"]},{"ifindex":7,"ifname":"t0","flags":["POINTOPOINT","MULTICAST","NOARP"],"mtu":1500,"qdisc":"noop","operstate":"DOWN","linkmode":"DEFAULT","group":"default","txqlen":500,"link_type":"none"}]""" + "\n";

    private const string Rules =
        """[{"priority":0,"src":"all","table":"local"},{"priority":7,"src":"all","iif":"gone","iif_detached":null,"oif":"v1","l3mdev":null,"uid_start":1,"uid_end":4},{"priority":8,"not":null,"src":"10.0.0.0","srclen":8,"dst":"11.0.0.1","tos":"0x10","fwmark":"0","fwmask":"0xff","ipproto":"tcp","sport_start":1,"sport_end":9,"dport":80,"tun_id":5,"table":"100","suppress_prefixlen":0,"suppress_ifgroup":"7","flow_from":"3","flow_to":"4","protocol":"openr"},{"priority":9,"src":"all","nop":null},{"priority":10,"src":"all","ipproto":"ipproto-200","action":"blackhole"},{"priority":32765,"src":"all","fwmark":"0x1","fwmask":"0xff","goto":33000,"unresolved":null}]""" + "\n";

    private const string Routes =
        """[{"dst":"10.5.0.0/16","flags":[],"nexthops":[{"gateway":"10.1.1.2","dev":"v1","weight":3,"flags":[]},{"flow":{"from":"3","to":"4"},"dev":"v1","weight":1,"flags":["linkdown"]}]},{"dst":"10.6.0.0/16","dev":"v1","scope":"link","flags":[],"flow":{"from":"3","to":"4"},"metrics":[{"mtu":1300,"rtt":8,"ecn":null,"rto_min":10,"congestion":"reno"}]},{"type":"local","dst":"127.0.0.0/8","dev":"lo","table":"local","protocol":"kernel","scope":"host","prefsrc":"127.0.0.1","flags":[]},{"dst":"10.7.0.0/16","via":{"family":"inet6","host":"fe80::1"},"dev":"v1","metric":5,"flags":["onlink"]},{"type":"blackhole","dst":"default","tos":"0x10","metric":9,"flags":[]},{"dst":"fd00::/64","from":"fd05::/64","dev":"v1","protocol":"kernel","metric":256,"flags":[],"expires":99,"pref":"high"}]""" + "\n";

    private const string Neighbors =
        """[{"dst":"192.0.2.9","dev":"v0","lladdr":"02:03:04:05:06:07","extern_learn":null,"state":["PERMANENT"],"protocol":"33"},{"dst":"fd00::9","dev":"v0","lladdr":"02:03:04:05:06:08","router":null,"state":["STALE"]},{"dst":"192.0.2.8","dev":"v0","state":["FAILED"]}]""" + "\n";

    [Theory]
    [InlineData(Addresses, 8)]
    [InlineData(Links, 3)]
    [InlineData(Rules, 6)]
    [InlineData(Routes, 6)]
    [InlineData(Neighbors, 3)]
    public void A_listing_is_understood_and_printed_from_its_parts(string text, int entries)
    {
        Assert.Equal(TextFormat.Ip, TextFormat.Detect(text));
        // With a command that shows all tables, since only then the tool prints a route's table.
        var whole = (text == Routes ? "$ ip -j route show table all\n" : "") + text;
        var parsed = IpTextParser.Parse(whole);

        Assert.Empty(parsed.Findings);
        Assert.Equal(whole, parsed.Model.Print(IpNameTables.Default));
        var lines = parsed.Model.Lines.Where(line => line.Entry is not (null or IpListing)).ToList();
        Assert.Equal(entries, lines.Count);
        Assert.All(lines, line => Assert.Null(line.Verbatim));
    }

    [Fact]
    public void Json_and_text_of_the_same_things_are_the_same_entries()
    {
        var text = IpTextParser.Parse(
            "$ ip rule\n8:\tnot from 10.0.0.0/8 to 11.0.0.1 tos 0x10 fwmark 0/0xff ipproto tcp sport 1-9 dport 80 tun_id 5 lookup 100 suppress_prefixlength 0 suppress_ifgroup 7 realms 3/4 proto openr\n"
            + "$ ip route show table 5\n10.6.0.0/16 dev v1 scope link realms 3/4 mtu 1300 rtt 8ms features ecn rto_min 10ms congctl reno \ndefault via fe80::1 dev v1 metric 256 pref high\n"
            + "$ ip address\n3: v1@v0: <BROADCAST,UP> mtu 1500 group default\n    inet6 fd00::2/64 scope global dynamic \n       valid_lft 99sec preferred_lft 9sec\n"
            + "$ ip neighbour\nfd00::9 dev v0 lladdr 02:03:04:05:06:08 router STALE \n");
        var json = IpTextParser.Parse(
            "$ ip -j rule\n" + """[{"priority":8,"not":null,"src":"10.0.0.0","srclen":8,"dst":"11.0.0.1","tos":"0x10","fwmark":"0","fwmask":"0xff","ipproto":"tcp","sport_start":1,"sport_end":9,"dport":80,"tun_id":5,"table":"100","suppress_prefixlen":0,"suppress_ifgroup":"7","flow_from":"3","flow_to":"4","protocol":"openr"}]""" + "\n"
            + "$ ip -j route show table 5\n" + """[{"dst":"10.6.0.0/16","dev":"v1","scope":"link","flags":[],"flow":{"from":"3","to":"4"},"metrics":[{"mtu":1300,"rtt":8,"ecn":null,"rto_min":10,"congestion":"reno"}]},{"dst":"default","gateway":"fe80::1","dev":"v1","metric":256,"flags":[],"pref":"high"}]""" + "\n"
            + "$ ip -j address\n" + """[{"ifindex":3,"link":"v0","ifname":"v1","flags":["BROADCAST","UP"],"mtu":1500,"group":"default","addr_info":[{"family":"inet6","local":"fd00::2","prefixlen":64,"scope":"global","dynamic":true,"valid_life_time":99,"preferred_life_time":9}]}]""" + "\n"
            + "$ ip -j neighbour\n" + """[{"dst":"fd00::9","dev":"v0","lladdr":"02:03:04:05:06:08","router":null,"state":["STALE"]}]""" + "\n");

        Assert.Empty(text.Findings.Concat(json.Findings));
        var (ours, theirs) = (Entries(json), Entries(text));
        Assert.Equal(theirs.Where(entry => entry is not (LinkEntry or NeighborEntry)), ours.Where(entry => entry is not (LinkEntry or NeighborEntry)));
        // Links and neighbours hold arrays, which are not compared by value: their words are.
        foreach (var (our, their) in ours.Zip(theirs).Where(pair => pair.First is LinkEntry or NeighborEntry))
            Assert.Equal(new IpLine(1, their, null).Print(IpNameTables.Default, null), new IpLine(1, our, null).Print(IpNameTables.Default, null));
        Assert.Equal([5u, 5u], ours.OfType<RouteEntry>().Select(route => route.Table));

        static List<IpEntry> Entries(ParsedText<IpText> parsed) => [.. parsed.Model.Lines.Select(line => line.Entry!).Where(entry => entry is not (null or IpListing))];
    }

    [Fact]
    public void Spread_over_lines_each_object_has_its_line()
    {
        const string text = "$ ip -j -p -6 rule\n[ {\n        \"priority\": 0,\n        \"src\": \"all\",\n        \"table\": \"local\"\n    },{\n        \"priority\": 7,\n        \"src\": \"all\",\n        \"color\": \"red\"\n    } ]\n$ ip rule\n9:\tfrom all lookup 7\n";

        var parsed = IpTextParser.Parse(text);

        Assert.Equal(text, parsed.Model.Print(IpNameTables.Default));
        Assert.Equal([(2, 0u), (6, 7u), (12, 9u)], parsed.Model.Lines.Where(line => line.Entry is RuleEntry).Select(line => (line.Number, ((RuleEntry)line.Entry!).Priority!.Value)));
        Assert.Equal(AddressFamily.InterNetworkV6, parsed.Model.Lines.Select(line => line.Entry).OfType<RuleEntry>().First().Family);
        Assert.Equal((6, "Not known here: color."), parsed.Findings.Select(finding => (finding.Line, finding.Message)).Single());
    }

    [Theory]
    [InlineData("""[{"priority":1,"src":"all","table":"nowhere"}]""", "'nowhere' is no table: a number up to 4294967295, or a name that iproute2's tables have.")]
    [InlineData("""[{"priority":-1,"src":"all"}]""", "'priority' takes a number from 0 to 4294967295, not -1.")]
    [InlineData("""[{"priority":1,"src":"10.0.0.0","srclen":33}]""", "'srclen' takes a number from 0 to 32.")]
    [InlineData("""[{"priority":1,"src":"all","action":"dance"}]""", "'dance' is no action of a rule.")]
    [InlineData("""[{"dst":"10.0.0.0/8","flags":["striped"]}]""", "'striped' is no flag of a route.")]
    [InlineData("""[{"dst":"10.0.0.0/8","flags":[],"metrics":[{"mtu":1,"mood":2}]}]""", "Not known here: metrics.mood.")]
    [InlineData("""[{"dst":"10.0.0.0/8","flags":[],"nexthops":[{"dev":"v0","via":{"family":"inet6","host":"::1","x":[]}}]}]""", "Not known here: nexthops.via.x.")]
    [InlineData("""[{"dst":"1.2.3.4","dev":"v0","state":["BORED"]}]""", "ip neighbour has no word 'BORED' that is known here.")]
    [InlineData("""[{"ifindex":1,"ifname":"lo","flags":["SQUARE"],"mtu":1}]""", "'SQUARE' is no flag of a link.")]
    [InlineData("""[{"ifindex":1,"ifname":"lo","flags":[],"stats64":{"rx":{}}}]""", "Not known here: stats64.")]
    [InlineData("""[{"ifindex":1,"flags":[],"addr_info":[]}]""", "A link has a member 'ifname'.")]
    [InlineData("""[{"ifindex":1,"ifname":"lo","flags":[],"addr_info":[{"family":"inet","local":"::1"}]}]""", "'family' takes inet6 for ::1.")]
    [InlineData("""[{"kind":"htb","handle":"1:"}]""", "This is no rule, route, link, address or neighbour of ip -j.")]
    [InlineData("""[{"priority":1,"src":"\ud800"}]""", "'src' has a string that is no text.")]
    [InlineData("""[{"priority":1,"priority":2}]""", "*duplicate*")]
    [InlineData("""[{"ifindex":1,"ifname":"lo","flags":[],"linkinfo":{"info_kind":"x","info_data":{"a":["\ud800"]}}}]""", "A value has a string that is no text.")]
    [InlineData("""[{},1]""", "*no JSON: ip prints a list of objects.")]
    [InlineData("""[{"priority":1]""", "*no JSON*")]
    [InlineData("""[{"priority":1,"src":"all"}""", "*no JSON*")]
    [InlineData("""[{"priority":1,"src":"all"}] lo""", "Nothing may stand behind a listing of ip -j in its last line.")]
    public void What_is_not_understood_is_told_and_kept(string json, string message)
    {
        foreach (var end in new[] { "", "\n", "\n$ ip rule\n0:\tfrom all lookup local\n" })
        {
            // A listing that does not end takes what is behind it, up to the next command.
            var text = $"{json}{end}";
            var parsed = IpTextParser.Parse(text);

            Assert.Equal(text, parsed.Model.Print(IpNameTables.Default));
            var finding = Assert.Single(parsed.Findings);
            if (message.StartsWith('*'))
                Assert.Contains(message.Trim('*'), finding.Message, StringComparison.OrdinalIgnoreCase);
            else
                Assert.Equal(message, finding.Message);
        }
    }

    [Fact]
    public void An_address_of_a_link_that_was_not_understood_is_no_address_of_the_one_before()
    {
        const string text = """[{"ifindex":1,"ifname":"lo","flags":[],"mtu":1,"group":"default","addr_info":[]},{"ifindex":2,"ifname":"v0","flags":[7],"addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":8}]}]""";

        var parsed = IpTextParser.Parse(text);

        Assert.Equal(text, parsed.Model.Print(IpNameTables.Default));
        Assert.Empty(parsed.Model.Lines.Select(line => line.Entry).OfType<AddressEntry>());
        Assert.Equal(2, parsed.Findings.Count);
    }

    [Fact]
    public void Any_text_is_taken_and_comes_back()
    {
        var random = new SeededGenerator(21);
        var source = Encoding.UTF8.GetBytes(Addresses + Links + "$ ip -j rule\n" + Rules + "$ ip -j route show table all\n" + Routes + "$ ip -j neigh\n" + Neighbors);
        for (var i = 0; i < 3_000; i++)
        {
            var start = random.Next(0, source.Length);
            var length = Math.Min(random.Next(1, 2_000), source.Length - start);
            var text = (random.Chance(50) ? "[{" : "") + Encoding.Latin1.GetString(random.Mutate(source.AsSpan(start, length)));

            Assert.True(text == IpTextParser.Parse(text).Model.Print(IpNameTables.Default), $"seed {random.Seed}, input {i}: {text}");
        }
    }

    [Fact]
    public void Listings_without_an_end_take_no_longer_than_their_length()
    {
        // Each line looks like the begin of one; were each read to the end of the text, this would take hours.
        var text = string.Concat(Enumerable.Repeat("[{\n", 200_000)) + string.Concat(Enumerable.Repeat("[]\n", 200_000)) + new string('[', 200_000);

        Assert.Equal(text, IpTextParser.Parse(text).Model.Print(IpNameTables.Default));
    }
}
