using System.Text;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ipset;

/// <summary>Random texts for <c>ipset restore</c>, most of them good.</summary>
internal static class IpsetSample
{
    private static readonly string[] Types = ["hash:ip", "hash:net", "hash:ip,port", "hash:net,port", "hash:ip,port,ip", "hash:ip,port,net", "hash:net,iface", "bitmap:ip", "bitmap:port", "list:set"];

    /// <summary>Wild: anything that may be refused; tame: nothing that is, with -exist or with elements that are all different.</summary>
    private enum Mode
    {
        Wild,
        Repeating,
        Unique,
    }

    internal static string Text(SeededGenerator random, string prefix)
    {
        var mode = random.Pick(Mode.Wild, Mode.Repeating, Mode.Unique);
        var text = new StringBuilder();
        var sets = new List<Set>();
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var set = New(random, $"{prefix}{sets.Count}", mode);
            text.Append(Create(random, set)).Append(mode == Mode.Repeating ? " -exist" : "").Append('\n');
            // A list holds the sets that are there; a tame one no lists, and each set once.
            var members = sets.Where(other => mode == Mode.Wild || other.Type != "list:set").ToList();
            var elements = set.Type == "list:set" && mode != Mode.Wild ? Math.Min(random.Next(0, 6), members.Count) : random.Next(0, 6);
            for (var i = 0; i < elements; i++)
                text.Append(Add(random, set, members, i)).Append('\n');
            sets.Add(set);
        }

        for (var count = random.Next(0, 4); count > 0; count--)
            text.Append(Other(random, sets, mode)).Append('\n');
        return text.ToString();
    }

    private sealed record Set(string Name, string Type, Mode Mode, bool V6, bool Timeout, bool Counters, bool Comment, bool SkbInfo)
    {
        public string? Last { get; set; }

        public bool IsHash => Type.StartsWith("hash:", StringComparison.Ordinal);

        public bool HasNetworks => Type.StartsWith("hash:net", StringComparison.Ordinal);

        public bool HasNoMatch => Type.Contains("net", StringComparison.Ordinal);

        /// <summary>Something that may be refused.</summary>
        public bool Dares(SeededGenerator random, int percent) => Mode == Mode.Wild && random.Chance(percent);
    }

    private static Set New(SeededGenerator random, string name, Mode mode)
    {
        var type = random.Pick<string>(Types);
        return new Set(name, type, mode, type.StartsWith("hash", StringComparison.Ordinal) && random.Chance(40), random.Chance(40), random.Chance(40), random.Chance(40), random.Chance(30));
    }

    private static string Create(SeededGenerator random, Set set)
    {
        List<string> options = [];
        if (set.IsHash)
        {
            if (set.V6 || random.Chance(30))
                options.Add(set.V6 ? random.Pick("family inet6", "family inet6", "family ipv6") : "family inet");
            if (random.Chance(20))
                options.Add($"hashsize {random.Pick<int>(0, 1, 64, 100, 1024, 5000)}");
            if (random.Chance(20))
                options.Add($"maxelem {(set.Dares(random, 50) ? random.Pick<int>(1, 2, 5) : random.Pick<int>(65536, 100000))}");
            if (random.Chance(15))
                options.Add($"bucketsize {random.Pick<int>(0, 2, 3, 12, 14, 255)}");
            // With a start value of its own a hash of small buckets may grow earlier in one namespace than in the other.
            options.Add($"initval 0x{random.NextUInt32():x}");
            if (set.Dares(random, 15))
                options.Add($"netmask {random.Pick<int>(0, 1, 8, 24, 31, 32, 33, 64, 128, 129)}");
            else if (set.Mode == Mode.Repeating && set.Type is "hash:ip" or "hash:ip,port" && random.Chance(25))
                options.Add(set.V6 ? random.Pick("netmask 64", "netmask 120", "bitmask ffff::ffff") : random.Pick("netmask 8", "netmask 24", "netmask 32", "bitmask 255.0.255.255"));
            if (set.Dares(random, 6))
                options.Add($"bitmask {random.Pick("255.255.0.255", "ffff:ffff::ff", "0.0.0.0")}");
            if (random.Chance(10))
                options.Add("forceadd");
        }
        else if (set.Type == "bitmap:ip")
        {
            options.Add($"range {(set.Mode == Mode.Wild ? random.Pick("10.0.0.0/24", "10.0.0.0-10.0.1.9", "10.0.1.9-10.0.0.0", "10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "fd00::/64") : random.Pick("10.0.0.0/16", "10.0.0.0-10.0.20.255"))}");
            if (set.Dares(random, 20))
                options.Add($"netmask {random.Pick<int>(8, 24, 28, 32, 33)}");
        }
        else if (set.Type == "bitmap:port")
        {
            options.Add($"range {(set.Mode == Mode.Wild ? random.Pick("0-65535", "1-1024", "1024-1", "80-80", "tcp:1-5", "5") : random.Pick("0-65535", "65535-0"))}");
        }
        else if (set.Mode == Mode.Wild && random.Chance(30))
        {
            options.Add($"size {random.Pick<int>(0, 1, 2, 4, 8, 100)}");
        }

        if (set.Timeout)
            options.Add($"timeout {(set.Dares(random, 10) ? "2147484" : random.Pick("0", "600", "86400", "0x1000", "2147483"))}");
        if (set.Counters)
            options.Add("counters");
        if (set.Comment)
            options.Add("comment");
        if (set.SkbInfo)
            options.Add("skbinfo");
        if (set.Dares(random, 4))
            options.Add(random.Pick("nonsense", "size 5", "range 1-2", "counters", "timeout", "-exist"));
        return string.Join(' ', [random.Pick("create", "create", "-N", "n"), set.Name, set.Type, .. options.OrderBy(_ => random.Next(0, 1000))]);
    }

    private static string Add(SeededGenerator random, Set set, List<Set> members, int number)
    {
        var first = set.Last is null;
        var element = set.Last is { } last && (set.Mode == Mode.Repeating ? random.Chance(20) : set.Dares(random, 12)) ? last : Element(random, set, members, number);
        set.Last = element;
        List<string> options = [];
        if (set.Timeout ? random.Chance(40) : set.Dares(random, 2))
            options.Add($"timeout {random.Pick<int>(0, 600, 5000, 86400)}");
        if (set.Counters ? random.Chance(40) : set.Dares(random, 2))
            options.Add($"packets {random.Next(0, 1000)}");
        if (set.Counters && random.Chance(40))
            options.Add($"bytes {random.Next(0, 100000)}");
        if (set.Comment ? random.Chance(50) : set.Dares(random, 2))
            options.Add($"comment {(set.Dares(random, 10) ? "\"\"" : random.Pick("word", "\"two words\"", "\"with 'quotes' # and more\"", "\"中文\""))}");
        if (set.SkbInfo ? random.Chance(40) : set.Dares(random, 1))
            options.Add($"skbmark {(set.Dares(random, 20) ? "5" : random.Pick("0x11", "0x11/0xff", "0xffffffff/0xffffffff"))}");
        if (set.SkbInfo && random.Chance(30))
            options.Add($"skbprio {(set.Dares(random, 20) ? "1" : random.Pick("1:10", "0:0", "ffff:ffff"))}");
        if (set.SkbInfo && random.Chance(30))
            options.Add($"skbqueue {random.Pick<int>(0, 5, 65535)}");
        if (set.HasNoMatch ? random.Chance(25) : set.Dares(random, 1))
            options.Add("nomatch");
        if (set.Type == "list:set" && set.Mode == Mode.Wild && members.Count > 0 && random.Chance(20))
            options.Add($"{random.Pick("before", "after")} {random.Pick<Set>([.. members]).Name}");
        // Only with a set's first element: the tool sends elements together, with the flag of the first of them.
        if (first && set.Dares(random, 15))
            options.Insert(0, "-exist");
        return string.Join(' ', ["add", set.Name, element, .. options]);
    }

    private static string Element(SeededGenerator random, Set set, List<Set> members, int number)
    {
        switch (set.Type)
        {
            case "list:set":
                return members.Count == 0 || set.Dares(random, 5) ? "nosuch" : set.Mode == Mode.Wild ? random.Pick<Set>([.. members]).Name : members[number].Name;
            case "bitmap:port":
                return set.Mode == Mode.Wild
                    ? random.Pick("0", "80", "443", "1-5", "5-1", "http", "tcp:8080", "udp:53", "sctp:5", "65535", "65536", "100-102", "nosuchservice")
                    : random.Pick($"{1000 + (10 * number)}", $"{1000 + (10 * number)}-{1005 + (10 * number)}", $"tcp:{1009 + (10 * number)}", $"udp:{1009 + (10 * number)}-{1006 + (10 * number)}");
        }

        var address = set.Mode == Mode.Wild ? Wild(random, set) : Tame(random, set, number);
        if (set.Type == "hash:net,iface")
            return $"{address},{(set.Dares(random, 10) ? random.Pick("", "a-name-of-16-byte", "physdev:") : random.Pick("eth0", "eth1", "physdev:eth0", "eth+"))}";
        if (set.Type is "hash:ip,port,ip" or "hash:ip,port,net")
        {
            var other = set.Mode == Mode.Wild ? Wild(random, set) : set.Type == "hash:ip,port,ip" ? Tame(random, set, number).Split('/', '-')[0] : Tame(random, set, number);
            return $"{address},{(set.Mode == Mode.Wild ? WildPorts(random, set.V6) : TamePorts(random, set.V6))},{other}";
        }

        return set.Type.EndsWith(",port", StringComparison.Ordinal) ? $"{address},{(set.Mode == Mode.Wild ? WildPorts(random, set.V6) : TamePorts(random, set.V6))}" : address;
    }

    private static string Wild(SeededGenerator random, Set set)
    {
        var address = set.V6 || random.Chance(2) ? Address6(random) : Address4(random);
        if (random.Chance(30) || set.HasNetworks && random.Chance(70))
            return address + (set.V6 ? $"/{random.Pick<int>(128, 64, 48, 127, 1, 0, 129)}" : $"/{random.Pick<int>(32, 31, 30, 29, 28, 33)}");
        return !set.V6 && random.Chance(15) ? $"{address}-{Address4(random)}" : address;
    }

    /// <summary>Each number has its own network of 256 addresses.</summary>
    private static string Tame(SeededGenerator random, Set set, int number)
    {
        if (set.V6)
        {
            var six = random.Pick($"fd00:{number}::{random.Next(1, 20):x}", $"FD00:{number}:0:0:1::AB", $"1:0:0:{number + 1}:0:0:0:3", $"::ffff:10.1.{number}.4", $"fe80:{number}::5efe:1.2.3.4");
            return set.HasNetworks && random.Chance(70) ? $"{six}/{random.Pick<int>(128, 64, 48, 127)}" : six;
        }

        return $"10.0.{number}.{random.Next(1, 16)}" + random.Pick("", "", $"/{random.Pick<int>(32, 31, 30, 29, 28)}", $"-10.0.{number}.{random.Next(1, 40)}");
    }

    private static string WildPorts(SeededGenerator random, bool v6) => random.Pick(
        TamePorts(random, v6), TamePorts(random, v6), "gre:1", "0:0", "tcp:70000", "icmp:echo-request", "nosuch:5", "http:80");

    private static string TamePorts(SeededGenerator random, bool v6) => random.Pick(
        "80", "tcp:80", "udp:53", "udp:5-9", "sctp:7", "udplite:7", "gre:0", "esp:0", "47:0", "253:0", "tcp:http", "udp:domain", "http", "TCP:80", "tcp:0", "tcp:9-5",
        v6 ? "icmpv6:128/0" : "icmp:8/0", v6 ? "ipv6-icmp:echo-reply" : "icmp:ping", v6 ? "58:9/9" : "1:3/7");

    private static string Address4(SeededGenerator random) => random.Chance(4)
        ? random.Pick("0.0.0.0", "255.255.255.255", "10.1", "1.2.3", "256.1.1.1", "010.0.0.1", "0xa.0.0.1")
        : $"10.0.{random.Next(0, 2)}.{random.Next(0, 16)}";

    private static string Address6(SeededGenerator random) => random.Chance(10)
        ? random.Pick("::", "::1", "::ffff:1.2.3.4", "::1.2.3.4", "fe80::5efe:1.2.3.4", "1:0:0:2:0:0:0:3", "1:0:2::", "fd00:::1", "FD00::AB", "64:ff9b::10.0.0.1")
        : $"fd00::{random.Next(0, 2):x}:{random.Next(0, 20):x}";

    private static string Other(SeededGenerator random, List<Set> sets, Mode mode)
    {
        var set = random.Pick<Set>([.. sets]);
        if (mode != Mode.Wild)
        {
            return random.Next(0, 5) switch
            {
                0 => $"flush {set.Name}",
                1 when set.Last is { } last => $"del {set.Name} {last} -exist",
                2 => $"swap {set.Name} {sets.FindLast(other => other.Type == set.Type && other.V6 == set.V6)!.Name}",
                3 => $"rename {set.Name} {set.Name}x\nrename {set.Name}x {set.Name}",
                _ => random.Pick("# a comment", "", "COMMIT"),
            };
        }

        return random.Next(0, 7) switch
        {
            0 => $"del {set.Name} {set.Last ?? "10.0.0.1"}{(random.Chance(50) ? " -exist" : "")}",
            1 => $"flush {set.Name}",
            2 => $"destroy {set.Name}",
            3 => $"swap {set.Name} {random.Pick<Set>([.. sets]).Name}",
            4 => $"rename {set.Name} {random.Pick(set.Name, "renamed", random.Pick<Set>([.. sets]).Name)}",
            5 => "# a comment",
            _ => random.Pick("", "flush", "COMMIT", "nonsense"),
        };
    }
}
