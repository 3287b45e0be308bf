using System.Globalization;

namespace Weir.Policy;

/// <summary>A span of server ports of one IP protocol, as one span of keys: protocol number above, port below.</summary>
internal readonly record struct PortRange(uint First, uint Last)
{
    private const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58, Sctp = 132;

    public static PortRange Any { get; } = new(0, 0xFF_FFFF);

    public static uint Key(byte protocol, ushort port) => ((uint)protocol << 16) | port;

    public bool Contains(uint key) => key >= First && key <= Last;

    public bool Covers(PortRange other) => First <= other.First && other.Last <= Last;

    /// <summary>The ranges that a rule's port text stands for; the error says what is wrong and what would be right.</summary>
    /// <remarks><c>icmp</c> is ICMP and ICMPv6: a rule speaks of a host, which has both.</remarks>
    public static bool TryParse(string text, out PortRange[] ranges, out string error)
    {
        ranges = [];
        error = "";
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var name = (slash < 0 ? text : text[..slash]).Trim().ToLowerInvariant();
        var rest = slash < 0 ? "" : text[(slash + 1)..].Trim();
        switch (name)
        {
            case "any" when slash < 0:
                ranges = [Any];
                return true;
            case "icmp" when slash < 0:
                ranges = [Whole(Icmp), Whole(IcmpV6)];
                return true;
            case "tcp" or "udp" or "sctp":
                var protocol = name switch { "tcp" => Tcp, "udp" => Udp, _ => Sctp };
                if (slash < 0)
                {
                    ranges = [Whole(protocol)];
                    return true;
                }

                if (!TryPorts(rest, out var first, out var last, out error)) return false;
                ranges = [new PortRange(Key(protocol, first), Key(protocol, last))];
                return true;
            case "ip" when slash >= 0:
                if (!byte.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    error = $"'{rest}' is not an IP protocol number; write ip/0 to ip/255";
                    return false;
                }

                ranges = [Whole(number)];
                return true;
            default:
                if (slash < 0 && name.Length > 0 && char.IsAsciiDigit(name[0]))
                {
                    if (!TryPorts(name, out first, out last, out error)) return false;
                    ranges = [new PortRange(Key(Tcp, first), Key(Tcp, last)), new PortRange(Key(Udp, first), Key(Udp, last))];
                    return true;
                }

                error = $"'{text}' is not a port; write tcp/80, udp/53, tcp/8000-8010, tcp, 80, icmp, ip/47 or any";
                return false;
        }
    }

    private static PortRange Whole(byte protocol) => new(Key(protocol, 0), Key(protocol, ushort.MaxValue));

    private static bool TryPorts(string text, out ushort first, out ushort last, out string error)
    {
        error = "";
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var low = dash < 0 ? text : text[..dash];
        var high = dash < 0 ? text : text[(dash + 1)..];
        last = 0;
        if (!ushort.TryParse(low, NumberStyles.None, CultureInfo.InvariantCulture, out first)
            || !ushort.TryParse(high, NumberStyles.None, CultureInfo.InvariantCulture, out last))
        {
            error = $"'{text}' is not a port or a range of ports; write a number from 0 to 65535, or two with a dash";
            return false;
        }

        if (first <= last) return true;
        error = $"the range {text} ends before it begins; write {last}-{first}";
        return false;
    }
}
