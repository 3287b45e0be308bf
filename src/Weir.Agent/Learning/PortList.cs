using System.Globalization;

namespace Weir.Agent.Learning;

/// <summary>The ports of a learned rule, as rules spell them, in order.</summary>
internal static class PortList
{
    /// <summary>More ports than this between two groups are no service any more but a habit: the rule then says any.</summary>
    public const int Maximum = 20;

    /// <summary>The rule's spelling of a server's port: <c>tcp/80</c>, <c>icmp</c>, <c>ip/47</c>.</summary>
    public static string Spell(byte protocol, ushort port) => protocol switch
    {
        6 => string.Create(CultureInfo.InvariantCulture, $"tcp/{port}"),
        17 => string.Create(CultureInfo.InvariantCulture, $"udp/{port}"),
        132 => string.Create(CultureInfo.InvariantCulture, $"sctp/{port}"),
        1 or 58 => "icmp",
        _ => string.Create(CultureInfo.InvariantCulture, $"ip/{protocol}"),
    };

    /// <summary>The list with one more port; empty, which means any, when that is too many.</summary>
    public static IReadOnlyList<string> Add(IReadOnlyList<string> ports, string port)
        => ports.Count == Maximum ? [] : [.. ports.Append(port).OrderBy(Protocol, StringComparer.Ordinal).ThenBy(Number)];

    private static string Protocol(string port) => port.Split('/')[0];

    private static int Number(string port) => port.Split('/') is [_, var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 0;
}
