using System.Collections.Frozen;
using System.Globalization;

namespace Weir.Rules.Text;

/// <summary>IP protocols by the names of Debian's /etc/protocols, which the tools read and print.</summary>
public static class ProtocolNames
{
    private static readonly FrozenDictionary<byte, string> Names = new (byte Number, string Name)[]
    {
        (0, "ip"), (1, "icmp"), (2, "igmp"), (3, "ggp"), (4, "ipencap"), (5, "st"), (6, "tcp"), (8, "egp"), (9, "igp"), (12, "pup"), (17, "udp"), (20, "hmp"), (22, "xns-idp"),
        (27, "rdp"), (29, "iso-tp4"), (33, "dccp"), (36, "xtp"), (37, "ddp"), (38, "idpr-cmtp"), (41, "ipv6"), (43, "ipv6-route"), (44, "ipv6-frag"), (45, "idrp"), (46, "rsvp"),
        (47, "gre"), (50, "esp"), (51, "ah"), (57, "skip"), (58, "ipv6-icmp"), (59, "ipv6-nonxt"), (60, "ipv6-opts"), (73, "rspf"), (81, "vmtp"), (88, "eigrp"), (89, "ospf"),
        (93, "ax.25"), (94, "ipip"), (97, "etherip"), (98, "encap"), (103, "pim"), (108, "ipcomp"), (112, "vrrp"), (115, "l2tp"), (124, "isis"), (132, "sctp"), (133, "fc"),
        (135, "mobility-header"), (136, "udplite"), (137, "mpls-in-ip"), (138, "manet"), (139, "hip"), (140, "shim6"), (141, "wesp"), (142, "rohc"), (143, "ethernet"),
    }.ToFrozenDictionary(entry => entry.Number, entry => entry.Name);

    private static readonly FrozenDictionary<string, byte> Numbers =
        Names.Append(new(0, "hopopt")).Append(new(58, "icmpv6")).ToFrozenDictionary(entry => entry.Value, entry => entry.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>A name in any case, or a number up to 255; null for everything else.</summary>
    public static byte? Parse(string text) => Numbers.TryGetValue(text, out var number) || byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) ? number : null;

    /// <summary>The name; the number where there is none.</summary>
    public static string Print(byte protocol) => Names.TryGetValue(protocol, out var name) ? name : protocol.ToString(CultureInfo.InvariantCulture);
}
