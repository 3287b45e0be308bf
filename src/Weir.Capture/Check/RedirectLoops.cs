namespace Weir.Capture.Check;

/// <summary>A link in a namespace.</summary>
public readonly record struct LinkPlace(string Namespace, string Link)
{
    public override string ToString() => $"{Link} ({Namespace})";
}

/// <summary>Where on a link a filter hangs, or where a frame is handed to.</summary>
public enum FilterHook { Ingress, Egress }

/// <summary>A filter that sends frames, or copies of them, somewhere else.</summary>
/// <param name="By">The filter, for messages.</param>
public sealed record RedirectEdge(LinkPlace From, FilterHook At, LinkPlace To, FilterHook Into, string By);

/// <summary>Two ends of a veth: what goes out of one comes in at the other.</summary>
public sealed record LinkPair(LinkPlace One, LinkPlace Other);

/// <summary>Finds redirects and mirrors whose frames come back to where they were redirected. Such a frame never ends and eats a processor.</summary>
public static class RedirectLoops
{
    /// <summary>The places of the first circle found, the first one again at its end; empty when there is none.</summary>
    public static IReadOnlyList<string> Find(IReadOnlyList<RedirectEdge> edges, IReadOnlyList<LinkPair> pairs)
    {
        Walk walk = new(edges, pairs);
        foreach (RedirectEdge edge in edges)
        {
            if (walk.From(edge.From, edge.At) is { Count: > 0 } loop)
                return loop;
        }

        return [];
    }

    private sealed class Walk(IReadOnlyList<RedirectEdge> edges, IReadOnlyList<LinkPair> pairs)
    {
        private readonly List<(LinkPlace Place, FilterHook Hook)> path = [];
        private readonly HashSet<(LinkPlace, FilterHook)> done = [];

        public IReadOnlyList<string> From(LinkPlace place, FilterHook hook)
        {
            if (done.Contains((place, hook)))
                return [];
            int seen = path.IndexOf((place, hook));
            if (seen >= 0)
                return [.. path.Skip(seen).Append((place, hook)).Select(Describe)];
            path.Add((place, hook));
            foreach ((LinkPlace next, FilterHook into) in Next(place, hook))
            {
                if (From(next, into) is { Count: > 0 } loop)
                    return loop;
            }

            path.RemoveAt(path.Count - 1);
            done.Add((place, hook));
            return [];
        }

        /// <summary>Where filters send it; and out of a veth, in at its other end.</summary>
        private IEnumerable<(LinkPlace Place, FilterHook Hook)> Next(LinkPlace place, FilterHook hook)
        {
            foreach (RedirectEdge edge in edges.Where(edge => edge.From == place && edge.At == hook))
                yield return (edge.To, edge.Into);
            if (hook != FilterHook.Egress)
                yield break;
            foreach (LinkPair pair in pairs)
            {
                if (pair.One == place)
                    yield return (pair.Other, FilterHook.Ingress);
                else if (pair.Other == place)
                    yield return (pair.One, FilterHook.Ingress);
            }
        }

        private static string Describe((LinkPlace Place, FilterHook Hook) step) => $"{(step.Hook == FilterHook.Ingress ? "into" : "out of")} {step.Place}";
    }
}
