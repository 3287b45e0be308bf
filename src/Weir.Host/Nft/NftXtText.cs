using System.Buffers.Binary;
using System.Net;
using System.Text;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft;

/// <summary>
/// xtables extensions in the tables of iptables-nft, in the words that nft has for them (libxtables' translations). Others stand by their
/// names, as nft shows them; neither form can be loaded again.
/// </summary>
internal static class NftXtText
{
    internal static string Match(XtMatch match, NftHeader? transport)
    {
        var info = match.Info.Span;
        return (match.Name, match.Revision) switch
        {
            ("comment", _) => "",
            ("connmark", 1) when info.Length >= 9 => ConnectionMarkMatch(info),
            ("conntrack", 3) when info.Length >= 154 => Conntrack(info),
            ("multiport", 1) when info.Length >= 48 && transport is not null => Multiport(info, transport),
            ("addrtype", 1) when info.Length >= 8 => AddressType(info),
            ("owner", 1) when info.Length >= 18 => Owner(info),
            ("icmp", 0) when info.Length >= 4 && info[3] == 0 && info is [_, 0, 0xff, ..] => $"icmp type {NftDataTypes.IcmpType.Format(info[0], NftNames.None)}",
            _ => null,
        } ?? $"xt match {match.Name}";
    }

    internal static string Target(XtTarget target)
    {
        var info = target.Info.Span;
        return (target.Name, target.Revision) switch
        {
            ("MARK", 2) when info.Length >= 8 => Mark(info),
            ("CONNMARK", 2) when info.Length >= 15 => ConnectionMark(info),
            ("REDIRECT", 0) when info.Length >= 20 => Nat4(info, "redirect"),
            ("MASQUERADE", 0) when info.Length >= 20 => Nat4(info, "masquerade"),
            ("SNAT", 0) when info.Length >= 20 => Nat4(info, "snat"),
            ("DNAT", 2) when info.Length >= 44 => Nat(info),
            ("REJECT", 0) when info.Length >= 4 => Reject(info),
            ("LOG", 0) when info.Length >= 32 => Log(info),
            ("NFQUEUE", 3) when info.Length >= 6 => Queue(info),
            ("CT", 2) when info.Length >= 4 && Short(info, 0) == 1 => "notrack",
            ("NOTRACK", _) => "notrack",
            _ => null,
        } ?? $"xt target {target.Name}";
    }

    private static uint Word(ReadOnlySpan<byte> info, int at) => BinaryPrimitives.ReadUInt32LittleEndian(info[at..]);

    private static ushort Short(ReadOnlySpan<byte> info, int at) => BinaryPrimitives.ReadUInt16LittleEndian(info[at..]);

    /// <summary>struct xt_connmark_mtinfo1: u32 mark, u32 mask, u8 invert.</summary>
    private static string ConnectionMarkMatch(ReadOnlySpan<byte> info)
    {
        var (mark, mask, isNot) = (Word(info, 0), Word(info, 4), info[8] != 0);
        return mask == uint.MaxValue ? $"ct mark {(isNot ? "!= " : "")}0x{mark:x}" : $"ct mark and 0x{mask:x} {(isNot ? "!=" : "==")} 0x{mark:x}";
    }

    private static string? Conntrack(ReadOnlySpan<byte> info)
    {
        const int stateOnly = 1, alias = 0x2000;
        if ((Short(info, 146) & ~alias) != stateOnly)
            return null;
        var mask = Short(info, 150);
        var names = new List<string>();
        foreach (var (bit, name) in new[] { (1, "invalid"), (8, "new"), (4, "related"), (2, "established"), (0x100, "untracked") })
        {
            if ((mask & bit) != 0)
                names.Add(name);
        }

        return names.Count == 0 ? null : $"ct state {((Short(info, 148) & stateOnly) != 0 ? "! " : "")}{string.Join(',', names)}";
    }

    private static string? Multiport(ReadOnlySpan<byte> info, NftHeader transport)
    {
        const int longest = 15;
        if (info[0] > 1 || info[1] is 0 or > longest)
            return null;
        var ports = new List<string>();
        for (var i = 0; i < info[1]; i++)
        {
            var isRange = info[32 + i] != 0 && i + 1 < info[1];
            ports.Add(isRange ? $"{Short(info, 2 + (2 * i))}-{Short(info, 4 + (2 * i))}" : $"{Short(info, 2 + (2 * i))}");
            i += isRange ? 1 : 0;
        }

        var list = ports.Count == 1 ? ports[0] : $"{{ {string.Join(", ", ports)} }}";
        return $"{transport.Name} {(info[0] == 0 ? "sport" : "dport")} {(info[47] != 0 ? "!= " : "")}{list}";
    }

    private static string? AddressType(ReadOnlySpan<byte> info)
    {
        var (source, destination, flags) = (Short(info, 0), Short(info, 2), Word(info, 4));
        if ((flags & ~3u) != 0 || (source != 0) == (destination != 0))
            return null;
        var mask = source != 0 ? source : destination;
        var isNot = (flags & (source != 0 ? 1u : 2u)) != 0;
        var types = Enumerable.Range(0, 16).Where(bit => (mask >> bit & 1) != 0).Select(bit => NftDataTypes.FibAddressType.Format((UInt128)(uint)bit, NftNames.None).ToString()).ToList();
        return $"fib {(source != 0 ? "saddr" : "daddr")} type {(isNot ? "!= " : "")}{(types.Count == 1 ? types[0] : $"{{ {string.Join(", ", types)} }}")}";
    }

    private static string? Owner(ReadOnlySpan<byte> info)
    {
        var (key, at) = info[16] switch
        {
            1 => ("skuid", 0),
            2 => ("skgid", 8),
            _ => ("", 0),
        };
        if (key.Length == 0)
            return null;
        var (from, to) = (Word(info, at), Word(info, at + 4));
        return $"{key} {((info[17] & info[16]) != 0 ? "!= " : "")}{(from == to ? $"{from}" : $"{from}-{to}")}";
    }

    private static string Mark(ReadOnlySpan<byte> info)
    {
        var (mark, mask) = (Word(info, 0), Word(info, 4));
        return mark == 0 ? $"meta mark set mark and 0x{~mask:x}"
            : mark == mask ? $"meta mark set mark or 0x{mark:x}"
            : mask == 0 ? $"meta mark set mark xor 0x{mark:x}"
            : mask == uint.MaxValue ? $"meta mark set 0x{mark:x}"
            : $"meta mark set mark and 0x{~mask:x} xor 0x{mark:x}";
    }

    private static string? ConnectionMark(ReadOnlySpan<byte> info)
    {
        var (mark, connectionMask, packetMask) = (Word(info, 0), Word(info, 4), Word(info, 8));
        if (info[13] != 0)
            return null;
        return info[14] switch
        {
            0 when mark == 0 => $"ct mark set ct mark and 0x{~connectionMask:x}",
            0 when mark == connectionMask => $"ct mark set ct mark or 0x{mark:x}",
            0 when connectionMask == uint.MaxValue => $"ct mark set 0x{mark:x}",
            1 when packetMask == connectionMask => packetMask == uint.MaxValue ? "ct mark set mark" : $"ct mark set mark and 0x{packetMask:x}",
            2 when packetMask == connectionMask => connectionMask == uint.MaxValue ? "meta mark set ct mark" : $"meta mark set ct mark and 0x{connectionMask:x}",
            _ => null,
        };
    }

    /// <summary>struct nf_nat_ipv4_multi_range_compat: u32 1, u32 flags, be32 min, max, be16 min, max.</summary>
    private static string Nat4(ReadOnlySpan<byte> info, string kind) =>
        Target(kind, Word(info, 4), new IPAddress(info[8..12]), new IPAddress(info[12..16]), BinaryPrimitives.ReadUInt16BigEndian(info[16..]), BinaryPrimitives.ReadUInt16BigEndian(info[18..]));

    /// <summary>struct nf_nat_range2: u32 flags, 16 min, 16 max, be16 min, max, base.</summary>
    private static string Nat(ReadOnlySpan<byte> info)
    {
        // Which family it is of only the table says: an IPv4 address leaves the rest of its place empty.
        var length = info[8..20].ContainsAnyExcept((byte)0) ? 16 : 4;
        return Target("dnat", Word(info, 0), new IPAddress(info.Slice(4, length)), new IPAddress(info.Slice(20, length)), BinaryPrimitives.ReadUInt16BigEndian(info[36..]), BinaryPrimitives.ReadUInt16BigEndian(info[38..]));
    }

    private static string Target(string kind, uint flags, IPAddress from, IPAddress to, ushort portFrom, ushort portTo)
    {
        const uint addresses = 1, ports = 2, random = 4, persistent = 8, fullyRandom = 16;
        var text = new StringBuilder(kind);
        if ((flags & (addresses | ports)) != 0)
            text.Append(" to ");
        if ((flags & addresses) != 0)
            text.Append(from.Equals(to) ? $"{from}" : $"{from}-{to}");
        if ((flags & ports) != 0)
            text.Append(portFrom == portTo ? $":{portFrom}" : $":{portFrom}-{portTo}");
        var words = new[] { (flags & random) != 0 ? "random" : "", (flags & fullyRandom) != 0 ? "fully-random" : "", (flags & persistent) != 0 ? "persistent" : "" };
        var set = string.Join(',', words.Where(word => word.Length != 0));
        return set.Length == 0 ? text.ToString() : $"{text} {set}";
    }

    private static string? Reject(ReadOnlySpan<byte> info) => Word(info, 0) switch
    {
        0 => "reject with icmp net-unreachable",
        1 => "reject with icmp host-unreachable",
        2 => "reject with icmp prot-unreachable",
        3 => "reject",
        5 => "reject with icmp net-prohibited",
        6 => "reject with icmp host-prohibited",
        7 => "reject with tcp reset",
        8 => "reject with icmp admin-prohibited",
        _ => null,
    };

    private static string? Log(ReadOnlySpan<byte> info)
    {
        const byte warning = 4;
        if (info[1] != 0)
            return null;
        var prefix = Encoding.UTF8.GetString(info[2..32]).Split('\0')[0];
        string[] levels = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];
        var level = info[0] == warning || info[0] >= levels.Length ? "" : $" level {levels[info[0]]}";
        return prefix.Length == 0 ? $"log{level}" : $"log prefix \"{prefix}\"{level}";
    }

    private static string Queue(ReadOnlySpan<byte> info)
    {
        var (number, total, flags) = (Short(info, 0), Short(info, 2), Short(info, 4));
        var words = new[] { (flags & 1) != 0 ? "bypass" : "", (flags & 2) != 0 ? "fanout" : "" };
        var set = string.Join(',', words.Where(word => word.Length != 0));
        return $"queue num {(total > 1 ? $"{number}-{number + total - 1}" : $"{number}")}{(set.Length == 0 ? "" : $" {set}")}";
    }
}
