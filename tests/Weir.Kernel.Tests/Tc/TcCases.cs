using Weir.Testing;

namespace Weir.Kernel.Tests.Tc;

/// <summary>Random commands of tc over devices d0 to d3: most of them make sense where others stand already, many are wrong on purpose.</summary>
/// <remarks>Mirrors lead from a device to a later one only: no frame comes back.</remarks>
internal sealed class TcCases(SeededGenerator random)
{
    internal const int Devices = 4;

    private static readonly string[] Verbs = ["add", "add", "add", "add", "replace", "change", "del"];

    internal string Next() => random.Next(0, 100) switch
    {
        < 22 => Qdisc(),
        < 48 => Class(),
        < 88 => Filter(),
        _ => Wrong(),
    };

    /// <summary>What the others hang on.</summary>
    internal static IReadOnlyList<string> Ground { get; } =
    [
        "tc qdisc add dev d0 root handle 1: htb default 20", "tc class add dev d0 parent 1: classid 1:1 htb rate 10mbit", "tc qdisc add dev d1 clsact", "tc qdisc add dev d2 ingress",
    ];

    private string Qdisc()
    {
        var (device, verb) = (random.Next(0, Devices), random.Pick<string>(Verbs));
        if (random.Chance(15))
            return $"tc qdisc {random.Pick("add", "add", "del")} dev d{device} {random.Pick("clsact", "ingress")}";
        var place = random.Chance(50) ? "root" : $"parent 1:{random.Next(1, 6):x}";
        if (verb == "del")
            return $"tc qdisc del dev d{device} {place}";
        var handle = random.Chance(80) ? $" handle {random.Next(1, 6):x}:" : "";
        return $"tc qdisc {verb} dev d{device} {place}{handle} {Discipline()}";
    }

    private string Discipline() => random.Next(0, 5) switch
    {
        0 => $"htb{Maybe(60, $" default {random.Pick("1", "20", "0x30")}")}{Maybe(40, $" r2q {random.Next(1, 100)}")}{Maybe(20, $" direct_qlen {random.Next(1, 500)}")}",
        1 => $"tbf rate {Rate()} burst {Size()}{Maybe(90, random.Chance(50) ? $" latency {Time()}" : $" limit {Size()}")}{Maybe(15, $" peakrate {Rate()} mtu {Size()}")}{Maybe(15, $" overhead {random.Next(0, 60)}")}{Maybe(10, " linklayer atm")}{Maybe(10, $" mpu {random.Next(0, 99)}")}",
        2 => $"pfifo{Maybe(70, $" limit {random.Next(0, 2000)}")}",
        3 => $"bfifo{Maybe(70, $" limit {Size()}")}",
        _ => "pfifo_fast",
    };

    private string Class()
    {
        var (device, verb) = (random.Chance(80) ? 0 : random.Next(0, Devices), random.Pick<string>(Verbs));
        var parent = random.Chance(40) ? "1:" : $"1:{random.Next(1, 5):x}";
        var place = $"tc class {verb} dev d{device} parent {parent} classid 1:{random.Next(1, 8):x}";
        return verb == "del" ? $"tc class del dev d{device} classid 1:{random.Next(1, 8):x}"
            : $"{place} htb{Maybe(95, $" rate {Rate()}")}{Maybe(40, $" ceil {Rate()}")}{Maybe(40, $" burst {Size()}")}{Maybe(20, $" cburst {Size()}")}{Maybe(30, $" prio {random.Next(0, 9)}")}"
                + $"{Maybe(20, $" quantum {random.Next(0, 70000)}")}{Maybe(10, $" overhead {random.Next(0, 60)}")}{Maybe(10, $" mpu {random.Next(0, 99)}")}{Maybe(10, $" mtu {random.Next(0, 9001)}")}{Maybe(10, " linklayer atm")}";
    }

    // Tables of preferences are numbered by the kernel, which also counts what it refused: no line names them.
    private string Filter()
    {
        var device = random.Next(0, Devices);
        var place = device switch { 0 => $"parent 1:{Maybe(20, "1")}", 1 => random.Pick("ingress", "egress", "parent ffff:"), _ => random.Pick("parent ffff:", "ingress", "root", "parent 1:") };
        var preference = random.Next(1, 9);
        // The protocol belongs to the preference, mostly.
        var protocol = random.Chance(95) ? preference switch { < 4 => "ip", < 6 => "all", < 8 => "ipv6", _ => "0x1234" } : random.Pick("arp", "802.1q", "ip");
        // Tables of egress and ingress are one, and those of a qdisc and its classes: each preference on one side only, or tc shows it twice.
        var side = place switch { "egress" => "1", "parent 1:1" => "2", _ => "" };
        // A preference in two chains would have the tables and rules of both in both.
        var chain = random.Chance(5);
        var head = $"dev d{device} {place} pref {side}{(chain ? "10" : "")}{preference} protocol {protocol}{(chain ? " chain 3" : "")}";
        switch (random.Next(0, 10))
        {
            case 0:
                return $"tc filter del {head}{Maybe(50, " u32")}";
            case 1:
                return $"tc filter {random.Pick("add", "add", "replace")} {head} handle {random.Next(1, 5):x}: u32 divisor {random.Pick("1", "2", "16", "256", "3", "257", "0")}";
            case 2:
                return $"tc filter add {head} u32 ht {random.Next(1, 5):x}:{random.Next(0, 18):x}: {Matches()} flowid 1:{random.Next(0, 9)}";
            case 3:
                return $"tc filter add {head} u32 {Matches()} link {random.Next(1, 5):x}:{Maybe(70, $" hashkey mask 0x{random.Pick("ff", "0f000000", "ffff")} at {4 * random.Next(-2, 6)}")}{Maybe(40, $" offset at {random.Next(0, 4)} mask 0x0f00 shift 6{Maybe(50, $" plus {random.Next(0, 9)}")}")}{Maybe(30, " eat")}";
            default:
                var action = random.Chance(60) ? $" {string.Join(' ', Enumerable.Range(0, random.Next(1, 3)).Select(_ => Action(device)))}" : "";
                return $"tc filter {random.Pick("add", "add", "add", "replace", "change")} {head}{Maybe(15, $" handle ::80{random.Next(0, 6)}")} u32 {Matches()}"
                    + $"{Maybe(35, $" {random.Pick("flowid", "classid")} {random.Pick("1:1", "1:20", ":5", "ffff:ffff")}")}{Maybe(10, $" indev d{random.Next(0, Devices)}")}{action}";
        }
    }

    private string Matches() => string.Join(' ', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Match()));

    private string Match() => random.Next(0, 12) switch
    {
        0 => $"match u8 0x{random.Next(0, 256):x} 0x{random.Next(0, 256):x} at {random.Next(-14, 40)}",
        1 => $"match u16 {random.NextUInt16()} 0x{random.NextUInt16():x} at {2 * random.Next(-7, 20)}",
        2 => $"match u32 0x{random.NextUInt32():x8} 0x{random.NextUInt32():x} at {4 * random.Next(-3, 10)}",
        3 => $"match u16 {random.NextUInt16()} 0x{random.NextUInt16():x} at nexthdr+{2 * random.Next(0, 9)}",
        4 => $"match ip {random.Pick("src", "dst")} {random.Next(1, 224)}.{random.Next(0, 256)}.0.0{Maybe(70, $"/{random.Next(0, 34)}")}",
        5 => $"match ip {random.Pick("sport", "dport")} {random.NextUInt16()} 0xffff",
        6 => $"match ip {random.Pick("protocol", "tos", "dsfield", "ihl", "precedence")} {random.Next(0, 300)} 0x{random.Pick("ff", "fc", "f", "1ff")}",
        7 => $"match ip6 {random.Pick("src", "dst")} fd{random.Next(0, 256):x2}::{random.Next(0, 999):x}{Maybe(70, $"/{random.Next(0, 130)}")}",
        8 => $"match {random.Pick("tcp", "udp")} {random.Pick("src", "dst")} {random.NextUInt16()} 0xffff",
        9 => $"match ip {random.Pick("nofrag", "firstfrag", "df", "mf")}",
        10 => $"match {random.Pick("icmp type", "icmp code", "ip icmp_type", "ip6 dport", "ip6 priority")} {random.Next(0, 260)} 0xff",
        _ => "match u8 0 0",
    };

    // No index: Linux 6.18 never ends trying to make a filter that has the same one twice.
    private string Action(int device)
    {
        var to = device + 1 < Devices ? random.Next(device + 1, Devices) : -1;
        return random.Next(0, 12) switch
        {
            0 => "action drop",
            1 => "action mirred egress mirror dev nosuch",
            2 => "action mirred egress mirror",
            _ when to < 0 => "action pass",
            _ => $"action mirred {random.Pick("egress", "egress", "ingress")} {random.Pick("mirror", "redirect")} dev d{to}{Maybe(30, $" {random.Pick("pipe", "continue", "drop", "pass", "ok", "reclassify", "jump 1", "goto chain 4")}")}",
        };
    }

    /// <summary>What nobody should take.</summary>
    private string Wrong() => random.Pick<string>(
        "tc qdisc add dev nosuch root handle 1: htb", "tc qdisc add dev d3 root handle 1: nosuch", "tc qdisc add dev d3 root handle 1: htb default", "tc qdisc add dev d3 root handle zz: htb",
        "tc qdisc add dev d3 root handle 12345: pfifo", "tc qdisc add dev d3 parent 9:1 handle 1: pfifo", "tc qdisc add dev d3 root tbf rate 1mbit", "tc qdisc add dev d3 root tbf rate 0 burst 5k latency 5ms",
        "tc qdisc add dev d3 root tbf rate 1mbit burst 5k", "tc qdisc add dev d3 root tbf rate 1mbit burst 5k latency 5ms limit 7k", "tc qdisc add dev d3 root tbf rate 1mbit burst 5k latency 5ms peakrate 2mbit",
        "tc qdisc add dev d3 root tbf rate abc burst 5k latency 5ms", "tc qdisc add dev d3 root tbf rate 1mbit burst 5x latency 5ms", "tc qdisc add dev d3 root pfifo limit", "tc qdisc add dev d3 root pfifo limit abc",
        "tc qdisc add dev d3 root bfifo limit 5q", "tc qdisc add dev d3 root handle 1:5 pfifo", "tc qdisc del dev d3 root handle 7:", "tc qdisc change dev d3 root handle 7: pfifo limit 3", "tc qdisc add dev d3",
        "tc qdisc add dev d3 parent 1:99999 pfifo", "tc qdisc add root pfifo", "tc qdisc foo dev d3 root pfifo", "tc qdisc add dev d3 root pfifo limit 5 limit", "tc qdisc add dev d3 root htb foo 3",
        "tc class add dev d0 parent 1: classid 1:9 htb", "tc class add dev d0 parent 1: classid 1:9 htb rate", "tc class add dev d0 parent 1: classid 1:9 htb rate 1mbit ceil x", "tc class add dev d0 parent 1: classid 1:9 nosuch rate 1mbit",
        "tc class add dev d0 parent 8: classid 8:9 htb rate 1mbit", "tc class add dev d0 parent 1: classid 2:9 htb rate 1mbit", "tc class add dev d0 parent 1: classid 1:zz htb rate 1mbit", "tc class add dev d0 parent 1: htb rate 0bit",
        "tc class add dev d3 parent 1: classid 1:9 htb rate 1mbit", "tc class del dev d0 classid 1:77", "tc class change dev d0 parent 1: classid 1:77 htb rate 1mbit", "tc class add dev d0 parent 1: classid 1:9 htb rate 1mbit prio x",
        "tc filter add dev d1 ingress pref 70000 protocol ip u32 match u8 0 0", "tc filter add dev d1 ingress pref 5 protocol nosuch u32 match u8 0 0", "tc filter add dev d1 ingress pref 5 protocol ip nosuch match u8 0 0",
        "tc filter add dev d1 ingress pref 5 protocol ip u32 match u8 300 0xff at 0", "tc filter add dev d1 ingress pref 5 protocol ip u32 match u16 5 0xffff at 1", "tc filter add dev d1 ingress pref 5 protocol ip u32 match u32 5 0xffff at 2",
        "tc filter add dev d1 ingress pref 5 protocol ip u32 match u8 0 1 at 0 match u8 1 1 at 0", "tc filter add dev d1 ingress pref 5 protocol ip u32 match", "tc filter add dev d1 ingress pref 5 protocol ip u32 match foo 3",
        "tc filter add dev d1 ingress pref 5 protocol ip u32 match ip src 300.0.0.1", "tc filter add dev d1 ingress pref 5 protocol ip u32 match ip dport 70000 0xffff", "tc filter add dev d1 ingress pref 5 protocol ip u32 match u8 0 0 flowid x:y",
        "tc filter add dev d1 ingress pref 5 protocol ip u32 match u8 0 0 action nosuch", "tc filter add dev d1 ingress pref 5 protocol ip u32 match u8 0 0 action mirred egress dev d2", "tc filter add dev d1 ingress pref 5 protocol ip u32 match u8 0 0 foo",
        "tc filter add dev d1 ingress pref 5 protocol ip u32 ht 9: match u8 0 0", "tc filter add dev d1 ingress pref 5 protocol ip u32 match u8 0 0 link 77:", "tc filter add dev d1 parent 9: pref 5 protocol ip u32 match u8 0 0",
        "tc filter add dev d3 ingress pref 5 protocol ip u32 match u8 0 0", "tc filter del dev d1 ingress pref 99 protocol ip u32", "tc filter change dev d1 ingress pref 99 protocol ip handle 800::900 u32 match u8 0 0",
        "tc filter add dev nosuch ingress pref 5 protocol ip u32 match u8 0 0", "tc filter add dev d1 ingress pref 5 protocol ip handle 5: u32", "tc filter add dev d1 ingress pref x protocol ip u32 match u8 0 0", "tc filter add dev d1 ingress",
        "tc foo add dev d1", "tc filter add dev d1 ingress pref 5 protocol ip u32 match u8 0 0 action mirred egress mirror dev d2 foo");

    private string Maybe(int percent, string text) => random.Chance(percent) ? text : "";

    private string Rate() => random.Pick<string>(
        $"{random.Next(1, 1000)}kbit", $"{random.Next(1, 1000)}mbit", $"{random.Next(1, 100)}gbit", $"{random.Next(8, 99_999_999)}bit", $"{random.Next(8, 9_999_999)}", $"{random.Next(1, 99)}kbps", $"{random.Next(1, 99)}mbps",
        $"{random.Next(1, 99)}.{random.Next(0, 99)}mbit", $"{random.Next(1, 99)}mibit", $"{random.Next(1, 99)}kibps");

    private string Size() => random.Pick<string>($"{random.Next(1, 30)}k", $"{random.Next(1000, 90_000)}", $"{random.Next(1500, 9000)}b", $"{random.Next(1, 9)}mb", $"{random.Next(16, 999)}kbit", $"1.5k", $"{random.Next(1514, 1600)}", $"{random.Next(1, 40)}k/8");

    private string Time() => random.Pick<string>($"{random.Next(1, 900)}ms", $"{random.Next(1, 999)}us", $"{random.Next(1, 5)}s", $"{random.Next(1, 90_000)}", $"{random.Next(1, 9)}.{random.Next(0, 99)}ms");
}
