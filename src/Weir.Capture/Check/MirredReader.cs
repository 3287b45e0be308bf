using System.Buffers.Binary;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Netlink.TrafficControl;

namespace Weir.Capture.Check;

/// <summary>Finds the mirred actions of the filters that are on a namespace's links already.</summary>
internal static class MirredReader
{
    private const uint ClsactParent = 0xfffffff1;
    private static readonly (uint Parent, FilterHook Hook)[] Places = [(0xfffffff2, FilterHook.Ingress), (0xfffffff3, FilterHook.Egress)];

    public static IEnumerable<RedirectEdge> Read(RouteSocket socket, IReadOnlyList<Link> links, string ns)
    {
        Dictionary<int, string> names = links.ToDictionary(link => link.Index, link => link.Name);
        foreach (Link link in links.Where(link => socket.Qdiscs.List(link.Index).Any(qdisc => qdisc.Parent == ClsactParent)))
        {
            foreach ((uint parent, FilterHook hook) in Places)
            {
                foreach (Filter filter in socket.Filters.List(link.Index, parent))
                {
                    foreach ((int target, bool ingress) in Targets(filter.Options))
                        yield return new RedirectEdge(new(ns, link.Name), hook, new(ns, names.GetValueOrDefault(target) ?? $"if{target}"), ingress ? FilterHook.Ingress : FilterHook.Egress, $"{filter.Kind} pref {filter.Preference}");
                }
            }
        }
    }

    /// <summary>Looks for the action's parameters behind its kind, wherever the classifier keeps its actions.</summary>
    /// <remarks>TCA_ACT_KIND "mirred", TCA_ACT_OPTIONS { TCA_MIRRED_PARMS: tc_gen 20 bytes, i32 eaction, u32 ifindex }; eaction 3 and 4 are ingress.</remarks>
    internal static IReadOnlyList<(int Target, bool Ingress)> Targets(ReadOnlySpan<byte> options)
    {
        ReadOnlySpan<byte> kind = "mirred\0"u8;
        List<(int, bool)> targets = [];
        for (int at = options.IndexOf(kind); at >= 0;)
        {
            ReadOnlySpan<byte> after = options[(at + kind.Length)..];
            int parameters = FindParameters(after);
            if (parameters >= 0)
            {
                int action = BinaryPrimitives.ReadInt32LittleEndian(after[(parameters + 20)..]);
                targets.Add((BinaryPrimitives.ReadInt32LittleEndian(after[(parameters + 24)..]), action is 3 or 4));
            }

            int next = after.IndexOf(kind);
            at = next < 0 ? -1 : at + kind.Length + next;
        }

        return targets;
    }

    /// <summary>The first attribute of length 32 and type 2 (TCA_MIRRED_PARMS), 4-aligned; before the next action's name.</summary>
    private static int FindParameters(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> header = [32, 0, 2, 0];
        int at = bytes.IndexOf(header);
        return at >= 0 && at + 32 <= bytes.Length ? at + 4 : -1;
    }
}
