using Weir.Rules.Iptables.Targets;
using Weir.Rules.Text;

namespace Weir.Rules.Iptables;

/// <summary>Carries out the commands of a text on a model, in their order. A command that can't be is a finding, and its line is kept.</summary>
internal sealed class ScriptRun
{
    private readonly IptablesFamily _family;
    private readonly bool _keepsPresent;
    private readonly Dictionary<string, WorkingTable> _tables = [];
    private readonly List<TextFinding> _findings = [];

    internal ScriptRun(IptablesFamily family, IptablesRuleset? present)
    {
        _family = family;
        _keepsPresent = present is not null;
        foreach (var table in present?.Tables ?? [])
            _tables[table.Name] = new WorkingTable(table);
    }

    internal ParsedText<IptablesRuleset> Run(IptablesScript script)
    {
        foreach (var section in script.Sections)
        {
            if (!_keepsPresent || !_tables.TryGetValue(section.Table, out var table))
                _tables[section.Table] = table = new WorkingTable(section.Table);
            foreach (var command in section.Commands)
            {
                if (Refusal(table, command) is not { } message)
                    continue;
                _findings.Add(new TextFinding(command.Line, command.Text, message));
                table.Keep(command);
            }
        }

        var tables = BuiltinTable.All.Where(builtin => _tables.ContainsKey(builtin.Name)).Select(builtin => _tables[builtin.Name].ToTable());
        return new ParsedText<IptablesRuleset>(new IptablesRuleset { Family = _family, Tables = [.. tables], Unread = script.Unread }, _findings);
    }

    /// <returns>Why the command can't be carried out; null when it was.</returns>
    private static string? Refusal(WorkingTable table, IptablesCommand command) => command switch
    {
        DeclareChain declare => table.Declare(declare),
        AppendRules append => table.Change(append.Chain, append.Rules, (chain, rules) =>
        {
            chain.Rules.AddRange(rules);
            return null;
        }),
        InsertRules insert => table.Change(insert.Chain, insert.Rules, (chain, rules) =>
        {
            if (insert.Number > chain.Rules.Count + 1)
                return $"{insert.Chain} has only {chain.Rules.Count} rules: -I {insert.Chain} {chain.Rules.Count + 1} is the last place";
            // One after the other at the same place, as the tool inserts them: the last one is the first.
            foreach (var rule in rules)
                chain.Rules.Insert(insert.Number - 1, rule);
            return null;
        }),
        ReplaceRule replace => table.Change(replace.Chain, [replace.Rule], (chain, rules) =>
        {
            if (replace.Number > chain.Rules.Count)
                return NoRule(chain, replace.Number);
            chain.Rules[replace.Number - 1] = rules[0];
            return null;
        }),
        DeleteRuleNumber delete => table.Change(delete.Chain, [], (chain, _) =>
        {
            if (delete.Number > chain.Rules.Count)
                return NoRule(chain, delete.Number);
            chain.Rules.RemoveAt(delete.Number - 1);
            return null;
        }),
        DeleteRules delete => table.Change(delete.Chain, delete.Rules, (chain, rules) =>
        {
            foreach (var rule in rules)
            {
                if (!chain.Rules.Remove(rule))
                    return $"{delete.Chain} has no such rule";
            }

            return null;
        }),
        FlushChain { Chain: null } => table.FlushAll(),
        FlushChain flush => table.Change(flush.Chain!, [], (chain, _) =>
        {
            chain.Rules.Clear();
            return null;
        }),
        NewChain make => table.Add(make.Chain),
        DeleteChain delete => table.Delete(delete.Chain),
        SetPolicy set => table.SetPolicy(set),
        UnreadLine unread => table.Keep(unread),
        _ => null,
    };

    private static string NoRule(WorkingChain chain, int number) => $"{chain.Name} has no rule {number}: it has {chain.Rules.Count}";

    private sealed class WorkingChain
    {
        internal required string Name { get; init; }

        internal IptablesPolicy? Policy { get; set; }

        internal IptablesCounters Counters { get; set; }

        internal bool IsMentioned { get; set; }

        internal List<IptablesRule> Rules { get; init; } = [];

        internal IptablesChain ToChain() => new() { Name = Name, Policy = Policy, Counters = Counters, IsImplied = !IsMentioned, Rules = Rules };
    }

    private sealed class WorkingTable
    {
        private readonly string _name;
        private readonly BuiltinTable _builtin;
        private readonly Dictionary<string, WorkingChain> _chains = new(StringComparer.Ordinal);
        private readonly List<string> _unread = [];

        internal WorkingTable(string name)
        {
            _name = name;
            _builtin = BuiltinTable.Find(name)!;
            foreach (var chain in _builtin.Chains)
                _chains[chain.Name] = new WorkingChain { Name = chain.Name, Policy = IptablesPolicy.ACCEPT };
        }

        internal WorkingTable(IptablesTable table)
            : this(table.Name)
        {
            foreach (var chain in table.Chains)
            {
                _chains[chain.Name] = new WorkingChain
                {
                    Name = chain.Name, Policy = chain.Policy, Counters = chain.Counters, IsMentioned = !chain.IsImplied, Rules = [.. chain.Rules],
                };
            }
        }

        internal string? Declare(DeclareChain declare)
        {
            if (_builtin.FindChain(declare.Chain) is null)
            {
                _chains[declare.Chain] = new WorkingChain { Name = declare.Chain, IsMentioned = true };
                return null;
            }

            var chain = _chains[declare.Chain];
            chain.IsMentioned = true;
            if (declare.Policy is { } policy)
                (chain.Policy, chain.Counters) = (policy, declare.Counters);
            return null;
        }

        internal string? Change(string name, IReadOnlyList<IptablesRule> rules, Func<WorkingChain, IReadOnlyList<IptablesRule>, string?> change)
        {
            if (!_chains.TryGetValue(name, out var chain))
                return NoChain(name);
            foreach (var rule in rules)
            {
                var next = rule.Target switch { JumpTarget jump => jump.Chain, GotoTarget jump => jump.Chain, _ => null };
                if (next is not null && !_chains.ContainsKey(next))
                    return NoChain(next);
            }

            chain.IsMentioned = true;
            return change(chain, rules);
        }

        internal string? FlushAll()
        {
            foreach (var chain in _chains.Values)
                chain.Rules.Clear();
            return null;
        }

        internal string? Add(string name) => _chains.TryAdd(name, new WorkingChain { Name = name, IsMentioned = true }) ? null : $"the chain {name} is there already";

        internal string? Delete(string? name)
        {
            if (name is null)
            {
                foreach (var user in _chains.Keys.Where(key => _builtin.FindChain(key) is null).ToList())
                {
                    if (Delete(user) is { } refusal)
                        return refusal;
                }

                return null;
            }

            if (!_chains.TryGetValue(name, out var chain))
                return NoChain(name);
            if (_builtin.FindChain(name) is not null)
                return $"the built-in chain {name} can't be deleted";
            if (chain.Rules.Count > 0)
                return $"the chain {name} is not empty: put -F {name} before";
            _chains.Remove(name);
            return null;
        }

        internal string? SetPolicy(SetPolicy set)
        {
            if (_builtin.FindChain(set.Chain) is null)
                return $"{set.Chain} is no built-in chain of {_name}: only those have a policy";
            var chain = _chains[set.Chain];
            (chain.Policy, chain.IsMentioned) = (set.Policy, true);
            return null;
        }

        /// <summary>A line that can't be carried out: as a rule where it says of which chain, else as text.</summary>
        internal string? Keep(IptablesCommand command)
        {
            var (name, rules) = command switch
            {
                UnreadLine unread => (unread.Chain, [new IptablesRule { Unread = unread.Words, Line = unread.Line }]),
                AppendRules append => (append.Chain, append.Rules),
                _ => (null, (IReadOnlyList<IptablesRule>)[]),
            };
            if (name is not null && _chains.TryGetValue(name, out var chain))
            {
                chain.IsMentioned = true;
                chain.Rules.AddRange(rules);
            }
            else
            {
                _unread.Add(command.Text);
            }

            return null;
        }

        internal IptablesTable ToTable()
        {
            var builtin = _builtin.Chains.Select(chain => _chains[chain.Name].ToChain());
            var users = _chains.Values.Where(chain => _builtin.FindChain(chain.Name) is null).OrderBy(chain => chain.Name, StringComparer.Ordinal).Select(chain => chain.ToChain());
            return new IptablesTable { Name = _name, Chains = [.. builtin, .. users], Unread = _unread };
        }

        private string NoChain(string name) => _builtin.FindChain(name) is null
            ? $"the chain \"{name}\" does not exist in {_name}: put a line :{name} - [0:0] before the first rule"
            : $"the chain {name} does not exist";
    }
}
