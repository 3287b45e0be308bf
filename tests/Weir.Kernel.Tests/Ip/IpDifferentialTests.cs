using Weir.Host.Formats;
using Weir.Host.Ip;
using Weir.Kernel.Tests.Netlink;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ip;

/// <summary>Random lines of <c>ip -batch</c>, by the tool in one namespace and by Weir in another: both refuse the same lines, and then have the same state.</summary>
public class IpDifferentialTests
{
    private const int LinesOfNamespace = 60, UsualLines = 240;

    private static readonly string[] Dumps = ["address", "rule", "-6 rule", "-4 route show table all", "-6 route show table all"];

    private static readonly IpFormat Format = new();

    /// <summary>Each wrong in one thing; ip 6.1 or the kernel refuses all of them.</summary>
    private static readonly string[] Wrong =
    [
        "rule add pref x lookup 7", "rule add pref 5 lookup nowhere", "rule add pref 5 from 10.0.0.0/33 lookup 7", "rule add pref 5 from fd00::/64 to 10.0.0.0/8 lookup 7",
        "-6 rule add pref 5 from 10.0.0.0/8 lookup 7", "-4 rule add pref 5 from fd00::/64 lookup 7", "rule add pref 5 fwmark 0x1/0x2/0x3 lookup 7", "rule add pref 5 fwmark 0x100000000 lookup 7",
        "rule add pref 5 tos 0x100 lookup 7", "rule add pref 5 uidrange 5 lookup 7", "rule add pref 5 uidrange 9-5 lookup 7", "rule add pref 5 ipproto 300 lookup 7",
        "rule add pref 5 ipproto tcp dport 0 lookup 7", "rule add pref 5 ipproto tcp dport 9-5 lookup 7", "rule add pref 5 goto 3", "rule add pref 5 goto", "rule add pref 5 iif",
        "rule add pref 5 iif averyveryverylongname lookup 7", "rule add pref 5 frobnicate", "rule add pref 5 l3mdev lookup 7", "rule del pref 999", "rule add pref 5 tun_id x lookup 7",
        "rule add pref 5 protocol 300 lookup 7", "rule replace pref 5 lookup 7", "rule add pref 4294967296 lookup 7", "rule add pref 5 type nonsense",
        "route add 10.1.0.0/16", "route add 10.1.0.1/16 dev v0", "route add 10.1.0.0/16 dev nolink", "route add 10.1.0.0/16 via 192.0.2.300", "route add 10.1.0.0/16 via fd00::9",
        "route add 10.1.0.0/16 via 192.0.2.2 via 192.0.2.3", "route add 10.1.0.0/16 dev v0 metric x", "route add 10.1.0.0/16 dev v0 mtu x", "route add 10.1.0.0/16 dev v0 mtu",
        "route add 10.1.0.0/16 dev v0 scope nowhere9", "route add 10.1.0.0/16 dev v0 proto 300", "route add 10.1.0.0/16 dev v0 src 10.99.0.1", "route add 10.1.0.0/16 dev v0 tos 0x1000",
        "-6 route add fd09::/64 dev v0 pref nonsense", "route add 10.1.0.0/16 nexthop via 192.0.2.2 weight 0", "route add 10.1.0.0/16 nexthop via 192.0.2.2 weight 257",
        "route add 10.1.0.0/16 nexthop", "route add 10.1.0.0/16 nexthop via 192.0.2.2 frob", "route add 10.1.0.0/16 dev v0 frob", "route add default default", "route add nonsense 10.1.0.0/16",
        "route del 10.99.0.0/16", "route change 10.99.0.0/16 dev v0", "route add 10.1.0.0/16 dev v0 congctl nonsense", "route add 10.1.0.0/16 dev v0 features nonsense",
        "route add 10.1.0.0/16 dev v0 rto_min x", "route add 10.1.0.0/16 dev v0 realm 1/2/3", "route add blackhole 10.1.0.0/16 dev v0", "route add local 10.1.0.0/16",
        "route add 10.1.0.0/16 via 10.50.0.1 onlink", "route add 0x0a010000/16 dev v0", "route add 256.1.0.0/16 dev v0", "route add 10.1.0.0/-1 dev v0", "route add 10.1.0.0/16/16 dev v0",
        "route add 10.1.0.0/255.0.255.0 dev v0", "route add fd09::/129 dev v0", "-6 route add 10.1.0.0/16 dev v0", "-4 route add fd09::/64 dev v0",
        "address add 10.1.0.1/24", "address add 10.1.0.1/33 dev v0", "address add 10.1.0.1/24 dev nolink", "address add 10.1.0.1/24 dev v0 brd x", "address add 10.1.0.1/24 dev v0 scope x9",
        "address add 10.1.0.1/24 dev v0 label v0averyveryverylong", "address add 10.1.0.1/24 dev v0 valid_lft 10 preferred_lft 20", "address add 10.1.0.1/24 dev v0 valid_lft 10",
        "address add 10.1.0.1/24 dev v0 valid_lft 0", "address add 10.1.0.1/24 dev v0 valid_lft x", "address add 10.1.0.1/24 dev v0 frob", "address add 10.1.0.1/24 dev v0 peer fd00::1",
        "address del 10.99.0.1/24 dev v0", "address add ff02::1/64 dev v0", "address add 192.0.2.1/24 dev v0", "address add 10.1.0.1/24 dev v0 metric x",
        "neighbour add 192.0.2.9 dev v0", "neighbour add 192.0.2.9 lladdr 02:00 dev v0", "neighbour add 192.0.2.9 lladdr x dev v0", "neighbour add 192.0.2.9 lladdr 02:00:00:00:00:01",
        "neighbour add 192.0.2.9 lladdr 02:00:00:00:00:01 dev nolink", "neighbour add 192.0.2.9 lladdr 02:00:00:00:00:01 dev v0 nud nonsense", "neighbour del 192.0.2.77 dev v0",
        "link add x0 type nonsense", "link add v0 type bridge", "link set nolink up", "link set v0 mtu 10", "link set v0 mtu 70000", "link set v0 master v1", "link set v0 address 02:00",
        "link add averyverylonglinkname type bridge", "link add x1 type vxlan id 16777216 dstport 4789", "link add x1 type vxlan dstport 4789", "link add x1 type macvlan",
        "link add x1 link nolink type macvlan", "link del nolink", "link set v0 frob", "link add x2 type bridge frob 5",
    ];

    [Fact]
    public void Random_lines_are_installed_and_refused_as_by_ip()
    {
        RootTier.Require("ip");
        var lines = DifferentialCases.Count(UsualLines);
        for (var (seed, done) = (DifferentialCases.FirstSeed(), 0); done < lines; seed++, done += LinesOfNamespace)
        {
            using var ours = Furnished();
            using var theirs = Furnished();
            var sample = new IpSample(new SeededGenerator(seed));
            var text = Enumerable.Range(0, LinesOfNamespace).Select(_ => sample.Line()).ToList();

            var byTool = RefusedByTool(theirs, text);
            for (var i = 0; i < text.Count; i++)
            {
                var refusal = Load(ours, text[i]);
                Assert.True(byTool.Contains(i) == refusal is not null, $"seed {seed}, line {i} is refused by {(refusal is null ? "ip" : "Weir")} alone: {text[i]}\n{refusal}");
            }

            Assert.True(State(theirs) == State(ours), $"seed {seed}\n{string.Join('\n', text)}\nip:\n{State(theirs)}\nWeir:\n{State(ours)}");
        }
    }

    [Fact]
    public void Wrong_lines_are_refused_by_both_and_leave_nothing()
    {
        RootTier.Require("ip");
        using var ours = Furnished();
        using var theirs = Furnished();
        var before = State(ours);

        var byTool = RefusedByTool(theirs, Wrong);
        var taken = Enumerable.Range(0, Wrong.Length).Where(i => !byTool.Contains(i)).Select(i => $"ip takes {Wrong[i]}");
        Assert.Empty(taken.Concat(Wrong.Where(line => Load(ours, line) is null).Select(line => $"Weir takes {line}")));
        Assert.Equal(before, State(ours));
    }

    /// <summary>Without IPv6's table local: the kernel makes its routes to an address some time after the address.</summary>
    private static string State(RouteOracle host) =>
        string.Join('\n', host.Dump(Dumps).Split('\n').Where(line => !(line.Contains(" table local ", StringComparison.Ordinal) && line.Contains(':', StringComparison.Ordinal)))
            // In the order of a hash that each namespace has its own of.
            .Concat(host.Dump("neighbour").Split('\n').Order(StringComparer.Ordinal)));

    private static RouteOracle Furnished()
    {
        var host = new RouteOracle();
        host.Ip("link add v0 index 70 address 02:00:00:00:00:01 type veth peer name v1 index 71 address 02:00:00:00:00:02");
        host.Ip("link set v0 addrgenmode none up");
        host.Ip("link set v1 addrgenmode none up");
        host.Ip("address add 192.0.2.1/24 dev v0");
        host.Ip("address add fd00::1/64 dev v0 nodad");
        return host;
    }

    /// <summary>Which lines ip did not take, by their number.</summary>
    private static HashSet<int> RefusedByTool(RouteOracle host, IReadOnlyList<string> lines)
    {
        // A process for each: at many a wrong word ip ends at once, with -force too.
        return [.. Enumerable.Range(0, lines.Count).Where(i => !Tool.Try(TimeSpan.FromSeconds(60), "ip", ["-n", host.Name, "-batch", "-"], lines[i] + "\n").Succeeded)];
    }

    /// <summary>Null when it was taken.</summary>
    private static string? Load(RouteOracle host, string line)
    {
        try
        {
            using var load = Format.Prepare(line + "\n", host.Namespace, new LoadOptions());
            load.Apply();
            return null;
        }
        catch (Exception exception) when (exception is RefusedLineException or RulesTextException)
        {
            return exception.Message;
        }
    }
}
