using System.Globalization;

namespace Weir.Rules.Iptables.Parsing;

/// <summary>Names of IP protocols: first libxtables' own (xtables_chain_protos), then those of /etc/protocols as Debian has it.</summary>
internal static class ProtocolNames
{
    internal const byte Icmp = 1, Tcp = 6, Udp = 17, Dccp = 33, IcmpV6 = 58, Sctp = 132, UdpLite = 136;

    // In this order: the first name of a number is the one that is printed. So few are found faster than a dictionary of them is made.
    private static readonly (string Name, byte Number)[] Names =
    [
        ("tcp", Tcp), ("sctp", Sctp), ("udp", Udp), ("udplite", UdpLite), ("icmp", Icmp), ("ipv6-icmp", IcmpV6), ("icmpv6", IcmpV6),
        ("esp", 50), ("ah", 51), ("mobility-header", 135), ("ipv6-mh", 135), ("mh", 135), ("all", 0),
        ("igmp", 2), ("ggp", 3), ("ipencap", 4), ("st", 5), ("egp", 8), ("igp", 9), ("pup", 12), ("hmp", 20), ("xns-idp", 22), ("rdp", 27),
        ("iso-tp4", 29), ("dccp", Dccp), ("xtp", 36), ("ddp", 37), ("idpr-cmtp", 38), ("ipv6", 41), ("ipv6-route", 43), ("ipv6-frag", 44),
        ("idrp", 45), ("rsvp", 46), ("gre", 47), ("skip", 57), ("ipv6-nonxt", 59), ("ipv6-opts", 60), ("rspf", 73), ("cphb", 73), ("vmtp", 81),
        ("eigrp", 88), ("ospf", 89), ("ax.25", 93), ("ipip", 94), ("etherip", 97), ("encap", 98), ("pim", 103), ("ipcomp", 108), ("vrrp", 112),
        ("l2tp", 115), ("isis", 124), ("fc", 133), ("mpls-in-ip", 137), ("manet", 138), ("hip", 139), ("shim6", 140), ("wesp", 141), ("rohc", 142),
        ("ethernet", 143), ("ip", 0), ("hopopt", 0),
    ];

    internal static byte? Parse(string text)
    {
        if (CNumber.TryParse(text, 0, byte.MaxValue, out var number))
            return (byte)number;
        foreach (var entry in Names)
        {
            if (entry.Name == text)
                return entry.Number;
        }

        return null;
    }

    internal static string Format(byte number)
    {
        foreach (var entry in Names)
        {
            if (number != 0 && entry.Number == number)
                return entry.Name;
        }

        return number.ToString(CultureInfo.InvariantCulture);
    }
}
