using System.Globalization;

namespace Weir.Rules.Ip;

/// <summary>The names that iproute2 has for numbers: the files of <c>/etc/iproute2</c>. Without them, those that it is shipped with.</summary>
public sealed class IpNames
{
    private readonly Dictionary<uint, string> _names;
    private readonly Dictionary<string, uint> _numbers = new(StringComparer.Ordinal);

    private IpNames(Dictionary<uint, string> names)
    {
        _names = names;
        foreach (var (number, name) in names)
            _numbers.TryAdd(name, number);
    }

    /// <summary>Of a file such as <c>rt_tables</c>: a number and a name on each line, <c>#</c> begins a comment.</summary>
    public static IpNames Parse(string text)
    {
        var names = new Dictionary<uint, string>();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && words[0][0] != '#' && TryNumber(words[0], out var number))
                names[number] = words[1];
        }

        return new IpNames(names);
    }

    /// <summary>The name, or the number.</summary>
    public string Of(uint number) => _names.GetValueOrDefault(number) ?? number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The name, or the number in hexadecimal, as <c>tos</c> is printed.</summary>
    public string OfHex(uint number) => _names.GetValueOrDefault(number) ?? $"0x{number:x2}";

    /// <summary>The name, or <c>ipproto-200</c>, as a packet's protocol is printed.</summary>
    public string OfProtocol(uint number) => _names.GetValueOrDefault(number) ?? $"ipproto-{number}";

    /// <summary>A name, or a number in decimal or hexadecimal.</summary>
    public bool TryFind(string word, out uint number) => _numbers.TryGetValue(word, out number) || TryNumber(word, out number);

    internal static bool TryNumber(string word, out uint number) => word.StartsWith("0x", StringComparison.Ordinal)
        ? uint.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
        : uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>All tables of names that texts of <c>ip</c> use.</summary>
public sealed record IpNameTables
{
    /// <summary>Those of Debian's iproute2 6.1.</summary>
    public static IpNameTables Default { get; } = new();

    public IpNames Tables { get; init; } = IpNames.Parse("255 local\n254 main\n253 default\n0 unspec");

    public IpNames Protocols { get; init; } = IpNames.Parse(
        "0 unspec\n1 redirect\n2 kernel\n3 boot\n4 static\n8 gated\n9 ra\n10 mrt\n11 zebra\n12 bird\n13 dnrouted\n14 xorp\n15 ntk\n16 dhcp\n18 keepalived\n42 babel\n99 openr\n186 bgp\n187 isis\n188 ospf\n189 rip\n192 eigrp");

    public IpNames Scopes { get; init; } = IpNames.Parse("0 global\n255 nowhere\n254 host\n253 link\n200 site");

    public IpNames Groups { get; init; } = IpNames.Parse("0 default");

    public IpNames Realms { get; init; } = IpNames.Parse("0 cosmos");

    public IpNames TypesOfService { get; init; } = IpNames.Parse(
        "0x0 default\n0x28 AF11\n0x30 AF12\n0x38 AF13\n0x48 AF21\n0x50 AF22\n0x58 AF23\n0x68 AF31\n0x70 AF32\n0x78 AF33\n0x88 AF41\n0x90 AF42\n0x98 AF43\n0x20 CS1\n0x40 CS2\n0x60 CS3\n0x80 CS4\n0xA0 CS5\n0xC0 CS6\n0xE0 CS7\n0xB8 EF");

    /// <summary>/etc/protocols.</summary>
    public IpNames IpProtocols { get; init; } = IpNames.Parse(
        "1 icmp\n2 igmp\n4 ipencap\n6 tcp\n8 egp\n17 udp\n33 dccp\n41 ipv6\n47 gre\n50 esp\n51 ah\n58 ipv6-icmp\n88 eigrp\n89 ospf\n94 ipip\n97 etherip\n98 encap\n103 pim\n108 ipcomp\n112 vrrp\n115 l2tp\n132 sctp\n136 udplite\n137 mpls-in-ip");

    /// <summary>rtnl_rtntype_n2a of iproute2's lib/rtm_map.c.</summary>
    public IpNames RouteTypes { get; } = IpNames.Parse(
        "0 none\n1 unicast\n2 local\n3 broadcast\n4 anycast\n5 multicast\n6 blackhole\n7 unreachable\n8 prohibit\n9 throw\n10 nat\n11 xresolve");
}
