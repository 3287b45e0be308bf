using System.Collections.Frozen;

namespace Weir.Policy;

/// <summary>An immutable compiled policy; the data path holds one by reference and asks it without a lock or an allocation.</summary>
/// <remarks>
/// Each workload's port is judged in its own direction by its own workload's mode; a connection passes when both of its ends let it pass, so the
/// stricter end decides. Rules are looked at in the order they are listed in; the first that matches decides. docs/policy.md has the words and the table.
/// </remarks>
public sealed class PolicyModel
{
    private readonly PolicyWorkload[] _workloads;
    private readonly PolicyMode[] _modes;
    private readonly SelectorLists[] _selectorsOf;
    private readonly FrozenDictionary<string, int> _byName;
    private readonly CompiledRule[] _rules;
    private readonly Selector[] _selectors;
    private readonly RuleIndex _index;
    private readonly PeerIndex _peers;

    private PolicyModel(PolicyConfig config, IReadOnlyList<PolicyWorkload> workloads, uint generation)
    {
        Generation = generation;
        _workloads = [.. workloads];
        _byName = IndexByName(_workloads);
        _modes = [.. _workloads.Select(w => PolicyModes.ModeOf(config, w))];

        var selectors = new SelectorTable(config, _workloads);
        _rules = [.. config.Rules.Select(selectors.Compile)];
        _selectors = selectors.ToArray();
        var usedAsFrom = new bool[_selectors.Length];
        var usedAsTo = new bool[_selectors.Length];
        foreach (var rule in _rules.Where(r => !r.Rule.Disabled))
        {
            usedAsFrom[rule.From] = true;
            usedAsTo[rule.To] = true;
        }

        _selectorsOf = [.. _workloads.Select((_, i) => new SelectorLists(Meaning(i, usedAsFrom), Meaning(i, usedAsTo)))];
        _index = new RuleIndex(_rules);
        _peers = new PeerIndex(_selectors, usedAsFrom, usedAsTo, _workloads);

        int[] Meaning(int workload, bool[] used)
            => [.. Enumerable.Range(0, _selectors.Length).Where(s => used[s] && _selectors[s].MatchesLocal(workload))];
    }

    /// <summary>Compiles a policy for the workloads there are.</summary>
    /// <exception cref="PolicyException">Rules or groups that can't be read; <see cref="PolicyConfigValidator"/> says the same beforehand.</exception>
    public static PolicyModel Compile(PolicyConfig config, IReadOnlyList<PolicyWorkload> workloads, uint generation) => new(config, workloads, generation);

    /// <summary>Grows with every change; a session remembers the generation it was judged under.</summary>
    public uint Generation { get; }

    public int WorkloadCount => _workloads.Length;

    /// <summary>The index of a workload by name, or -1.</summary>
    public int FindWorkload(string name) => _byName.TryGetValue(name, out var index) ? index : -1;

    /// <summary>The index of the workload that has this address, or -1. The first one, when several have it; loopback is nobody's.</summary>
    public int FindWorkload(UInt128 address) => _peers.Find(address).Workload;

    public PolicyWorkload WorkloadAt(int index) => _workloads[index];

    public PolicyMode ModeOf(int workload) => _modes[workload];

    /// <summary>Decides about a session at one of its ends. Allocates nothing; any number of threads may ask.</summary>
    public PolicyDecision Evaluate(in PolicyQuery query)
    {
        if (query.Workload < 0) return default;
        var own = _modes[query.Workload];
        var peer = _peers.Find(query.Peer);
        var subject = new RuleSubject(query, peer.Workload);

        var decided = FirstMatch(subject, peer.Class, out var depends);
        var action = ActionOf(decided, own, peer.Workload);
        if (depends)
        {
            var awaited = FirstThatChanges(subject, peer.Class, decided, action, own);
            if (awaited < int.MaxValue) return new PolicyDecision(PolicyAction.AwaitApplication, _rules[awaited].Rule.Id, own);
        }

        return new PolicyDecision(action, decided == int.MaxValue ? 0 : _rules[decided].Rule.Id, own);
    }

    /// <summary>The same evaluation, with one line per rule looked at and why it did or did not match; the last line is the decision.</summary>
    public IReadOnlyList<string> Explain(in PolicyQuery query)
        => query.Workload < 0
            ? ["accept: no workload of this policy is judged here"]
            : PolicyExplanation.Write(query, _rules, _selectors, new RuleSubject(query, FindWorkload(query.Peer)), this);

    private PolicyAction ActionOf(int rule, PolicyMode own, int peer)
        => rule == int.MaxValue ? ModeTable.Unmatched(own, peer < 0 ? null : _modes[peer]) : ModeTable.Matched(_rules[rule].Rule.Action, own);

    /// <summary>The first rule that matches whatever the application turns out to be; <see cref="int.MaxValue"/> when none does.</summary>
    /// <param name="depends">Whether a rule was met that matches some applications.</param>
    private int FirstMatch(in RuleSubject subject, int peerClass, out bool depends)
    {
        depends = false;
        var first = int.MaxValue;
        var (froms, tos) = Ends(subject, peerClass);
        foreach (var from in froms)
        {
            foreach (var to in tos)
            {
                foreach (var i in _index.Candidates(from, to, subject.PortKey, first))
                {
                    if (i >= first) break;
                    var match = _rules[i].Match(subject, _selectors);
                    if (match == RuleMatch.DependsOnApplication) depends = true;
                    if (match != RuleMatch.Matches) continue;
                    first = i;
                    break;
                }
            }
        }

        return first;
    }

    /// <summary>The first rule that would, for some application, end otherwise than <paramref name="action"/>; <see cref="int.MaxValue"/> when none would.</summary>
    private int FirstThatChanges(in RuleSubject subject, int peerClass, int decided, PolicyAction action, PolicyMode own)
    {
        // What each application would be decided by: a rule counts only for those that no rule before it takes.
        Span<int> firsts = stackalloc int[ApplicationSet.Count];
        firsts.Fill(decided);
        var (froms, tos) = Ends(subject, peerClass);
        foreach (var from in froms)
        {
            foreach (var to in tos)
            {
                foreach (var i in _index.Candidates(from, to, subject.PortKey, decided))
                {
                    if (i >= decided) break;
                    if (_rules[i].Match(subject, _selectors) == RuleMatch.DependsOnApplication) _rules[i].Applications.TakeEarlier(firsts, i);
                }
            }
        }

        var first = int.MaxValue;
        foreach (var i in firsts)
        {
            if (i < Math.Min(decided, first) && ModeTable.Matched(_rules[i].Rule.Action, own) != action) first = i;
        }

        return first;
    }

    private (int[] From, int[] To) Ends(in RuleSubject subject, int peerClass)
    {
        var local = _selectorsOf[subject.Local];
        var peer = _peers.ClassAt(peerClass);
        return subject.LocalIsClient ? (local.From, peer.To) : (peer.From, local.To);
    }

    private static FrozenDictionary<string, int> IndexByName(PolicyWorkload[] workloads)
    {
        var byName = new Dictionary<string, int>();
        for (var i = 0; i < workloads.Length; i++) byName.TryAdd(workloads[i].Name, i);
        return byName.ToFrozenDictionary();
    }
}
