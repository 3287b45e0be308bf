using Weir.Testing;

namespace Weir.Kernel.Tests.NftText;

/// <summary>Random rules over all statements that Weir covers, as people type them.</summary>
internal sealed class NftRandomRules(SeededGenerator random)
{
    private static readonly string[][] Neighbours = [["tcp sport", "tcp dport", "tcp flags", "th dport"], ["udp dport", "udp length", "th dport"], ["ip ttl", "ip protocol"]];

    internal string Rule()
    {
        var statements = new List<string>();
        for (var matches = random.Next(0, 4); matches > 0; matches--)
        {
            var match = Match();
            if (!statements.Exists(other => AreNeighbours(other, match) || (IsOrdered(other) && IsOrdered(match))))
                statements.Add(match);
        }

        for (var others = random.Next(0, 3); others > 0; others--)
            statements.Add(Other());
        if (statements.Count == 0 || random.Chance(50))
            statements.Add(random.Pick("accept", "drop", "return", "continue", "jump other", "goto other", "reject", "reject with icmpx host-unreachable", "reject with tcp reset"));
        var comment = random.Chance(10) ? $" comment \"number {random.Next(0, 1000)}\"" : "";
        return string.Join(' ', statements) + comment;
    }

    /// <summary>
    /// nft 1.0.6 compares fields that lie side by side at once: in their order in the packet instead of the rule's, and if both are
    /// negated with another meaning (not both instead of neither). Weir installs what is written.
    /// </summary>
    private static bool AreNeighbours(string one, string other) => Array.Exists(
        Neighbours,
        fields => Array.Exists(fields, field => one.StartsWith(field, StringComparison.Ordinal)) && Array.Exists(fields, field => other.StartsWith(field, StringComparison.Ordinal)));

    /// <summary>Of two in one rule, of any two fields, nft 1.0.6 shows one range when the second stands behind the first.</summary>
    private static bool IsOrdered(string match) => match.Contains('<', StringComparison.Ordinal) || match.Contains('>', StringComparison.Ordinal);

    private string Not() => random.Chance(25) ? "!= " : "";

    private string Number(int limit) => random.Next(0, limit).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private string Port() => random.Pick("22", "80", "443", "65535", "0", Number(65536));

    private string Ports() => random.Next(0, 4) switch
    {
        0 => $"{Not()}{Port()}",
        1 => $"{Not()}{random.Next(1, 1000)}-{random.Next(1000, 65536)}",
        2 => $"{Not()}{{ {Port()}, {Port()}, {random.Next(100, 200)}-{random.Next(200, 300)} }}",
        _ => $"{random.Pick("<", ">", "<=", ">=")} {random.Next(1, 60000)}",
    };

    private string Four() => $"{random.Next(1, 224)}.{random.Next(0, 256)}.{random.Next(0, 256)}.{random.Next(0, 256)}";

    private string Network() => random.Pick("10.0.0.0/8", "10.1.0.0/15", "192.168.0.0/16", "172.16.0.0/12", "1.2.3.0/24", "1.2.3.128/25", "127.0.0.1/32");

    private string Addresses() => random.Next(0, 5) switch
    {
        0 => $"{Not()}{Four()}",
        1 => $"{Not()}{Network()}",
        2 => $"{Not()}10.0.0.{random.Next(0, 100)}-10.0.1.{random.Next(0, 100)}",
        3 => $"{Not()}{{ {Four()}, {Four()} }}",
        _ => $"{Not()}{{ 10.0.0.0/8, 192.168.{random.Next(0, 9)}.1-192.168.{random.Next(10, 20)}.9, 1.1.1.1 }}",
    };

    private string Sixes() => random.Next(0, 4) switch
    {
        0 => $"{Not()}fd00::{random.Next(1, 0x10000):x}",
        1 => $"{Not()}{random.Pick("fe80::/10", "fd00::/8", "2001:db8::/32", "::1/128", "2001:db8:1:2::/65")}",
        2 => $"{Not()}{{ ::1, fd00::{random.Next(1, 100):x}, fe80::/10 }}",
        _ => $"{Not()}fd00::1-fd00::{random.Next(2, 0xffff):x}",
    };

    private string Mark() => random.Pick("0x1", "0x111", "0x400", "4095", "0xffffffff", $"0x{random.NextUInt32():x}");

    private string Marks() => random.Next(0, 6) switch
    {
        0 => $"{Not()}{Mark()}",
        1 => $"and 0xfff {random.Pick("==", "!=")} {random.Next(0, 0xfff)}",
        2 => $"& {Mark()} != 0",
        3 => $"{Not()}{{ 1, 2, 0x{random.Next(3, 4000):x} }}",
        4 => $"{Not()}{random.Next(1, 100)}-{random.Next(100, 1000)}",
        _ => $"{random.Pick("<", ">=")} {random.Next(1, 1000)}",
    };

    private string Match() => random.Next(0, 34) switch
    {
        0 => $"tcp dport {Ports()}",
        1 => $"tcp sport {Ports()}",
        2 => $"udp dport {Ports()}",
        3 => $"ip saddr {Addresses()}",
        4 => $"ip daddr {Addresses()}",
        5 => $"ip6 saddr {Sixes()}",
        6 => $"ip6 daddr {Sixes()}",
        7 => $"meta mark {Marks()}",
        8 => $"ct mark {Marks()}",
        9 => $"ct state {random.Pick("new", "established,related", "invalid", "!= invalid", "{ new, established }", "== new", "untracked", "vmap { established : accept, invalid : drop }")}",
        10 => $"{random.Pick("iifname", "oifname")} {Not()}{random.Pick("\"lo\"", "\"eth*\"", "eth0", "{ \"lo\", \"eth0\" }", "{ \"veth*\", \"lo\" }")}",
        11 => $"{random.Pick("iif", "oif")} {Not()}lo",
        12 => $"meta l4proto {Not()}{random.Pick("tcp", "udp", "icmp", "{ tcp, udp }", "47")}",
        // No protocol without a header: nft 1.0.6 hides such a match before one of a header that another match named.
        13 => $"ip protocol {Not()}{random.Pick("tcp", "udp", "icmp")}",
        14 => $"tcp flags {random.Pick("syn", "& (syn|ack) == syn", "& (fin|syn|rst|ack) == syn", "! syn", "syn,ack", "== syn", "!= ack", "& (syn|ack) == (syn|ack)")}",
        15 => $"icmp type {random.Pick("echo-request", "{ echo-request, echo-reply }", "!= 3", "vmap { echo-request : drop, echo-reply : accept }")}",
        16 => $"icmpv6 type {random.Pick("echo-request", "nd-neighbor-solicit", "{ 133, 134 }")}",
        17 => $"ip dscp {Not()}{random.Pick("cs1", "af11", "4", "{ cs1, ef }")}",
        18 => $"ip ttl {random.Pick("5", "< 64", "!= 1", "10-20")}",
        19 => $"fib daddr type {Not()}{random.Pick("local", "{ local, broadcast }", "unicast")}",
        20 => $"fib saddr . iif oif {random.Pick("0", "!= 0", "missing", "exists")}",
        21 => $"meta skuid {random.Pick("0", "1337", "!= 5", "{ 0, 1000-2000 }", "10-20")}",
        22 => $"ip saddr . tcp dport {Not()}{{ {Four()} . {Port()}, {random.Pick(Four(), Network())} . {random.Pick(Port(), "100-200")} }}",
        23 => $"tcp dport vmap {{ 80 : accept, {random.Next(81, 90)} : jump other, 100-200 : drop }}",
        24 => $"numgen {random.Pick("inc", "random")} mod {random.Next(2, 9)} vmap {{ 0 : drop, 1 : accept }}",
        25 => $"ip length {random.Pick("> 100", "5-10", "!= 77")}",
        26 => $"ct direction {random.Pick("original", "reply")}",
        27 => $"ct status {random.Pick("snat", "dnat", "snat,dnat")}",
        28 => $"th dport {random.Pick("53", "!= 53", "{ 53, 67 }")}",
        29 => $"meta pkttype {Not()}{random.Pick("host", "broadcast", "multicast", "{ broadcast, multicast }")}",
        30 => $"tcp option maxseg size {random.Pick("1460", "500-1400", "> 1000")}",
        31 => $"meta nfproto {random.Pick("ipv4", "ipv6")}",
        32 => $"ip6 nexthdr {Not()}{random.Pick("tcp", "udp", "58")}",
        _ => $"udp length {random.Pick("< 500", "8", "!= 10")}",
    };

    private string Other() => random.Next(0, 16) switch
    {
        0 => "counter",
        1 => $"limit rate {random.Pick("", "over ")}{random.Next(1, 100)}/{random.Pick("second", "minute", "hour", "day")}{random.Pick("", " burst 7 packets")}",
        2 => $"limit rate {random.Next(1, 100)} {random.Pick("bytes", "kbytes", "mbytes")}/second{random.Pick("", " burst 10 kbytes")}",
        3 => $"log prefix \"w {random.Next(0, 99)}: \"{random.Pick("", " level info", " level warn", " flags all", " flags ip options", " flags tcp sequence,options")}",
        4 => $"log group {random.Next(0, 9)}{random.Pick("", " snaplen 64", " prefix \"x\"", " queue-threshold 3")}",
        5 => $"meta mark set {Mark()}",
        6 => $"meta mark set meta mark {random.Pick("or", "and", "xor")} {Mark()}",
        7 => $"ct mark set {random.Pick("meta mark", Mark(), "ct mark and 0xffff0000 or 0x11", "ct mark or 0x200")}",
        8 => "meta mark set ct mark",
        9 => $"meta mark set tcp dport map {{ 80 : 1, {random.Next(81, 99)} : {Mark()} }}",
        10 => $"meta priority set {random.Pick("1:2", "none", "0:ff")}",
        11 => $"quota {random.Pick("", "over ")}{random.Next(1, 5000)} {random.Pick("bytes", "kbytes", "mbytes")}",
        12 => $"ip dscp set {random.Pick("cs1", "af21", "0")}",
        13 => $"ip ttl set {random.Next(1, 255)}",
        14 => $"ct count {random.Pick("", "over ")}{random.Next(1, 100)}",
        _ => $"tcp dport set {random.Next(1, 65535)}",
    };
}
