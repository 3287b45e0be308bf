using System.Text;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ip;

/// <summary>Random lines of <c>ip -batch</c>; some of them are refused.</summary>
internal sealed class IpSample(SeededGenerator random)
{
    internal bool Chance(int percent) => random.Chance(percent);

    internal string Line() => random.Next(0, 10) switch
    {
        < 4 => Rule(),
        < 8 => Route(),
        < 9 => Address(),
        _ => Neighbor(),
    };

    internal string Address()
    {
        var six = random.Chance(30);
        var verb = random.Pick("add", "add", "add", "replace", "change", "delete");
        var line = new StringBuilder($"address {verb} ").Append(six ? $"fd2{random.Next(0, 3)}::{random.Next(1, 9)}/{random.Pick(64, 128)}" : $"10.{random.Next(20, 23)}.0.{random.Next(1, 9)}/{random.Pick(16, 24, 32)}");
        line.Append($" dev {random.Pick("v0", "v0", "v1", "lo", "gone")}");
        if (verb == "delete")
            return line.ToString();
        if (six)
        {
            line.Append(" nodad");
            Maybe(15, " home");
            Maybe(15, " noprefixroute");
        }
        else
        {
            Maybe(25, " brd +");
            Maybe(10, " brd 10.20.0.255");
            Maybe(20, " scope " + random.Pick("link", "host", "global", "200", "nonsense"));
            Maybe(10, " noprefixroute");
        }

        Maybe(15, $" metric {random.Next(1, 2000)}");
        Maybe(15, $" valid_lft {random.Pick("forever", "9000", "5000")} preferred_lft {random.Pick("forever", "4000", "0", "6000")}");
        return line.ToString();

        void Maybe(int percent, string words) => line.Append(random.Chance(percent) ? words : "");
    }

    internal string Neighbor()
    {
        var line = $"neighbour {random.Pick("add", "add", "replace", "change", "delete")} {(random.Chance(30) ? $"fd00::{random.Next(10, 14)}" : $"192.0.2.{random.Next(10, 14)}")} dev {random.Pick("v0", "v1")}";
        return line + (line.Contains("delete", StringComparison.Ordinal) ? "" : $" lladdr 02:00:00:00:00:{random.Next(10, 99)}{random.Pick("", "", " nud permanent", " nud noarp", " nud nonsense")}{(random.Chance(20) ? " proto 99" : "")}");
    }

    internal string Rule()
    {
        var six = random.Chance(30);
        var line = new StringBuilder(six ? "-6 rule add" : "rule add");
        line.Append($" pref {random.Next(1, 400)}");
        Maybe(10, " not");
        Maybe(40, six ? $" from fd0{random.Next(0, 9)}::/{random.Pick(16, 64, 128)}" : $" from 10.{random.Next(0, 200)}.0.0/{random.Pick(16, 24, 32)}");
        Maybe(30, six ? $" to fd0{random.Next(0, 9)}::/{random.Pick(16, 64, 128)}" : $" to 10.{random.Next(0, 200)}.0.0/{random.Pick(16, 24, 32)}");
        Maybe(40, $" fwmark 0x{random.Next(0, 4096):x}{(random.Chance(50) ? $"/0x{random.Next(1, 4096):x}" : "")}");
        Maybe(20, $" iif {random.Pick("lo", "v0", "gone")}");
        Maybe(20, $" oif {random.Pick("lo", "v0", "gone")}");
        Maybe(15, $" uidrange {random.Next(0, 5)}-{random.Next(5, 9)}");
        Maybe(25, $" ipproto {random.Pick("tcp", "udp", "icmp", "200")} dport {random.Next(1, 100)}-{random.Next(100, 200)}");
        line.Append(random.Pick(" lookup 101", " lookup main", " table 1000", " blackhole", " prohibit", " unreachable", $" goto {random.Next(400, 500)}", " lookup 7 suppress_prefixlength 0", " lookup 8 suppress_ifgroup 3", " l3mdev"));
        Maybe(20, $" protocol {random.Pick("99", "static", "201")}");
        return line.ToString();

        void Maybe(int percent, string words) => line.Append(random.Chance(percent) ? words : "");
    }

    internal string Route()
    {
        var six = random.Chance(30);
        var line = new StringBuilder(six ? "-6 route " : "route ");
        line.Append(random.Pick("add ", "add ", "add ", "replace ", "append ", "delete "));
        var type = random.Pick("", "", "", "", "blackhole ", "unreachable ", "throw ", "prohibit ");
        line.Append(type).Append(random.Chance(8) ? "default" : six ? $"fd1{random.Next(0, 4)}::/{random.Pick(16, 64, 128)}" : $"10.{random.Next(0, 5)}.0.0/{random.Pick(16, 24, 32)}");
        if (type.Length == 0)
            line.Append(random.Pick(" dev v0", six ? " via fd00::2" : " via 192.0.2.2", six ? " via fd00::2 dev v0" : " via 192.0.2.3 dev v0 onlink",
                six ? " nexthop via fd00::2 weight 2 nexthop via fd00::3" : " nexthop via 192.0.2.2 weight 3 nexthop via 192.0.2.3 dev v0", " via 203.0.113.1"));
        Maybe(30, $" metric {random.Next(1, 5)}");
        Maybe(30, $" table {random.Pick("101", "main", "1000", "local")}");
        Maybe(20, $" proto {random.Pick("static", "99", "77")}");
        Maybe(15, $" mtu {(random.Chance(50) ? "lock " : "")}{random.Next(1300, 1500)}");
        Maybe(10, $" rto_min {random.Next(5, 3000)}ms");
        Maybe(10, " advmss 1000 hoplimit 9 initcwnd 12");
        Maybe(5, " congctl reno");
        if (!six)
        {
            Maybe(10, " src 192.0.2.1");
            Maybe(10, " tos 0x10");
            Maybe(10, " scope link");
            Maybe(10, " realm 3/4");
        }
        else
        {
            Maybe(20, " pref high");
        }

        return line.ToString();

        void Maybe(int percent, string words) => line.Append(random.Chance(percent) ? words : "");
    }
}
