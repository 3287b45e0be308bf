using System.Text;
using Weir.Linux;
using Weir.Netlink.Route;

namespace Weir.Host.State;

/// <summary>Links as <c>ip -d link show</c> shows them, and their switched offloads as <c>ethtool -k</c> does.</summary>
internal static class LinkText
{
    // include/uapi/linux/if.h, in the order that ip(8) prints them.
    private static readonly (uint Bit, string Name)[] Flags =
    [
        (1 << 3, "LOOPBACK"), (1 << 1, "BROADCAST"), (1 << 4, "POINTOPOINT"), (1 << 12, "MULTICAST"), (1 << 7, "NOARP"),
        (1 << 9, "ALLMULTI"), (1 << 8, "PROMISC"), (1 << 10, "MASTER"), (1 << 11, "SLAVE"), (1 << 2, "DEBUG"),
        (1 << 14, "DYNAMIC"), (1 << 13, "AUTOMEDIA"), (1 << 15, "PORTSEL"), (1 << 5, "NOTRAILERS"), (1, "UP"), (1 << 16, "LOWER_UP"),
        (1 << 17, "DORMANT"), (1 << 18, "ECHO"),
    ];

    private const uint IFF_LOWER_UP = 1 << 16;
    private static readonly string[] AddressGeneration = ["eui64", "none", "stable_secret", "random"];

    public static IReadOnlyList<string> Read(NetworkNamespace ns, LinkNames names) =>
        [.. names.Links.SelectMany(link => new[] { Line(link, names), Offloads(ns, link) }).Where(line => line.Length > 0)];

    private static string Line(Link link, LinkNames names)
    {
        StringBuilder line = new($"{link.Index}: {link.Name}");
        if (link.PeerIndex != 0)
            line.Append(link.PeerNamespaceId is null ? $"@{names[link.PeerIndex]}" : $"@if{link.PeerIndex}");
        line.Append($": <{string.Join(',', Flags.Where(flag => (link.Flags & flag.Bit) != 0).Select(flag => flag.Name))}> mtu {link.Mtu}");
        if (link.XdpProgramId != 0)
            line.Append(" xdp");
        if (link.Qdisc.Length > 0)
            line.Append($" qdisc {link.Qdisc}");
        if (link.MasterIndex != 0)
            line.Append($" master {names[link.MasterIndex]}");
        line.Append($" state {State(link)} group {link.Group} qlen {link.TransmitQueueLength}");
        line.Append($" address {Ethernet(link.Address)}");
        if (link.PeerNamespaceId is { } id)
            line.Append($" link-netnsid {id}");
        if (link.Kind.Length > 0)
            line.Append($" {link.Kind}");
        if (link.Ipv6AddressGeneration is { } mode)
            line.Append($" addrgenmode {(mode < AddressGeneration.Length ? AddressGeneration[mode] : mode)}");
        if (link.Alias.Length > 0)
            line.Append($" alias {link.Alias}");
        foreach (string name in link.AlternativeNames.Order(StringComparer.Ordinal))
            line.Append($" altname {name}");
        return line.ToString();
    }

    /// <summary>A link that has never lost its carrier is UNKNOWN, one that got it back is UP: to those who use it both are the same.</summary>
    private static string State(Link link) => link.OperationalState == "UNKNOWN" && (link.Flags & IFF_LOWER_UP) != 0 ? "UP" : link.OperationalState;

    private static string Offloads(NetworkNamespace ns, Link link)
    {
        try
        {
            IEnumerable<string> off = Ethtool.Features(ns, link.Name).Where(feature => !feature.Value).Select(feature => feature.Key).Order(StringComparer.Ordinal);
            return $"{link.Index}: {link.Name} offloads off: {string.Join(' ', off)}";
        }
        catch (LinuxException)
        {
            // Gone since it was listed, or a device without ethtool operations.
            return "";
        }
    }

    public static string Ethernet(ReadOnlySpan<byte> address) => Convert.ToHexStringLower(address).Chunk(2).Aggregate("", (text, pair) => text.Length == 0 ? new string(pair) : $"{text}:{new string(pair)}");
}
