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
        var open = new OpenRules(rules);
        var piece = 0;
        foreach (var (start, changes) in opening)
        {
            foreach (var (rule, opens) in changes)
            {
                if (opens) open.Add(rule);
                else open.Delete(rule);
            }

            starts[piece] = start;
            candidates[piece++] = open.Reachable();
        }

        return new Bucket(starts, candidates, members[0]);

        List<(int Rule, bool Opens)> At(uint key)
        {
            if (!opening.TryGetValue(key, out var list)) opening.Add(key, list = []);
            return list;
        }
    }
}
