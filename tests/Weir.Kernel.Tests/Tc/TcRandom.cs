using System.Globalization;
using Weir.Testing;

namespace Weir.Kernel.Tests.Tc;

/// <summary>Random filters as tc is told them.</summary>
internal sealed class TcRandom(SeededGenerator random)
{
    /// <summary>Rules of u32, several on a preference, with the actions that are given.</summary>
    internal string U32Rules(int count, params string[] actions)
    {
        List<string> lines = [];
        for (var i = 0; i < count; i++)
        {
            // The protocol belongs to the preference.
            var preference = random.Next(1, 9);
            var protocol = preference switch { < 3 => "ip", < 5 => "all", < 7 => "ipv6", _ => "0x1234" };
            var matches = string.Join(' ', Enumerable.Range(0, random.Next(1, 5)).Select(n => Match(n)));
            var action = random.Chance(85) ? " " + string.Join(' ', Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Pick<string>(actions))) : "";
            var flow = random.Chance(20) ? $" flowid {random.Next(1, 20):x}:{random.Next(0, 200):x}" : "";
            lines.Add($"tc filter add dev d0 {random.Pick("ingress", "ingress", "egress")} pref {(preference * 10) + 1} protocol {protocol} u32 {matches}{flow}{action}");
        }

        // Egress and ingress of one clsact share u32's tables: each preference on one side only, or tc itself shows it twice.
        return string.Concat(lines.Select(line => line.Replace("egress pref ", "egress pref 1", StringComparison.Ordinal) + "\n"));
    }

    private string Match(int n)
    {
        // Apart from each other, so that they do not want different values of the same bits.
        var at = (n * 8) - 16;
        return random.Next(0, 8) switch
        {
            0 => $"match u8 0x{random.Next(0, 256):x} 0x{random.Next(0, 256):x} at {at + random.Next(0, 8)}",
            1 => $"match u16 {random.NextUInt16()} 0x{random.NextUInt16():x} at {at + (2 * random.Next(0, 4))}",
            2 => $"match u32 0x{random.NextUInt32():x8} 0x{random.NextUInt32():x} at {at + (4 * random.Next(0, 2))}",
            3 => $"match u16 {random.NextUInt16()} 0x{random.NextUInt16():x} at nexthdr+{(n * 8) + 2}",
            4 when n == 3 => string.Create(CultureInfo.InvariantCulture, $"match ip dst {random.Next(1, 224)}.{random.Next(0, 256)}.0.0/{random.Next(1, 33)}"),
            5 when n == 3 => $"match ip dport {random.NextUInt16()} 0xffff",
            7 when n == 0 => "match ether dst 02:42:ac:11:00:02",
            _ => $"match u8 {random.Next(0, 2)} 1 at {at}",
        };
    }

    /// <summary>One action of each kind but mirred, as chance has it.</summary>
    internal string[] Actions() =>
    [
        "action mirred egress mirror dev d1", "action mirred egress redirect dev d2", "action mirred ingress mirror dev d1", "action mirred egress mirror dev d1 continue",
        $"action pedit munge offset {4 * random.Next(-4, 9)} u32 set 0x{random.NextUInt32():x} pipe",
        $"action pedit munge offset {(2 * random.Next(-7, 20)) & ~1} u16 set {random.NextUInt16()} munge offset {random.Next(-14, 30)} u8 {random.Pick("set 7", "invert", "clear", "preserve")} pipe",
        $"action pedit munge offset 4 u32 set 0x{random.NextUInt32():x} retain 0x{random.NextUInt32():x} continue",
        $"action pedit munge ip src set 10.{random.Next(0, 256)}.0.1 munge ip ttl set {random.Next(0, 256)} drop",
        $"action pedit ex munge eth dst set 02:42:ac:11:00:{random.Next(0, 256):x2} munge eth src set 02:00:00:00:00:01 munge ip ttl add 255 pipe",
        $"action pedit ex munge tcp dport set {random.NextUInt16()} munge udp sport add {random.Next(1, 1000)} munge ip6 dst set fd00::{random.Next(0, 0xffff):x} pipe",
        $"action pedit ex munge eth type set 0x{random.NextUInt16():x} munge offset 0 u32 set {random.Next(0, 1000)} pass",
        $"action {random.Pick("drop", "pass", "continue", "reclassify", "pipe", "trap", "goto chain 5", "jump 1")}",
        $"action gact pass random {random.Pick("determ", "netrand")} drop {random.Next(1, 10000)}",
        $"action skbedit mark 0x{random.NextUInt32():x}", $"action skbedit mark {random.Next(0, 1000)}/0x{random.NextUInt16():x} priority {random.Next(1, 99):x}:{random.Next(1, 99):x} continue",
        $"action skbedit queue_mapping {random.Next(0, 9)} ptype {random.Pick("host", "broadcast", "multicast", "otherhost")}", "action skbedit inheritdsfield pipe",
        $"action csum {random.Pick("ip4h", "ip4h tcp", "udp icmp", "igmp sctp udplite")} {random.Pick("pipe", "continue", "")}".TrimEnd(),
    ];

    internal string FlowerRules(int count, params string[] actions)
    {
        List<string> lines = [];
        for (var i = 0; i < count; i++)
        {
            var isIpv6 = random.Chance(30);
            var protocol = random.Pick("tcp", "udp", isIpv6 ? "icmpv6" : "icmp", "sctp");
            List<string> keys = [$"ip_proto {protocol}"];
            Maybe(30, $"dst_mac 02:00:00:00:{random.Next(0, 256):x2}:00{random.Pick("", "/ff:ff:ff:00:00:00", "/40")}");
            Maybe(30, $"src_mac 02:00:00:00:{random.Next(0, 256):x2}:00");
            Maybe(50, isIpv6 ? $"dst_ip fd{random.Next(0, 256):x2}::/{random.Next(1, 129)}" : $"dst_ip 10.{random.Next(0, 256)}.0.0/{random.Next(1, 33)}");
            Maybe(50, isIpv6 ? "src_ip fe80::1" : $"src_ip 10.{random.Next(0, 256)}.0.1");
            Maybe(20, $"ip_tos 0x{random.Next(0, 64) * 4:x}/0xfc");
            Maybe(20, $"ip_ttl {random.Next(1, 256)}");
            Maybe(20, "indev d0");
            if (protocol is "tcp" or "udp" or "sctp")
            {
                Maybe(50, $"dst_port {random.NextUInt16()}");
                Maybe(30, $"src_port {random.NextUInt16()}");
            }
            else
            {
                Maybe(70, $"type {random.Next(0, 256)} code {random.Next(0, 9)}");
            }

            if (protocol == "tcp")
                Maybe(30, $"tcp_flags 0x{random.Next(0, 64):x}/0x{random.Next(1, 64):x}");
            var flow = random.Chance(20) ? "classid 1:10 " : "";
            lines.Add($"tc filter add dev d0 ingress pref {i + 1} protocol {(isIpv6 ? "ipv6" : "ip")} {(random.Chance(10) ? "chain 3 " : "")}flower {flow}{string.Join(' ', keys)} {random.Pick<string>(actions)}");

            void Maybe(int percent, string key)
            {
                if (random.Chance(percent))
                    keys.Add(key);
            }
        }

        return string.Concat(lines.Select(line => line + "\n"));
    }
}
