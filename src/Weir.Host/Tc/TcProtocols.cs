using System.Globalization;

namespace Weir.Host.Tc;

/// <summary>Ethertypes and IP protocols by tc's names (iproute2 6.1, lib/ll_proto.c and /etc/protocols).</summary>
internal static class TcProtocols
{
    // Where one number has two names, tc prints the first.
    private static readonly (string Name, ushort Number)[] Ethertypes =
    [
        ("all", 0x0003), ("ip", 0x0800), ("ipv4", 0x0800), ("ipv6", 0x86dd), ("arp", 0x0806), ("802.1Q", 0x8100), ("802.1ad", 0x88a8), ("mpls_uc", 0x8847), ("mpls_mc", 0x8848),
        ("loop", 0x0060), ("pup", 0x0200), ("x25", 0x0805), ("rarp", 0x8035), ("atalk", 0x809b), ("aarp", 0x80f3), ("ipx", 0x8137), ("ppp_disc", 0x8863), ("ppp_ses", 0x8864),
        ("tipc", 0x88ca), ("profinet", 0x8892), ("aoe", 0x88a2), ("ethercat", 0x88a4), ("lldp", 0x88cc), ("cfm", 0x8902), ("snap", 0x0005),
    ];

    private static readonly (string Name, byte Number)[] IpProtocols =
        [("icmp", 1), ("igmp", 2), ("tcp", 6), ("udp", 17), ("gre", 47), ("esp", 50), ("ah", 51), ("icmpv6", 58), ("sctp", 132), ("udplite", 136)];

    internal static string Print(ushort ethertype) =>
        Array.Find(Ethertypes, entry => entry.Number == ethertype).Name ?? $"[{ethertype}]";

    internal static bool TryParse(string text, out ushort ethertype)
    {
        ethertype = Array.Find(Ethertypes, entry => string.Equals(entry.Name, text, StringComparison.OrdinalIgnoreCase)).Number;
        return ethertype != 0 || TryNumber(text.Trim('[', ']'), out ethertype);
    }

    /// <summary>As flower's eth_type prints it: ipv4 has that name there.</summary>
    internal static string PrintEthertype(ushort ethertype) => ethertype switch
    {
        0x0800 => "ipv4",
        0x86dd => "ipv6",
        0x0806 => "arp",
        0x8035 => "rarp",
        _ => $"{ethertype:x4}",
    };

    internal static string PrintIp(byte protocol) => protocol switch
    {
        1 or 6 or 17 or 58 or 132 => Array.Find(IpProtocols, entry => entry.Number == protocol).Name,
        _ => $"{protocol:x2}",
    };

    internal static bool TryParseIp(string text, out byte protocol)
    {
        protocol = Array.Find(IpProtocols, entry => string.Equals(entry.Name, text, StringComparison.OrdinalIgnoreCase)).Number;
        // tc reads and prints numbers here as hexadecimal.
        return protocol != 0 || byte.TryParse(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out protocol);
    }

    private static bool TryNumber(string text, out ushort number) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ushort.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
        : ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
