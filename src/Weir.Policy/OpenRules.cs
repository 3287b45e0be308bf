using System.Numerics;

namespace Weir.Policy;

/// <summary>The rules whose ports contain the place that a sweep over the ports has reached.</summary>
/// <remarks>Kept apart by application and kind, so that the first of each is found without looking at all.</remarks>
internal sealed class OpenRules(CompiledRule[] rules)
{
    /// <summary>Kinds are allow or deny, with ports or for any: rules of one kind match alike when a session's beginning was not seen.</summary>
    private const int Kinds = 4;

    private readonly Dictionary<int, int> _depth = [];
    private readonly SortedSet<int> _unconditional = [];
    private readonly SortedSet<int>?[] _byApplication = new SortedSet<int>?[Kinds * 32];

    /// <summary>A rule's own ranges may overlap: it is open while any of them is.</summary>
    public void Add(int rule)
    {
        var depth = _depth.GetValueOrDefault(rule);
        _depth[rule] = depth + 1;
        if (depth > 0) return;
        if (rules[rule].Applications.IsAny) _unconditional.Add(rule);
        else foreach (var slot in Slots(rule)) (_byApplication[slot] ??= []).Add(rule);
    }

    public void Delete(int rule)
    {
        if (--_depth[rule] > 0) return;
        _depth.Remove(rule);
        if (rules[rule].Applications.IsAny) _unconditional.Remove(rule);
        else foreach (var slot in Slots(rule)) _byApplication[slot]!.Remove(rule);
    }

    /// <summary>The open rules that can decide, in order: the first of any application, and before it the first of each kind for each application.</summary>
    public int[] Reachable()
    {
        var end = _unconditional.Count > 0 ? _unconditional.Min : int.MaxValue;
        var reachable = new SortedSet<int>();
        if (end < int.MaxValue) reachable.Add(end);
        foreach (var set in _byApplication)
        {
            if (set is { Count: > 0 } && set.Min < end) reachable.Add(set.Min);
        }

        return [.. reachable];
    }

    private IEnumerable<int> Slots(int rule)
    {
        var kind = (rules[rule].Rule.Action == RuleAction.Allow ? 0 : 1) + (rules[rule].Ports.Length > 0 ? 0 : 2);
        for (var bits = rules[rule].Applications.Bits; bits != 0; bits &= bits - 1) yield return (kind * 32) + BitOperations.TrailingZeroCount(bits);
    }
}
