using System.Net.Sockets;
using System.Text;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Host.State;

/// <summary>Addresses as <c>ip address show</c> shows them. Lifetimes count down by themselves: only whether there is one is kept.</summary>
internal static class AddressText
{
    // include/uapi/linux/if_addr.h. Left out: PERMANENT (said by the lifetime), TENTATIVE and OPTIMISTIC (they pass by themselves).
    private static readonly (uint Bit, string Name)[] Flags =
    [
        (0x01, "secondary"), (0x02, "nodad"), (0x08, "dadfailed"), (0x10, "home"), (0x20, "deprecated"),
        (0x100, "mngtmpaddr"), (0x200, "noprefixroute"), (0x400, "autojoin"), (0x800, "stable-privacy"),
    ];

    private static readonly Dictionary<byte, string> Scopes = new() { [0] = "global", [200] = "site", [253] = "link", [254] = "host" };

    public static IReadOnlyList<string> Read(RouteSocket socket, LinkNames names) =>
        [.. socket.Addresses.List().OrderBy(address => address.LinkIndex).ThenBy(address => address.Address.AddressFamily).Select(address => Line(address, names))];

    private static string Line(LinkAddress address, LinkNames names)
    {
        bool ipv6 = address.Address.AddressFamily == AddressFamily.InterNetworkV6;
        StringBuilder line = new($"{names[address.LinkIndex]} {(ipv6 ? "inet6" : "inet")} {address.Address}");
        if (address.Peer is not null)
            line.Append($" peer {address.Peer}");
        line.Append($"/{address.PrefixLength}");
        if (address.Metric != 0)
            line.Append($" metric {address.Metric}");
        if (address.Broadcast is not null)
            line.Append($" brd {address.Broadcast}");
        line.Append($" scope {Scopes.GetValueOrDefault(address.Scope) ?? $"{address.Scope}"}");
        foreach ((uint bit, string name) in Flags)
        {
            if ((address.Flags & bit) != 0)
                line.Append($" {name}");
        }

        if (address.Protocol != 0)
            line.Append($" proto {address.Protocol}");
        if (address.Label.Length > 0)
            line.Append($" {address.Label}");
        line.Append($" valid_lft {Lifetime(address.ValidLifetime)} preferred_lft {Lifetime(address.PreferredLifetime)}");
        return line.ToString();
    }

    private static string Lifetime(uint seconds) => seconds switch { uint.MaxValue => "forever", 0 => "0", _ => "limited" };
}
