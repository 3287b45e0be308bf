using Weir.Netlink.Route;
using Weir.Rules.Tc;
using Weir.Rules.Text;

namespace Weir.Host.Tc;

/// <summary>Finds mirrors and redirects whose frames come back to where they were taken: they would go round for ever, and fill a processor each.</summary>
/// <remarks>What the filters compare is not looked at: a loop that only some frames take is one.</remarks>
internal sealed class MirrorLoops(IReadOnlyList<Link> links)
{
    private readonly record struct Place(string Device, bool Ingress)
    {
        public override string ToString() => $"{Device} {(Ingress ? "ingress" : "egress")}";
    }

    private readonly Dictionary<Place, List<(Place To, TextFinding? Line)>> _edges = [];

    /// <summary>A filter of the text, or (without a line) of the kernel.</summary>
    internal void Add(TcFilter filter, TextFinding? line)
    {
        if (filter.Device is not { } device)
            return;
        var from = new Place(device, filter.Parent is TcHandle.Ingress or TcHandle.IngressFilters);
        foreach (var mirred in filter.Actions.OfType<TcMirred>())
        {
            if (!_edges.TryGetValue(from, out var list))
                _edges[from] = list = [];
            list.Add((new Place(mirred.Device, mirred.Ingress), line));
        }
    }

    /// <summary>Loops that a line of the text is part of.</summary>
    internal IReadOnlyList<TextFinding> Find()
    {
        List<TextFinding> findings = [];
        foreach (var (from, edges) in _edges)
        {
            foreach (var (to, line) in edges)
            {
                if (line is not null && Path(to, from) is { } path)
                    findings.Add(line with { Message = $"frames would go round for ever: {string.Join(" -> ", [from, .. path])}" });
            }
        }

        return [.. findings.Distinct().OrderBy(finding => finding.Line)];
    }

    /// <summary>Breadth first, so the shortest one.</summary>
    private List<Place>? Path(Place start, Place end)
    {
        Dictionary<Place, Place> cameFrom = new() { [start] = start };
        Queue<Place> queue = new([start]);
        while (queue.TryDequeue(out var place))
        {
            if (place == end)
            {
                List<Place> path = [place];
                while (path[0] != start)
                    path.Insert(0, cameFrom[path[0]]);
                return path;
            }

            foreach (var next in Next(place))
            {
                if (cameFrom.TryAdd(next, place))
                    queue.Enqueue(next);
            }
        }

        return null;
    }

    /// <summary>By filters; and out of one end of a pair means in at the other.</summary>
    private IEnumerable<Place> Next(Place place)
    {
        if (_edges.TryGetValue(place, out var edges))
        {
            foreach (var (to, _) in edges)
                yield return to;
        }

        if (place.Ingress || links.FirstOrDefault(link => link.Name == place.Device) is not { Kind: "veth" or "netkit" } link || link.PeerNamespaceId is not null)
            yield break;
        if (links.FirstOrDefault(other => other.Index == link.PeerIndex) is { } peer)
            yield return new Place(peer.Name, Ingress: true);
    }
}
