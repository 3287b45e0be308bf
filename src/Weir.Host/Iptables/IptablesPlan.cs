using Weir.Netlink.Nftables;
using Weir.Rules.Iptables;

namespace Weir.Host.Iptables;

/// <summary>The changes that lead from the rules that are there to those of a text.</summary>
/// <remarks>
/// One batch for all tables. A table that is replaced is deleted and made again, as iptables-restore does it; what is kept (<c>--noflush</c>) is
/// changed rule by rule, and a chain's rules that stay keep their counters. Counters go with the first message of a chain: a second message would
/// be an update, and what the kernel has to do after an update makes closing the socket wait (7 to 33 ms measured).
/// </remarks>
internal sealed class IptablesPlan(IptablesFamily family, RuleWriter writer)
{
    private readonly List<IptablesChange> _changes = [];

    private NftFamily Family => family == IptablesFamily.IPv4 ? NftFamily.Ip : NftFamily.Ip6;

    /// <param name="tables">As they are to be.</param>
    /// <param name="present">The names of the tables that are there.</param>
    internal IReadOnlyList<IptablesChange> Replace(IEnumerable<IptablesTable> tables, IReadOnlySet<string> present)
    {
        foreach (var table in tables)
        {
            if (present.Contains(table.Name))
                _changes.Add(new DeleteTableChange(Table(table.Name)));
            _changes.Add(new AddTableChange(Table(table.Name)));
            foreach (var chain in table.Chains.Where(chain => !chain.IsImplied))
                _changes.Add(new AddChainChange(Chain(table.Name, chain)));
            foreach (var placed in InTextOrder(table) ?? InChainOrder(table))
                AddRule(table.Name, placed.Chain, placed.Rule, placed.Place);
        }

        return _changes;
    }

    /// <param name="tables">As they are to be.</param>
    /// <param name="present">As they are.</param>
    internal IReadOnlyList<IptablesChange> Change(IEnumerable<IptablesTable> tables, IptablesRuleset present)
    {
        foreach (var table in tables)
        {
            var before = present.FindTable(table.Name);
            if (before is null)
                _changes.Add(new AddTableChange(Table(table.Name)));
            AddChains(table, before);
            foreach (var chain in table.Chains)
                ChangeRules(table.Name, chain, before?.FindChain(chain.Name));
            foreach (var chain in before?.Chains.Where(chain => table.FindChain(chain.Name) is null) ?? [])
                _changes.Add(new DeleteChainChange(Chain(table.Name, chain)));
        }

        return _changes;
    }

    private static List<PlacedRule> InChainOrder(IptablesTable table)
    {
        var ordered = new List<PlacedRule>();
        foreach (var chain in table.Chains)
        {
            for (var number = 0; number < chain.Rules.Count; number++)
                ordered.Add(new PlacedRule(chain.Name, chain.Rules[number], number));
        }

        return ordered;
    }

    /// <summary>
    /// The rules in the order of their lines, so that of a table that the kernel refuses as a whole (a chain that can't be jumped to from there) the
    /// same line is named as by the tool: each at the end of its chain or at its start. Null when a rule goes in between.
    /// </summary>
    private static List<PlacedRule>? InTextOrder(IptablesTable table)
    {
        var ordered = new List<PlacedRule>();
        var spans = new Dictionary<string, ChainSpan>(StringComparer.Ordinal);
        var rules = InChainOrder(table).OrderBy(placed => placed, PlacedRule.ByLine).ToList();
        for (int start = 0, end; start < rules.Count; start = end)
        {
            // A line with several addresses makes several rules, neighbours here; at the start the last of them goes first.
            for (end = start + 1; end < rules.Count && rules[end].Rule.Line == rules[start].Rule.Line && rules[end].Chain == rules[start].Chain; end++)
            {
            }

            if (!spans.TryGetValue(rules[start].Chain, out var span))
                spans[rules[start].Chain] = span = new ChainSpan();
            var isStart = !span.IsEmpty && rules[end - 1].Number < span.First;
            for (var i = start; i < end; i++)
            {
                var placed = rules[isStart ? end - 1 - (i - start) : i];
                if (!span.TryAdd(placed.Number, out var isEnd))
                    return null;
                ordered.Add(placed with { Place = isEnd ? RulePlace.End : RulePlace.Start });
            }
        }

        return ordered;
    }

    private void AddChains(IptablesTable table, IptablesTable? before)
    {
        foreach (var chain in table.Chains.Where(chain => !chain.IsImplied))
        {
            var present = before?.FindChain(chain.Name);
            if (present is null or { IsImplied: true } || (chain.Policy, chain.Counters) != (present.Policy, present.Counters))
                _changes.Add(new AddChainChange(Chain(table.Name, chain)));
        }
    }

    /// <summary>Rules that stay are known by their handles; new ones go before the next one that stays.</summary>
    private void ChangeRules(string table, IptablesChain chain, IptablesChain? before)
    {
        var kept = chain.Rules.Where(rule => rule.Handle != 0).Select(rule => rule.Handle).ToHashSet();
        if (before is { Rules.Count: > 0 } && kept.Count == 0)
        {
            _changes.Add(new FlushChainChange(Chain(table, before)));
        }
        else
        {
            foreach (var rule in before?.Rules.Where(rule => !kept.Contains(rule.Handle)) ?? [])
                _changes.Add(new DeleteRuleChange(new NftRule { Family = Family, Table = table, Chain = chain.Name, Handle = rule.Handle }));
        }

        for (var i = 0; i < chain.Rules.Count; i++)
        {
            if (chain.Rules[i].Handle == 0)
                AddRule(table, chain.Name, chain.Rules[i], RulePlace.Before(chain.Rules.Skip(i + 1).FirstOrDefault(next => next.Handle != 0)));
        }
    }

    private void AddRule(string table, string chain, IptablesRule rule, RulePlace place) =>
        _changes.Add(new AddRuleChange(writer.Write(table, chain, rule), rule, place) { Line = rule.Line });

    private NftTable Table(string name) => new() { Family = Family, Name = name };

    private NftChain Chain(string table, IptablesChain chain)
    {
        var made = new NftChain { Family = Family, Table = table, Name = chain.Name };
        if (BuiltinTable.Find(table)?.FindChain(chain.Name) is not { } builtin)
            return made;
        return made with
        {
            Hook = new NftHook(builtin.Hook, builtin.Priority),
            Type = builtin.Type,
            Policy = chain.Policy == IptablesPolicy.DROP ? NftPolicy.Drop : NftPolicy.Accept,
            Counters = new NftCounters(chain.Counters.Packets, chain.Counters.Bytes),
        };
    }
}
