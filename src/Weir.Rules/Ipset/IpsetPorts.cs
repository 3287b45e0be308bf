using System.Collections.Frozen;
using System.Globalization;
using Weir.Rules.Text;

namespace Weir.Rules.Ipset;

/// <summary>Protocols, ports and ICMP types as ipset reads and prints them.</summary>
internal static class IpsetPorts
{
    internal const byte Icmp = 1, Tcp = 6, Udp = 17, Icmpv6 = 58, Sctp = 132, UdpLite = 136;

    private static readonly FrozenDictionary<string, ushort> IcmpTypes = Table(
        ("echo-reply", 0, 0), ("pong", 0, 0), ("network-unreachable", 3, 0), ("host-unreachable", 3, 1), ("protocol-unreachable", 3, 2), ("port-unreachable", 3, 3),
        ("fragmentation-needed", 3, 4), ("source-route-failed", 3, 5), ("network-unknown", 3, 6), ("host-unknown", 3, 7), ("network-prohibited", 3, 9),
        ("host-prohibited", 3, 10), ("TOS-network-unreachable", 3, 11), ("TOS-host-unreachable", 3, 12), ("communication-prohibited", 3, 13),
        ("host-precedence-violation", 3, 14), ("precedence-cutoff", 3, 15), ("source-quench", 4, 0), ("network-redirect", 5, 0), ("host-redirect", 5, 1),
        ("TOS-network-redirect", 5, 2), ("TOS-host-redirect", 5, 3), ("echo-request", 8, 0), ("ping", 8, 0), ("router-advertisement", 9, 0), ("router-solicitation", 10, 0),
        ("ttl-zero-during-transit", 11, 0), ("ttl-zero-during-reassembly", 11, 1), ("ip-header-bad", 12, 0), ("required-option-missing", 12, 1), ("timestamp-request", 13, 0),
        ("timestamp-reply", 14, 0), ("address-mask-request", 17, 0), ("address-mask-reply", 18, 0));

    private static readonly FrozenDictionary<string, ushort> Icmpv6Types = Table(
        ("no-route", 1, 0), ("communication-prohibited", 1, 1), ("address-unreachable", 1, 3), ("port-unreachable", 1, 4), ("packet-too-big", 2, 0),
        ("ttl-zero-during-transit", 3, 0), ("ttl-zero-during-reassembly", 3, 1), ("bad-header", 4, 0), ("unknown-header-type", 4, 1), ("unknown-option", 4, 2),
        ("echo-request", 128, 0), ("ping", 128, 0), ("echo-reply", 129, 0), ("pong", 129, 0), ("router-solicitation", 133, 0), ("router-advertisement", 134, 0),
        ("neighbour-solicitation", 135, 0), ("neighbour-advertisement", 136, 0), ("redirect", 137, 0));

    private static readonly FrozenDictionary<ushort, string> IcmpNames = Names(IcmpTypes);
    private static readonly FrozenDictionary<ushort, string> Icmpv6Names = Names(Icmpv6Types);

    /// <summary><c>tcp:80</c>, <c>udp:1-5</c>, <c>icmp:echo-request</c>, <c>gre:0</c>, <c>80</c> (which is TCP's). Null with the reason when it is none of these.</summary>
    internal static IpsetEntry? Parse(IpsetEntry entry, string text, IpsetKind kind, IpsetContext context, out string reason)
    {
        reason = "";
        var colon = text.IndexOf(':');
        if (colon < 0)
            return Range(entry with { Protocol = Tcp }, text, "tcp", context, out reason);
        var name = text[..colon];
        var rest = text[(colon + 1)..];
        if (ProtocolNames.Parse(name) is not { } protocol)
        {
            reason = $"there is no protocol {name}";
            return null;
        }

        entry = entry with { Protocol = protocol };
        switch (protocol)
        {
            case Tcp or Udp or Sctp or UdpLite:
                return Range(entry, rest, ProtocolNames.Print(protocol), context, out reason);
            case Icmp when kind.Family == IpsetFamily.Inet:
                return TypeCode(entry, rest, IcmpTypes, out reason);
            case Icmpv6 when kind.Family == IpsetFamily.Inet6:
                return TypeCode(entry, rest, Icmpv6Types, out reason);
            case Icmp or Icmpv6:
                reason = $"{name} does not belong to the family of the set";
                return null;
            default:
                reason = $"{name} has no ports: {name}:0 is the way to write it";
                return rest == "0" ? entry with { Port = 0 } : null;
        }
    }

    /// <summary>Ports alone, as a bitmap:port has them; a protocol in front serves only to find a service's name.</summary>
    internal static IpsetEntry? ParseBare(IpsetEntry entry, string text, IpsetContext context, out string reason)
    {
        var colon = text.IndexOf(':');
        var protocol = colon < 0 ? "tcp" : text[..colon];
        if (protocol is not ("tcp" or "udp"))
        {
            reason = "a bitmap:port knows tcp and udp";
            return null;
        }

        return Range(entry, text[(colon + 1)..], protocol, context, out reason);
    }

    internal static (ushort First, ushort Last)? ParseRange(string text, IpsetContext context) =>
        Range(new IpsetEntry(), text, "tcp", context, out _) is { Port: { } first, LastPort: { } last } ? (first, last) : null;

    internal static string Print(IpsetEntry entry)
    {
        var ports = string.Create(CultureInfo.InvariantCulture, $"{entry.Port}") + (entry.LastPort is { } last ? string.Create(CultureInfo.InvariantCulture, $"-{last}") : "");
        return entry.Protocol switch
        {
            null => ports,
            Icmp => "icmp:" + TypeCode(entry.Port ?? 0, IcmpNames),
            Icmpv6 => "ipv6-icmp:" + TypeCode(entry.Port ?? 0, Icmpv6Names),
            { } protocol => ProtocolNames.Print(protocol) + ":" + ports,
        };
    }

    private static IpsetEntry? Range(IpsetEntry entry, string text, string protocol, IpsetContext context, out string reason)
    {
        reason = $"{text} is no port and no range of ports";
        var dash = text.IndexOf('-');
        if (Port(text, protocol, context) is { } single)
            return entry with { Port = single };
        if (dash > 0 && Port(text[..dash], protocol, context) is { } first && Port(text[(dash + 1)..], protocol, context) is { } last)
            return entry with { Port = first, LastPort = last };
        return null;
    }

    private static ushort? Port(string text, string protocol, IpsetContext context) =>
        text.Length == 0 ? null : (ushort?)IpsetNumber.Parse(text, 0, ushort.MaxValue) ?? context.Services(text, protocol);

    private static IpsetEntry? TypeCode(IpsetEntry entry, string text, FrozenDictionary<string, ushort> types, out string reason)
    {
        reason = $"{text} is no ICMP type and code (type/code, or a name)";
        if (types.TryGetValue(text, out var known))
            return entry with { Port = known };
        var slash = text.IndexOf('/');
        return slash > 0 && IpsetNumber.Parse(text.AsSpan(0, slash), 0, 255) is { } type && IpsetNumber.Parse(text.AsSpan(slash + 1), 0, 255) is { } code
            ? entry with { Port = (ushort)((type << 8) | code) }
            : null;
    }

    private static string TypeCode(ushort value, FrozenDictionary<ushort, string> names) =>
        names.TryGetValue(value, out var name) ? name : string.Create(CultureInfo.InvariantCulture, $"{value >> 8}/{value & 0xff}");

    private static FrozenDictionary<string, ushort> Table(params (string Name, int Type, int Code)[] types) =>
        types.ToFrozenDictionary(type => type.Name, type => (ushort)((type.Type << 8) | type.Code), StringComparer.Ordinal);

    /// <summary>Of two names for one number ipset prints the long one.</summary>
    private static FrozenDictionary<ushort, string> Names(FrozenDictionary<string, ushort> types) =>
        types.Where(type => type.Key is not ("ping" or "pong")).ToFrozenDictionary(type => type.Value, type => type.Key);
}
