using System.Runtime.InteropServices;

namespace Weir.Policy;

/// <summary>Finds the few rules that can match, out of many: by their two selectors, then by protocol and port.</summary>
/// <remarks>
/// A bucket per pair of selectors in use. In it, the keys of protocol and port are cut where a rule's range begins or ends; each piece has its
/// candidates in rule order. A rule that earlier ones of the same piece leave no application to is not a candidate, so that a piece has a few
/// candidates at most, and memory grows with the rules alone.
/// </remarks>
internal sealed class RuleIndex
{
    private readonly Dictionary<ulong, Bucket> _buckets = [];

    private readonly record struct Bucket(uint[] Starts, int[][] Candidates, int FirstRule);

    public RuleIndex(CompiledRule[] rules)
    {
        var members = new Dictionary<ulong, List<int>>();
        for (var i = 0; i < rules.Length; i++)
        {
            if (rules[i].Rule.Disabled) continue;
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(members, Key(rules[i].From, rules[i].To), out _);
            (list ??= []).Add(i);
        }

        foreach (var (key, list) in members) _buckets.Add(key, Build(rules, list));
    }

    /// <summary>The rules between two selectors that can match at a port, in order; none when all come after <paramref name="limit"/>.</summary>
    public ReadOnlySpan<int> Candidates(int from, int to, uint portKey, int limit)
    {
        if (!_buckets.TryGetValue(Key(from, to), out var bucket) || bucket.FirstRule >= limit) return [];
        var piece = Array.BinarySearch(bucket.Starts, portKey);
        return bucket.Candidates[piece >= 0 ? piece : ~piece - 1];
    }

    private static ulong Key(int from, int to) => ((ulong)(uint)from << 32) | (uint)to;

    private static Bucket Build(CompiledRule[] rules, List<int> members)
    {
        var opening = new SortedDictionary<uint, List<(int Rule, bool Opens)>> { [0] = [] };
        foreach (var member in members)
        {
            PortRange[] ranges = rules[member].Ports is { Length: > 0 } ports ? ports : [PortRange.Any];
            foreach (var range in ranges)
            {
                At(range.First).Add((member, true));
                if (range.Last < PortRange.Any.Last) At(range.Last + 1).Add((member, false));
            }
        }

        var starts = new uint[opening.Count];
        var candidates = new int[opening.Count][];
        var open = new SortedDictionary<int, int>();
        var piece = 0;
        foreach (var (start, changes) in opening)
        {
            foreach (var (rule, opens) in changes)
            {
                // A rule's own ranges may overlap: it is open while any of them is.
                var depth = open.GetValueOrDefault(rule) + (opens ? 1 : -1);
                if (depth == 0) open.Remove(rule);
                else open[rule] = depth;
            }

            starts[piece] = start;
            candidates[piece++] = Reachable(rules, open.Keys);
        }

        return new Bucket(starts, candidates, members[0]);

        List<(int Rule, bool Opens)> At(uint key)
        {
            if (!opening.TryGetValue(key, out var list)) opening.Add(key, list = []);
            return list;
        }
    }

    private static int[] Reachable(CompiledRule[] rules, IEnumerable<int> open)
    {
        var reachable = new List<int>();
        Span<uint> taken = stackalloc uint[4];
        foreach (var i in open)
        {
            var applications = rules[i].Applications;
            if (applications.IsAny)
            {
                reachable.Add(i);
                break;
            }

            // Rules of one kind match alike when a session's beginning was not seen; across kinds nothing is taken away.
            ref var kind = ref taken[(rules[i].Rule.Action == RuleAction.Allow ? 0 : 1) + (rules[i].Ports.Length > 0 ? 0 : 2)];
            if ((applications.Bits & ~kind) == 0) continue;
            kind |= applications.Bits;
            reachable.Add(i);
        }

        return [.. reachable];
    }
}
