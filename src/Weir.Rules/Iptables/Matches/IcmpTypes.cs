using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary>A type and, when it is asked for, the code of an ICMP or ICMPv6 message.</summary>
/// <param name="Type">255 in ICMP: any.</param>
/// <param name="Code">Null: any.</param>
public readonly record struct IcmpType(byte Type, IcmpCodes? Code)
{
    public override string ToString() => Code is { } code ? $"{Type}/{code.First}" : $"{Type}";
}

/// <summary>Codes from the first to the last; the tool prints only the first.</summary>
public readonly record struct IcmpCodes(byte First, byte Last);

/// <summary>Names of ICMP's types and codes, as the tool knows them (libxt_icmp.h).</summary>
internal static class IcmpTypes
{
    private readonly record struct Name(string Text, byte Type, byte? Code = null);

    private static readonly Name[] IPv4 =
    [
        new("any", 255), new("echo-reply", 0), new("pong", 0), new("destination-unreachable", 3), new("network-unreachable", 3, 0),
        new("host-unreachable", 3, 1), new("protocol-unreachable", 3, 2), new("port-unreachable", 3, 3),
        new("fragmentation-needed", 3, 4), new("source-route-failed", 3, 5), new("network-unknown", 3, 6), new("host-unknown", 3, 7),
        new("network-prohibited", 3, 9), new("host-prohibited", 3, 10), new("TOS-network-unreachable", 3, 11),
        new("TOS-host-unreachable", 3, 12), new("communication-prohibited", 3, 13), new("host-precedence-violation", 3, 14),
        new("precedence-cutoff", 3, 15), new("source-quench", 4), new("redirect", 5), new("network-redirect", 5, 0),
        new("host-redirect", 5, 1), new("TOS-network-redirect", 5, 2), new("TOS-host-redirect", 5, 3), new("echo-request", 8),
        new("ping", 8), new("router-advertisement", 9), new("router-solicitation", 10), new("time-exceeded", 11),
        new("ttl-exceeded", 11), new("ttl-zero-during-transit", 11, 0), new("ttl-zero-during-reassembly", 11, 1),
        new("parameter-problem", 12), new("ip-header-bad", 12, 0), new("required-option-missing", 12, 1), new("timestamp-request", 13),
        new("timestamp-reply", 14), new("address-mask-request", 17), new("address-mask-reply", 18),
    ];

    private static readonly Name[] IPv6 =
    [
        new("destination-unreachable", 1), new("no-route", 1, 0), new("communication-prohibited", 1, 1), new("beyond-scope", 1, 2),
        new("address-unreachable", 1, 3), new("port-unreachable", 1, 4), new("failed-policy", 1, 5), new("reject-route", 1, 6),
        new("packet-too-big", 2), new("time-exceeded", 3), new("ttl-exceeded", 3), new("ttl-zero-during-transit", 3, 0),
        new("ttl-zero-during-reassembly", 3, 1), new("parameter-problem", 4), new("bad-header", 4, 0),
        new("unknown-header-type", 4, 1), new("unknown-option", 4, 2), new("echo-request", 128), new("ping", 128),
        new("echo-reply", 129), new("pong", 129), new("router-solicitation", 133), new("router-advertisement", 134),
        new("neighbour-solicitation", 135), new("neighbor-solicitation", 135), new("neighbour-advertisement", 136),
        new("neighbor-advertisement", 136), new("redirect", 137),
    ];

    /// <summary>A name or the start of one that is the start of no other; a number; <c>TYPE/CODE</c>.</summary>
    internal static IcmpType Parse(string text, IptablesFamily family)
    {
        var names = Array.FindAll(family == IptablesFamily.IPv4 ? IPv4 : IPv6, name => name.Text.StartsWith(text, StringComparison.OrdinalIgnoreCase));
        if (names.Length > 1)
            throw new RuleSyntaxException($"ambiguous ICMP type \"{text}\": {names[0].Text} or {names[1].Text}?");
        if (names.Length == 1)
            return new IcmpType(names[0].Type, names[0].Code is { } code ? new IcmpCodes(code, code) : null);
        if (!CNumber.TryRead(text, byte.MaxValue, out var type, out var rest))
            throw new RuleSyntaxException($"unknown ICMP type \"{text}\"");
        if (rest.IsEmpty)
            return new IcmpType((byte)type, null);
        if (rest[0] != '/' || !CNumber.TryRead(rest[1..], byte.MaxValue, out var first, out rest))
            throw new RuleSyntaxException($"\"{text}\" is no ICMP type with a code, such as 3/1");
        var last = first;
        if (!rest.IsEmpty && (rest[0] != ':' || !CNumber.TryParse(rest[1..], 0, byte.MaxValue, out last)))
            throw new RuleSyntaxException($"\"{text}\" is no ICMP type with a code, such as 3/1");
        return new IcmpType((byte)type, (first, last) == (0, byte.MaxValue) ? null : new IcmpCodes((byte)first, (byte)last));
    }
}
