using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Rules.Ip;
using Weir.Rules.Text;
using Weir.Testing;

namespace Weir.Rules.Tests.Ip;

public class IpTextTests
{
    /// <summary>Seed 000's listing of a node of Istio's ambient mesh, tabs spread as it has them.</summary>
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

        $ ip route show table main
        default via 192.168.50.2 dev ens32 proto dhcp metric 100 
        10.244.0.0/24 via 192.168.50.130 dev ens32 
        10.244.1.2 dev veth1ae58883 scope host 
        10.244.2.0/24 via 192.168.50.128 dev ens32 
        10.244.3.0/24 via 192.168.50.128 dev ens32 
        192.168.50.0/24 dev ens32 proto kernel scope link src 192.168.50.131 metric 100 
        192.168.126.0/30 dev istioin proto kernel scope link src 192.168.126.1 
        192.168.127.0/30 dev istioout proto kernel scope link src 192.168.127.1 

        """;

    /// <summary>Printed by ip of iproute2 6.1.</summary>
    private const string Rules =
        "$ ip rule\n0:\tfrom all lookup local\n"
        + "100:\tfrom 10.0.0.0/8 to 11.0.0.0/8 tos 0x10 fwmark 0x200/0x200 iif lo oif v9 [detached] uidrange 5-9 ipproto tcp sport 10-20 dport 80 lookup 1000 suppress_prefixlength 3\n"
        + "101:\tfrom all goto 200 [unresolved]\n102:\tnot from 1.2.3.4 blackhole\n103:\tfrom all fwmark 0/0xff lookup 7 proto openr\n104:\tfrom all lookup [l3mdev-table]\n105:\tfrom 1.2.3.4 nop\n"
        + "106:\tfrom all to 1.2.3.0/24 tun_id 7 lookup main suppress_ifgroup 4 realms 3/4\n107:\tfrom all fwmark 0x5 prohibit\n108:\tfrom all unreachable\n109:\tfrom all lookup 8 realms 9\n"
        + "$ ip -6 rule\n0:\tfrom all lookup local\n50:\tfrom all to fd00::/64 fwmark 0x3 lookup 9\n32766:\tfrom all lookup main\n";

    private const string Routes =
        "$ ip route show table all\n10.14.0.1 tos 0x10 via 10.99.0.1 dev v0 table 101 onlink realms 3/4 \nunreachable 10.12.0.0/16 table 102 \n10.1.1.2 dev v0 proto kernel scope link src 10.1.1.1 \n"
        + "10.10.0.0/16 via 192.0.2.3 dev v0 proto openr src 192.0.2.1 metric 5 mtu lock 1400 window 100 rtt 5s rttvar 700ms ssthresh 7 cwnd lock 3 advmss 100 reordering 4 hoplimit 9 initcwnd 10 features ecn rto_min lock 10ms initrwnd 9 quickack 1 congctl reno fastopen_no_cookie 1 \n"
        + "10.13.0.0/16 \n\tnexthop via 192.0.2.4 dev v0 weight 3 \n\tnexthop via 192.0.2.5 realms 3/4 dev v0 weight 1 onlink \n10.17.0.0/16 via inet6 fd00::9 dev v0 \n10.20.0.0/16 dev v0 scope link congctl lock reno \n"
        + "blackhole 10.11.0.0/16 \nlocal 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 \nbroadcast 192.0.2.255 dev v0 table local proto kernel scope link src 192.0.2.1 \n"
        + "fd00::/64 dev v0 proto kernel metric 256 expires 998sec pref medium\nfd01::/64 via fd00::2 dev v0 metric 1024 pref high\nfd04::/64 from fd05::/64 dev v0 metric 1024 pref medium\n"
        + "default metric 1024 pref medium\n\tnexthop via fd00::2 dev v0 weight 2 \n\tnexthop via fd00::3 dev v0 weight 1 \nlocal ::1 dev lo table local proto kernel metric 0 pref medium\n"
        + "multicast ff00::/8 dev v1 table local proto kernel metric 256 pref medium\n";

    private const string Links =
        "$ ip address\n1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n"
        + "    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n    inet6 ::1/128 scope host \n       valid_lft forever preferred_lft forever\n"
        + "4: tun0: <POINTOPOINT,MULTICAST,NOARP> mtu 1500 qdisc noop state DOWN group default qlen 500\n    link/none \n"
        + "70: v0@if71: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue master br0 state DOWN group 5 qlen 1000\n    link/ether ce:01:d8:12:f7:c2 brd ff:ff:ff:ff:ff:ff link-netns ipy\n    altname abcdefg\n"
        + "    inet 10.1.1.1 peer 10.1.1.2/32 scope global v0:x\n       valid_lft forever preferred_lft forever\n    inet6 fd00::1/64 scope global nodad dynamic \n       valid_lft 999sec preferred_lft 499sec\n"
        + "$ ip link\n2: br0: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n    link/ether ce:01:d8:12:f7:c2 brd ff:ff:ff:ff:ff:ff\n    alias a b\n    altname abcdefg\n"
        + "$ ip -d link\n71: v1@v0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default qlen 1000\n"
        + "    link/ether 8e:9c:e7:34:bb:17 brd ff:ff:ff:ff:ff:ff promiscuity 0  allmulti 0 minmtu 68 maxmtu 65535 \n    veth addrgenmode eui64 numtxqueues 2 numrxqueues 2 gso_max_size 65536 \n"
        + "$ ip neighbour\n192.0.2.9 dev v0 lladdr 02:03:04:05:06:07 extern_learn PERMANENT proto 33 \nfd00::9 dev v0 lladdr 02:03:04:05:06:08 router STALE \n";

    public static TheoryData<string> Listings => [Node, Rules, Routes, Links, "", "\n", "no newline at the end", "# a comment\n\nrule add pref 5 lookup 7\n", "$ ip route show table 7\n10.0.0.0/8 dev v0 scope link \n$ ip -batch -\nroute add 10.0.0.0/8 dev v0\n10.0.0.0/8 dev v0 table 7 scope link \n"];

    [Theory]
    [MemberData(nameof(Listings))]
    public void A_text_comes_back_as_it_was(string text) => Assert.Equal(text, IpTextParser.Parse(text).Model.Print(IpNameTables.Default));

    [Theory]
    [InlineData(Rules)]
    [InlineData(Routes)]
    [InlineData(Links)]
    public void What_ip_prints_is_understood_and_printed_from_its_parts(string text)
    {
        var parsed = IpTextParser.Parse(text);

        Assert.Empty(parsed.Findings);
        // Not kept as text, but for the prompts and for the two spaces of -d.
        Assert.All(parsed.Model.Lines.Where(line => line.Entry is not (IpListing or null) && line.Verbatim?.Contains("promiscuity", StringComparison.Ordinal) != true), line => Assert.Null(line.Verbatim));
    }

    [Fact]
    public void A_prompt_says_whose_routes_follow()
    {
        var parsed = IpTextParser.Parse(Node);
        var routes = parsed.Model.Lines.Select(line => line.Entry).OfType<RouteEntry>().ToList();
        var rules = parsed.Model.Lines.Select(line => line.Entry).OfType<RuleEntry>().ToList();

        Assert.Empty(parsed.Findings);
        Assert.Equal((7, 15), (rules.Count, routes.Count));
        Assert.Equal([101u, 101, 102, 102, 100, 100, 100, 254, 254, 254, 254, 254, 254, 254, 254], routes.Select(route => route.Table));
        Assert.Equal((100u, 0x200u, 0x200u, RuleAction.Goto, 32766u), (rules[1].Priority!.Value, rules[1].Mark!.Value, rules[1].Mask!.Value, rules[1].Action, rules[1].Goto!.Value));
        Assert.Equal((RouteEntryFlags.Onlink, "veth1ae58883", "10.244.1.2"), (routes[2].Flags, routes[2].Device, routes[2].Gateway!.ToString()));
        Assert.Equal(((byte)16, 100u), (routes[7].Protocol, routes[7].Metric!.Value));
        // The routes are as the tool prints them; the rules' tabs are not, and stay as they stand.
        Assert.All(parsed.Model.Lines.Where(line => line.Entry is RouteEntry), line => Assert.Null(line.Verbatim));
        Assert.Equal("100:\tfrom all fwmark 0x200/0x200 goto 32766", RuleText.Print(rules[1], IpNameTables.Default));
    }

    [Fact]
    public void Commands_get_what_ip_gives_them_where_nothing_is_said()
    {
        var entries = IpTextParser.Parse("""
            ip rule add priority 101 fwmark 0x100/0x100 lookup 101
            rule add from 10.0.0.0/8 blackhole
            route add 10.9.0.0/16 dev v0
            route add 10.10.0.0/16 via 10.0.0.1 rto_min 10ms
            route add local 10.11.0.1 dev v0
            ip -6 route add default via fd00::1
            route del 10.9.0.0/16
            addr add 127.0.0.9/8 dev lo
            address add 10.0.0.1/24 brd + dev v0 valid_lft 100 preferred_lft 50
            neigh add 10.0.0.9 lladdr 02:00:00:00:00:01 dev v0
            link add v0 index 20 mtu 1400 type veth peer name v1 index 21 netns other
            link set dev v0 up master br0
            """).Model.Lines.Select(line => line.Entry).ToList();

        Assert.Equal(new RuleEntry { Verb = IpVerb.Add, Priority = 101, Mark = 0x100, Mask = 0x100, Table = 101 }, entries[0]);
        Assert.Equal((RuleAction.Blackhole, 0u, null), (((RuleEntry)entries[1]!).Action, ((RuleEntry)entries[1]!).Table, ((RuleEntry)entries[1]!).Priority));
        Assert.Equal((byte)253, ((RouteEntry)entries[2]!).Scope);
        Assert.Equal(((byte)0, 10u, 0x2000u), (((RouteEntry)entries[3]!).Scope, ((RouteEntry)entries[3]!).Metrics[13], ((RouteEntry)entries[3]!).Metrics[1]));
        Assert.Equal((255u, (byte)254), (((RouteEntry)entries[4]!).Table, ((RouteEntry)entries[4]!).Scope));
        Assert.Equal(AddressFamily.InterNetworkV6, ((RouteEntry)entries[5]!).Family);
        Assert.Equal(((byte)255, (byte)0, (byte)0), (((RouteEntry)entries[6]!).Scope, ((RouteEntry)entries[6]!).Type, ((RouteEntry)entries[6]!).Protocol));
        Assert.Equal((byte)254, ((AddressEntry)entries[7]!).Scope);
        Assert.Equal(("10.0.0.255", 100u, 50u), (((AddressEntry)entries[8]!).Broadcast!.ToString(), ((AddressEntry)entries[8]!).ValidLifetime, ((AddressEntry)entries[8]!).PreferredLifetime));
        Assert.Equal((ushort)0x80, ((NeighborEntry)entries[9]!).State);
        var veth = (LinkCommand)entries[10]!;
        Assert.Equal(("v0", 20, 1400, "veth", "v1", 21, "other"), (veth.Name, veth.Index, veth.Mtu!.Value, veth.Kind, veth.Peer!.Name, veth.Peer.Index, veth.Peer.Namespace));
        Assert.Equal((IpVerb.Set, "v0", true, "br0"), (((LinkCommand)entries[11]!).Verb, ((LinkCommand)entries[11]!).Name, ((LinkCommand)entries[11]!).Up!.Value, ((LinkCommand)entries[11]!).Master));
    }

    [Theory]
    [InlineData("rule add fwmark x lookup 5", "fwmark takes a number, or a number, a slash and a mask.")]
    [InlineData("route add 10.0.0.0/33 dev v0", "'10.0.0.0/33' is no destination: a prefix such as 10.0.0.0/8, or default.")]
    [InlineData("route add 10.0.0.0/8 encap mpls 5", "ip route has no word 'encap' that is known here.")]
    [InlineData("100:\tfrom all lookup nowhere", "'nowhere' is no lookup: a number up to 4294967295, or a name that iproute2's tables have.")]
    [InlineData("addr add 10.0.0.1/8", "An address needs a link: dev NAME.")]
    [InlineData("$ ip tunnel show", "ip has no object 'tunnel' that is known here.")]
    [InlineData("iptables -L", "'iptables' is no destination: a prefix such as 10.0.0.0/8, or default.")]
    public void What_is_not_understood_is_told_with_its_line_and_kept(string line, string message)
    {
        var parsed = IpTextParser.Parse($"rule add pref 7 lookup 8\n{line}\n");

        Assert.Equal([new TextFinding(2, line, message)], parsed.Findings);
        Assert.Equal($"rule add pref 7 lookup 8\n{line}\n", parsed.Model.Print(IpNameTables.Default));
    }

    [Theory]
    [InlineData("fe80::5efe:102:304")]
    [InlineData("fe80::200:5efe:102:304")]
    [InlineData("::ffff:1.2.3.4")]
    [InlineData("1:0:0:2::3")]
    [InlineData("fd00::1")]
    public void Addresses_print_as_inet_ntop_prints_them(string text) => Assert.Equal(text, IpAddressText.Of(IPAddress.Parse(text)));

    [Fact]
    public void Json_is_as_ip_prints_it()
    {
        var parsed = IpTextParser.Parse(Rules + Routes);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            foreach (var entry in parsed.Model.Lines.Select(line => line.Entry))
            {
                if (entry is RuleEntry { Priority: 100 or 103 } rule)
                    RuleText.WriteJson(rule, writer, IpNameTables.Default);
                if (entry is RouteEntry { Metrics.Count: > 1 } or RouteEntry { Legs.Count: > 0, Family: AddressFamily.InterNetwork })
                    RouteText.WriteJson((RouteEntry)entry, writer, IpNameTables.Default, withTable: true);
            }

            writer.WriteEndArray();
        }

        Assert.Equal("""[{"priority":100,"src":"10.0.0.0","srclen":8,"dst":"11.0.0.0","dstlen":8,"tos":"0x10","fwmark":"0x200","fwmask":"0x200","iif":"lo","oif":"v9","oif_detached":null,"uid_start":5,"uid_end":9,"ipproto":"tcp","sport_start":10,"sport_end":20,"dport":80,"table":"1000","suppress_prefixlen":3},{"priority":103,"src":"all","fwmark":"0","fwmask":"0xff","table":"7","protocol":"openr"},{"dst":"10.10.0.0/16","gateway":"192.0.2.3","dev":"v0","protocol":"openr","prefsrc":"192.0.2.1","metric":5,"flags":[],"metrics":[{"mtu":1400,"window":100,"rtt":5000,"rttvar":700,"ssthresh":7,"cwnd":3,"advmss":100,"reordering":4,"hoplimit":9,"initcwnd":10,"ecn":null,"rto_min":10,"initrwnd":9,"quickack":1,"congestion":"reno","fastopen_no_cookie":1}]},{"dst":"10.13.0.0/16","flags":[],"nexthops":[{"gateway":"192.0.2.4","dev":"v0","weight":3,"flags":[]},{"gateway":"192.0.2.5","flow":{"from":"3","to":"4"},"dev":"v0","weight":1,"flags":["onlink"]}]}]""", Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void Any_text_is_taken_and_comes_back()
    {
        var random = new SeededGenerator(20);
        var source = Encoding.UTF8.GetBytes(Node + Rules + Routes + Links + "link add v0 type veth peer name v1\nroute add 10.0.0.0/8 via 1.2.3.4 mtu lock 5 nexthop via 3.4.5.6\n");
        for (var i = 0; i < 5_000; i++)
        {
            var start = random.Next(0, source.Length);
            var piece = random.Mutate(source.AsSpan(start, Math.Min(random.Next(1, 600), source.Length - start)));
            var text = Encoding.Latin1.GetString(piece);

            Assert.True(text == IpTextParser.Parse(text).Model.Print(IpNameTables.Default), $"seed {random.Seed}, input {i}: {text}");
        }
    }
}
