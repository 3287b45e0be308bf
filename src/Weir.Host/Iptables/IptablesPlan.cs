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
            foreach (var (chain, rule, place) in InTextOrder(table) ?? InChainOrder(table))
                AddRule(table.Name, chain, rule, place);
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

    private static IEnumerable<(string Chain, IptablesRule Rule, RulePlace Place)> InChainOrder(IptablesTable table) =>
        table.Chains.SelectMany(chain => chain.Rules.Select(rule => (chain.Name, rule, RulePlace.End)));

    /// <summary>
    /// The rules in the order of their lines, so that of a table that the kernel refuses as a whole (a chain that can't be jumped to from there) the
    /// same line is named as by the tool: each at the end of its chain or at its start. Null when a rule goes in between.
    /// </summary>
    private static List<(string Chain, IptablesRule Rule, RulePlace Place)>? InTextOrder(IptablesTable table)
    {
        var ordered = new List<(string, IptablesRule, RulePlace)>();
        var ends = new Dictionary<string, (int First, int Last)>(StringComparer.Ordinal);
        var lines = table.Chains
            .SelectMany(chain => chain.Rules.Select((rule, number) => (Chain: chain.Name, Rule: rule, Number: number)))
            .GroupBy(entry => (entry.Rule.Line, entry.Chain))
            .OrderBy(line => line.Key.Line);
        foreach (var line in lines)
        {
            // A line with several addresses makes several rules; at the start the last of them goes first.
            var isStart = ends.TryGetValue(line.Key.Chain, out var end) && line.Last().Number < end.First;
            foreach (var (chain, rule, number) in isStart ? line.Reverse() : line)
            {
                if (!ends.TryGetValue(chain, out end))
                    end = (number, number - 1);
                var isEnd = number > end.Last;
                if (!isEnd && number >= end.First)
                    return null;
                ordered.Add((chain, rule, isEnd ? RulePlace.End : RulePlace.Start));
                ends[chain] = isEnd ? (end.First, number) : (number, end.Last);
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
