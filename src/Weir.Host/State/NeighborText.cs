using Weir.Netlink;

namespace Weir.Host.State;

/// <summary>Permanent neighbours as <c>ip neighbour show nud permanent</c> shows them; what the kernel learned comes and goes.</summary>
internal static class NeighborText
{
    private const ushort NUD_PERMANENT = 0x80;

    public static IReadOnlyList<string> Read(RouteSocket socket, LinkNames names) =>
    [
        .. socket.Neighbors.List()
            .Where(neighbor => (neighbor.State & NUD_PERMANENT) != 0)
            .Select(neighbor => $"{names[neighbor.LinkIndex]} {neighbor.Address} lladdr {LinkText.Ethernet(neighbor.LinkLayerAddress)} permanent{(neighbor.Flags != 0 ? $" flags 0x{neighbor.Flags:x}" : "")}")
            .Order(StringComparer.Ordinal),
    ];
}
