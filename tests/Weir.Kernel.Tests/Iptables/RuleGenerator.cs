using Weir.Rules.Iptables;
using Weir.Testing;

namespace Weir.Kernel.Tests.Iptables;

/// <summary>Random rules over every match, target and option, in spellings that people use; a few of them wrong.</summary>
internal sealed class RuleGenerator(SeededGenerator random, IptablesFamily family)
{
    private static readonly string[] Tables = ["filter", "nat", "mangle", "raw", "security"];

    private static readonly string[] Services = ["http", "domain", "ssh", "https", "ntp", "80", "0x50", "0120", "1", "65535", "15001"];

    private string _protocol = "";
    private string _chain = "";
    private string _table = "";

    private bool IsIPv4 => family == IptablesFamily.IPv4;

    internal static IReadOnlyList<string> SetNames => ["ips hash:ip", "pairs hash:ip,port", "ips6 hash:ip family inet6"];

    /// <summary>A table's name, a line of it.</summary>
    internal (string Table, string Line) Next()
    {
        _protocol = "";
        var words = new List<string>();
        var target = Target();
        _chain = random.Chance(25) ? random.Pick("U1", "U2") : Chain();
        words.Add(random.Chance(90) ? "-A" : "-I");
        words.Add(_chain);
        if (random.Chance(30))
            words.Add($"{Not()}-s {Address()}");
        if (random.Chance(30))
            words.Add($"{Not()}-d {Address()}");
        if (_chain is not ("POSTROUTING" or "OUTPUT") && random.Chance(25))
            words.Add($"{Not()}-i {Interface()}");
        if (_chain is not ("PREROUTING" or "INPUT") && random.Chance(25))
            words.Add($"{Not()}-o {Interface()}");
        if (IsIPv4 && random.Chance(5))
            words.Add($"{Not()}-f");
        Protocol(words);
        for (var matches = random.Next(0, 4); matches > 0; matches--)
            words.Add(Match());
        // ip6tables 1.8.9 passes over -c.
        if (IsIPv4 && random.Chance(3))
            words.Add($"-c {random.Next(0, 99)} {random.Next(0, 9999)}");
        words.Add(target());
        return (_table, string.Join(' ', words.Where(word => word.Length > 0)));
    }

    private string Not() => random.Chance(25) ? "! " : "";

    private string Number(int limit) => random.Chance(30) ? $"0x{random.Next(0, limit):x}" : $"{random.Next(0, limit)}";

    private string Mark()
    {
        var mark = random.Pick($"{random.Next(0, 4096)}", $"0x{random.NextUInt32():x}", "0x220", "0");
        return random.Chance(50) ? $"{mark}/{random.Pick($"0x{random.NextUInt32():x}", "0xff", "0x220", "0xffffffff", "0")}" : mark;
    }

    private string Address()
    {
        var one = IsIPv4 ? $"10.{random.Next(0, 256)}.{random.Next(0, 256)}.{random.Next(0, 256)}" : random.Pick("fd00::1", "2001:db8:0:1::", "fe80::1:2:3", "::ffff:10.0.0.1", "2001:db8:1:2:3:4:5:6", "::1");
        if (random.Chance(4))
            return $"{one},{(IsIPv4 ? "192.168.1.1" : "fd00::2")}";
        // ip6tables 1.8.9 passes over -c.
        if (IsIPv4 && random.Chance(3))
            return IsIPv4 ? "10.1" : "fd00::/ffff:0:ffff::";
        return random.Chance(50) ? one : $"{one}/{(IsIPv4 ? random.Pick("32", "24", "8", "9", "31", "0", "255.255.0.0", "255.0.255.0", "16") : random.Pick("128", "64", "8", "33", "0", "127", "48"))}";
    }

    private string Interface() => random.Pick("lo", "eth0", "eth+", "veth1ae58883", "+", "a-name-of-fifte", "v+", "istioin");

    private string Chain() => _table switch
    {
        "nat" => random.Pick("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
        "mangle" => random.Pick("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
        "raw" => random.Pick("PREROUTING", "OUTPUT"),
        _ => random.Pick("INPUT", "FORWARD", "OUTPUT"),
    };

    private void Protocol(List<string> words)
    {
        if (_protocol.Length > 0)
        {
            words.Add($"-p {_protocol}");
            return;
        }

        if (!random.Chance(65))
            return;
        _protocol = random.Chance(80) ? random.Pick("tcp", "udp", IsIPv4 ? "icmp" : "ipv6-icmp") : random.Pick("6", "17", "sctp", "ospf", "ah", "99", "all", "TCP", "gre");
        var inverted = _protocol is not "all" && random.Chance(5);
        words.Add($"{(inverted ? "! " : "")}-p {_protocol}");
        if (inverted)
            _protocol = "";
        if (_protocol is "tcp" or "TCP" or "6" && random.Chance(60))
            words.Add(Tcp());
        if (_protocol is "udp" or "17" && random.Chance(60))
            words.Add($"{(random.Chance(50) ? "-m udp " : "")}{Ports("udp")}");
        if (_protocol is "icmp" && random.Chance(60))
            words.Add($"{(random.Chance(50) ? "-m icmp " : "")}{Not()}--icmp-type {random.Pick("any", "8", "3/1", "echo-request", "host-unreachable", "0x3/0x2", "ping", "255", "5")}");
        if (_protocol is "ipv6-icmp" && random.Chance(60))
            words.Add($"{(random.Chance(50) ? "-m icmp6 " : "")}{Not()}--icmpv6-type {random.Pick("128", "1/3", "echo-reply", "packet-too-big", "neighbour-solicitation", "4/1")}");
    }

    private string Tcp()
    {
        var words = new List<string> { random.Chance(50) ? "-m tcp" : "" };
        if (random.Chance(25))
            words.Add(random.Pick("--syn", "! --syn", "--tcp-flags SYN,RST,ACK SYN", "! --tcp-flags ALL NONE", "--tcp-flags FIN,SYN FIN,SYN", "--tcp-flags all psh,urg"));
        if (random.Chance(10))
            words.Add($"{Not()}--tcp-option {random.Next(1, 256)}");
        if (words[^1].Length == 0 || random.Chance(60))
            words.Add(Ports("tcp"));
        return string.Join(' ', words.Where(word => word.Length > 0));
    }

    private string Ports(string protocol)
    {
        var text = "";
        if (random.Chance(50))
            text = $"{Not()}{random.Pick("--sport", "--source-port")} {PortRange(protocol)}";
        if (text.Length == 0 || random.Chance(40))
            text += $"{(text.Length > 0 ? " " : "")}{Not()}{random.Pick("--dport", "--destination-port", "--dpor")} {PortRange(protocol)}";
        return text;
    }

    private string PortRange(string protocol)
    {
        _ = protocol;
        return random.Next(0, 6) switch
        {
            0 => $"{random.Next(1, 1000)}:{random.Next(1000, 65536)}",
            1 => $":{random.Next(1, 65535)}",
            2 => $"{random.Next(1, 65535)}:",
            3 => random.Pick("0:1023", "1024:65535", "1:65535", "0", "0:0", "5:5"),
            _ => random.Pick<string>(Services),
        };
    }

    private string Match() => random.Next(0, 18) switch
    {
        0 => $"-m mark {Not()}--mark {Mark()}",
        1 => $"-m connmark {Not()}--mark {Mark()}",
        2 => Conntrack(),
        3 => $"-m state {Not()}--state {random.Pick("NEW", "ESTABLISHED,RELATED", "INVALID", "new", "UNTRACKED,NEW")}",
        4 => Set(),
        5 when _chain is "OUTPUT" or "POSTROUTING" or "U1" => Owner(),
        6 => Addrtype(),
        7 => $"-m comment --comment {Comment()}",
        8 when _protocol is "tcp" or "udp" or "6" or "17" or "sctp" => $"-m multiport {Not()}{random.Pick("--dports", "--sports", "--ports", "--destination-ports")} {MultiPorts()}",
        9 when _chain is "PREROUTING" or "INPUT" or "U2" => $"-m socket{random.Pick("", " --transparent", " --nowildcard", " --restore-skmark", " --transparent --nowildcard --restore-skmark")}",
        10 => $"-m limit {random.Pick($"--limit {random.Next(1, 3000)}{random.Pick("", "/s", "/second", "/minute", "/min", "/hour", "/day")}", "")}{(random.Chance(40) ? $" --limit-burst {random.Next(0, 200)}" : "")}",
        11 => $"-m u32 {Not()}--u32 \"{U32()}\"",
        12 => IsIPv4
            ? $"-m ttl {random.Pick($"{Not()}--ttl-eq", "--ttl-lt", "--ttl-gt", "--ttl")} {random.Next(0, 256)}"
            : $"-m hl {random.Pick($"{Not()}--hl-eq", "--hl-lt", "--hl-gt")} {random.Next(0, 256)}",
        13 => $"-m pkttype {Not()}--pkt-type {random.Pick("unicast", "broadcast", "multicast", "otherhost", "host", "MCAST")}",
        14 when _protocol is "tcp" => "-m tcp",
        15 when _protocol is "udp" => "-m udp",
        _ => "",
    };

    private string Conntrack()
    {
        var options = new List<string>
        {
            $"{Not()}--ctstate {random.Pick("NEW", "RELATED,ESTABLISHED", "INVALID,UNTRACKED", "DNAT", "snat,NEW", "EST")}",
            $"{Not()}--ctproto {random.Pick("tcp", "17", "icmp", "58")}",
            $"{Not()}--ctorigsrc {ConntrackAddress()}",
            $"{Not()}--ctorigdst {ConntrackAddress()}",
            $"{Not()}--ctreplsrc {ConntrackAddress()}",
            $"{Not()}--ctrepldst {ConntrackAddress()}",
            $"{Not()}--ctorigsrcport {random.Pick("80", "1:100", ":5", "6:")}",
            $"{Not()}--ctorigdstport {random.Pick("80", "1:100", "http")}",
            $"{Not()}--ctreplsrcport {random.Pick("0", "80:81")}",
            $"{Not()}--ctrepldstport {random.Pick("65535", "80:81")}",
            $"{Not()}--ctstatus {random.Pick("NONE", "ASSURED", "EXPECTED,SEEN_REPLY,CONFIRMED")}",
            $"{Not()}--ctexpire {random.Pick("5", "5:10", ":9", "9:")}",
            $"--ctdir {random.Pick("ORIGINAL", "REPLY", "reply")}",
        };
        var chosen = Enumerable.Range(0, random.Next(1, 4)).Select(_ => options[random.Next(0, options.Count)]).DistinctBy(option => option.Replace("! ", "", StringComparison.Ordinal).Split(' ')[0]);
        return $"-m conntrack {string.Join(' ', chosen)}";
    }

    private string ConntrackAddress() => IsIPv4 ? random.Pick("10.0.0.1", "10.0.0.0/8", "10.1.2.3/16", "192.168.0.1/31", "10.0.0.0/255.255.0.0", "1.2.3.4/0") : random.Pick("fd00::1", "fd00::/8", "2001:db8::1/64", "::/0");

    private string Set()
    {
        var (set, sides) = random.Chance(50) ? (IsIPv4 ? "ips" : "ips6", random.Pick("src", "dst")) : IsIPv4 ? ("pairs", random.Pick("src,dst", "dst,dst", "dst,src")) : ("ips6", "src");
        return $"-m set {Not()}--match-set {set} {sides}{random.Pick("", "", " --return-nomatch", " ! --update-counters", " ! --update-subcounters", " --packets-gt 5", " ! --packets-eq 7", " --bytes-lt 1000 --return-nomatch", " --update-counters")}";
    }

    private string Owner() => random.Next(0, 5) switch
    {
        0 => $"-m owner {Not()}--uid-owner {random.Pick("0", "1337", "root", "nobody", "1000-2000", "5:9", "0x10")}",
        1 => $"-m owner {Not()}--gid-owner {random.Pick("0", "1337", "nogroup", "1-2")}",
        2 => $"-m owner {Not()}--socket-exists",
        3 => $"-m owner --uid-owner 7 {Not()}--gid-owner 8 --suppl-groups",
        _ => "-m owner ! --uid-owner 1 --socket-exists",
    };

    private string Addrtype()
    {
        var types = random.Pick("LOCAL", "UNICAST,BROADCAST", "local", "MULTI", "PROHIBIT,THROW,NAT", "UNSPEC", "ANYCAST,BLACKHOLE,UNREACHABLE");
        var limit = _chain switch { "PREROUTING" or "INPUT" => " --limit-iface-in", "POSTROUTING" or "OUTPUT" => " --limit-iface-out", _ => "" };
        return $"-m addrtype {Not()}{random.Pick("--src-type", "--dst-type")} {types}{(random.Chance(30) ? limit : "")}";
    }

    private string Comment() => random.Pick(
        "word", "\"two words\"", "\"it's\"", "\"a \\\"quoted\\\" part\"", "可能执行多次", "\"back\\\\slash\"", "a_b-c", "\"\"", "kubernetes.io/x", $"\"{new string('x', random.Next(200, 256))}\"", "\"# no comment\"");

    private string MultiPorts()
    {
        var parts = Enumerable.Range(0, random.Next(1, 8)).Select(_ => random.Chance(30) ? $"{random.Next(1, 1000)}:{random.Next(1001, 65536)}" : random.Pick("80", "ssh", "https", "0", "65535", "0x50"));
        return string.Join(',', parts);
    }

    private string U32() => random.Pick(
        "0>>22&0x3C@4>>24=10", "6&0xFF=17&&0=1:2,3,4:0xffffffff", "0=0", "12@16<<3&0xffff0000=0x10000:0x20000", " 4 & 0x1FFF = 0 && 0 >> 22 & 0x3C @ 12 >> 26 & 0x3C @ 0 = 1 ");

    /// <summary>Chooses table and protocol, and returns what writes the target.</summary>
    private Func<string> Target()
    {
        _table = random.Pick<string>(Tables);
        switch (random.Next(0, 22))
        {
            case 0:
                return () => "-j ACCEPT";
            case 1:
                return () => _table == "nat" ? "-j RETURN" : "-j DROP";
            case 2:
                return () => "-j RETURN";
            case 3:
                return () => _chain is "U1" or "U2" ? "" : random.Pick("-j U1", "-j U2", "-g U1", "-g U2");
            case 4:
                return () => $"-j MARK {random.Pick("--set-mark", "--set-xmark")} {Mark()}";
            case 5:
                return () => $"-j MARK {random.Pick("--and-mark", "--or-mark", "--xor-mark")} {Number(70000)}";
            case 6:
                return () => $"-j CONNMARK {random.Pick($"--set-mark {Mark()}", $"--set-xmark {Mark()}", $"--and-mark {Number(99)}", $"--or-mark {Number(99)}", $"--xor-mark {Number(99)}")}{random.Pick("", "", " --left-shift-mark 3", " --right-shift-mark 8", " --nfmask 0xff")}";
            case 7:
                return () => $"-j CONNMARK {random.Pick("--save-mark", "--restore-mark")}{random.Pick("", " --mask 0xff", " --nfmask 0x220 --ctmask 0x220", " --ctmask 7", " --left-shift-mark 1")}";
            case 8:
                (_table, _protocol) = ("mangle", random.Pick("tcp", "udp"));
                return () => $"-j TPROXY --on-port {random.Pick("15001", "http", "0x50")}{random.Pick("", IsIPv4 ? " --on-ip 127.0.0.1" : " --on-ip ::1")}{(random.Chance(50) ? $" --tproxy-mark {Mark()}" : "")}";
            case 9:
                (_table, _protocol) = ("nat", random.Pick("tcp", "udp", "sctp"));
                return () => $"-j REDIRECT{random.Pick("", " --to-ports 15001", " --to-port 80-90", " --to-ports http")}{random.Pick("", " --random")}";
            case 10:
                (_table, _protocol) = ("nat", random.Pick("tcp", "udp", ""));
                return () => $"-j DNAT --to-destination {NatRange(allowBase: true)}{random.Pick("", " --random", " --persistent", " --random --persistent")}";
            case 11:
                (_table, _protocol) = ("nat", random.Pick("tcp", "udp", ""));
                return () => $"-j SNAT --to-source {NatRange(allowBase: false)}{random.Pick("", " --random", " --random-fully", " --persistent")}";
            case 12:
                (_table, _protocol) = ("nat", random.Pick("tcp", ""));
                return () => $"-j MASQUERADE{(_protocol.Length > 0 ? random.Pick("", " --to-ports 1000-2000", " --to-ports 5") : "")}{random.Pick("", " --random", " --random-fully")}";
            case 13:
                return () => $"-j NFQUEUE{random.Pick("", " --queue-num 7", " --queue-balance 1:4", " --queue-balance 0:3 --queue-cpu-fanout")}{random.Pick("", " --queue-bypass")}";
            case 14:
                _table = "filter";
                return () => $"-j REJECT{Reject()}";
            case 15:
                return () => $"-j LOG{random.Pick("", " --log-prefix \"a prefix: \"", " --log-prefix word", " --log-prefix \"a prefix that is longer than the kernel's field\"")}{random.Pick("", " --log-level 7", " --log-level info", " --log-level warning")}{random.Pick("", " --log-uid", " --log-tcp-sequence --log-tcp-options --log-ip-options", " --log-macdecode")}";
            case 16:
                return () => $"-j NFLOG{random.Pick("", " --nflog-group 5", " --nflog-group 0")}{random.Pick("", " --nflog-prefix weir", " --nflog-prefix \"two words\"")}{random.Pick("", " --nflog-size 64", " --nflog-range 9", " --nflog-size 0")}{random.Pick("", " --nflog-threshold 3")}";
            case 17:
                _table = "raw";
                return () => random.Pick("-j NOTRACK", "-j CT --notrack", "-j CT --zone 5", "-j CT --zone-orig 6", "-j CT --zone-reply mark", "-j CT --zone mark", "-j CT --ctevents new,destroy,mark", "-j CT --expevents new", "-j CT --ctevents secmark --zone 1", "-j CT");
            case 18:
                (_table, _protocol) = (random.Pick("mangle", "filter"), "tcp");
                return () => $"-j TCPMSS {random.Pick("--set-mss 1400", _chain is "FORWARD" or "OUTPUT" or "POSTROUTING" ? "--clamp-mss-to-pmtu" : "--set-mss 536")}";
            case 19:
                return () => "-j TRACE";
            case 20:
                return Wrong;
            default:
                return () => "";
        }
    }

    private string NatRange(bool allowBase)
    {
        var address = IsIPv4 ? random.Pick("10.0.0.1", "10.0.0.1-10.0.0.9") : random.Pick("fd00::1", "fd00::1-fd00::9");
        if (_protocol.Length == 0)
            return address;
        var ports = random.Pick("80", "80-90", "http", allowBase ? "80-90/8080" : "7");
        if (random.Chance(40))
            return address;
        if (random.Chance(15))
            return $":{ports}";
        return IsIPv4 ? $"{address}:{ports}" : $"[{address}]:{ports}";
    }

    private string Reject()
    {
        if (_protocol is "tcp" && random.Chance(50))
            return " --reject-with tcp-reset";
        return IsIPv4
            ? random.Pick("", " --reject-with icmp-host-unreachable", " --reject-with net-unreach", " --reject-with icmp-admin-prohibited", " --reject-with icmp-proto-unreachable")
            : random.Pick("", " --reject-with icmp6-no-route", " --reject-with adm-prohibited", " --reject-with icmp6-policy-fail", " --reject-with addr-unreach");
    }

    /// <summary>What the tool or the kernel refuses.</summary>
    private string Wrong() => random.Pick(
        "-j TPROXY --on-port 1",
        "-j MASQUERADE --to-ports 80 --to-ports 81",
        "-j REDIRECT --to-ports 99999",
        "-j MARK",
        "-j MARK --set-mark 1/2/3",
        "-m owner --uid-owner 1 -j ACCEPT --nothing",
        "-m tcp --dport 80 --dport 81 -j ACCEPT",
        "-m conntrack --ctstate WRONG",
        "-j NFQUEUE --queue-num 65536",
        "-j REJECT --reject-with nothing",
        "-m limit --limit 0/s",
        "-m comment -j ACCEPT",
        "-j DNAT",
        "-m set --match-set ips src,dst,src,dst,src,dst,src",
        "-m u32 --u32 5",
        "-j NOSUCHCHAIN",
        "word",
        "-m mark --mark 1 --mark 2",
        "-j LOG --log-level 9",
        "-j CT --zone 65536",
        "-s 10.0.0.256",
        "-p nosuch",
        "-i name-with-sixteen");
}
