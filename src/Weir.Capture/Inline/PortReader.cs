using Weir.Capture.Plan;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

/// <summary>Reads what a workload's ports have.</summary>
internal static class PortReader
{
    // include/uapi/linux/neighbour.h
    private const ushort NUD_STALE = 0x04;
    private const ushort NUD_PERMANENT = 0x80;
    private const ushort NUD_LEARNED = 0x02 | NUD_STALE | 0x08 | 0x10;
    private const uint IFF_NOARP = 0x80;
    private static readonly string[] Folders = ["net/ipv4/conf", "net/ipv6/conf", "net/ipv4/neigh", "net/ipv6/neigh"];

    public static WorkloadState Read(NetworkNamespace workload, RouteSocket socket, IEnumerable<(ushort Id, Link Link)> ports)
    {
        List<(ushort Id, Link Link)> list = [.. ports];
        HashSet<int> indexes = [.. list.Select(port => port.Link.Index)];
        return new WorkloadState(
            list.ToDictionary(port => port.Id, port => Read(workload, socket, port.Link)),
            new RouteState(
                [.. socket.Routes.List()],
                [.. socket.Neighbors.List().Where(neighbor => indexes.Contains(neighbor.LinkIndex)).Select(Kept).OfType<Neighbor>()]));
    }

    /// <summary>A learned neighbour is kept as stale: used at once and confirmed in use, so that open connections need not ask again, which may take a second.</summary>
    private static Neighbor? Kept(Neighbor neighbor) => neighbor switch
    {
        { State: var state } when (state & NUD_PERMANENT) != 0 => neighbor,
        { State: var state, LinkLayerAddress.Length: > 0 } when (state & NUD_LEARNED) != 0 => neighbor with { State = NUD_STALE },
        _ => null,
    };

    /// <summary>All settings of a device by their full key.</summary>
    public static Dictionary<string, string> Settings(NetworkNamespace workload, string link) =>
        Folders.SelectMany(folder => Sysctl.ReadTree(workload, $"{folder}/{link}")).ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal);

    private static PortState Read(NetworkNamespace workload, RouteSocket socket, Link link)
    {
        Dictionary<string, string> settings = Settings(workload, link.Name);
        // A new device starts with the namespace's defaults.
        Dictionary<string, string> fresh = Settings(workload, "default")
            .ToDictionary(setting => setting.Key.Replace("/default/", $"/{link.Name}/", StringComparison.Ordinal), setting => setting.Value, StringComparer.Ordinal);
        return new PortState
        {
            Address = link.Address,
            Mtu = link.Mtu,
            TransmitQueueLength = link.TransmitQueueLength,
            Group = link.Group,
            Alias = link.Alias,
            Up = link.IsUp,
            Arp = (link.Flags & IFF_NOARP) == 0,
            AddressGeneration = link.Ipv6AddressGeneration,
            Features = Ethtool.Features(workload, link.Name),
            Sysctls = settings,
            OwnSysctls = PortSettling.Differing(settings, fresh),
            Addresses = [.. socket.Addresses.List(link.Index)],
        };
    }
}
