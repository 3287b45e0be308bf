using Weir.Netlink.Nftables.Expressions;

namespace Weir.Netlink.Nftables;

/// <summary>Writes what was listed as changes that make it again, in an order in which everything exists before it is named.</summary>
internal sealed class NftRulesetCopy(NftBatch batch, object? tag)
{
    private readonly Dictionary<(NftFamily, string Table, string Chain), uint> _namelessChains = [];
    private readonly Dictionary<(NftFamily, string Table, string Chain), List<NftRule>> _rules = [];

    internal void Add(NftRuleset ruleset)
    {
        foreach (var table in ruleset.Tables)
            batch.Add(table with { Flags = table.Flags & ~NftTableFlags.NFT_TABLE_F_OWNER }, tag);
        foreach (var chain in ruleset.Chains)
            AddChain(chain);
        foreach (var value in ruleset.Objects)
            batch.Add(value, tag);
        foreach (var table in ruleset.FlowTables)
            batch.Add(table, tag);
        for (var i = 0; i < ruleset.Sets.Count; i++)
        {
            batch.Add(ruleset.Sets[i] with { Id = 0 }, tag);
            if (i < ruleset.Elements.Count)
                batch.AddElements(ruleset.Sets[i] with { Id = 0 }, InOrder(ruleset.Sets[i], ruleset.Elements[i]), tag);
        }

        foreach (var rule in ruleset.Rules.Where(IsInNamelessChain))
            RulesOf(rule.Table, rule.Chain, rule.Family).Add(rule);
        foreach (var rule in ruleset.Rules.Where(rule => !IsInNamelessChain(rule)))
            AddRule(rule);
    }

    /// <summary>A chain without a name of its own is known by its number in the batch; the kernel names it again.</summary>
    private void AddChain(NftChain chain)
    {
        if ((chain.Flags & NftChainFlags.NFT_CHAIN_BINDING) == 0)
        {
            batch.Add(chain with { Handle = 0, Id = 0 }, tag);
            return;
        }

        var id = batch.NextId();
        _namelessChains[(chain.Family, chain.Table, chain.Name)] = id;
        batch.Add(chain with { Handle = 0, Name = "", Id = id }, tag);
    }

    private void AddRule(NftRule rule)
    {
        if (_namelessChains.Count != 0)
        {
            // A chain takes no more rules once a rule jumps to it and it has no name: net/netfilter/nf_tables_api.c nft_chain_is_bound.
            foreach (var chain in rule.Expressions.Select(Target).OfType<string>())
            {
                if (_rules.Remove((rule.Family, rule.Table, chain), out var rules))
                    rules.ForEach(AddRule);
            }

            rule = rule with
            {
                ChainId = _namelessChains.GetValueOrDefault((rule.Family, rule.Table, rule.Chain)),
                Expressions = [.. rule.Expressions.Select(expression => WithChainId(rule, expression))],
            };
        }

        batch.Add(rule.Compat is null ? rule with { Compat = Compat(rule) } : rule, tag);
    }

    private bool IsInNamelessChain(NftRule rule) => _namelessChains.ContainsKey((rule.Family, rule.Table, rule.Chain));

    private List<NftRule> RulesOf(string table, string chain, NftFamily family)
    {
        if (!_rules.TryGetValue((family, table, chain), out var rules))
            _rules[(family, table, chain)] = rules = [];
        return rules;
    }

    private static string? Target(NftExpression expression) => expression is ImmediateExpression { Data.Verdict.Chain: { Length: > 0 } chain } ? chain : null;

    private NftExpression WithChainId(NftRule rule, NftExpression expression) =>
        expression is ImmediateExpression { Data.Verdict: { } verdict } immediate && _namelessChains.TryGetValue((rule.Family, rule.Table, verdict.Chain), out var id)
            ? immediate with { Data = verdict with { Chain = "", ChainId = id } }
            : expression;

    /// <summary>Dumps never have NFTA_RULE_COMPAT: the protocol is what the rule compares <c>meta l4proto</c> with.</summary>
    private static NftRuleCompat? Compat(NftRule rule)
    {
        if (!rule.Expressions.Any(expression => expression is XtMatch or XtTarget))
            return null;
        for (var i = 0; i + 1 < rule.Expressions.Count; i++)
        {
            if (rule.Expressions[i] is MetaExpression { Key: MetaKey.NFT_META_L4PROTO } && rule.Expressions[i + 1] is CmpExpression { Data.Length: 1 } compare)
                return new NftRuleCompat(compare.Data.Span[0], compare.Operation == CmpOperation.NFT_CMP_NEQ);
        }

        return new NftRuleCompat(0);
    }

    /// <summary>Intervals are dumped from the last to the first, but an end may only come after its start: by key, and at one key the end before the next start.</summary>
    private static IReadOnlyList<NftElement> InOrder(NftSet set, IReadOnlyList<NftElement> elements)
    {
        if ((set.Flags & (NftSetFlags.NFT_SET_INTERVAL | NftSetFlags.NFT_SET_CONCAT)) != NftSetFlags.NFT_SET_INTERVAL)
            return elements;
        var sorted = elements.ToArray();
        Array.Sort(sorted, static (left, right) =>
        {
            var order = left.Key.Span.SequenceCompareTo(right.Key.Span);
            return order != 0 ? order : right.Flags.CompareTo(left.Flags);
        });
        return sorted;
    }
}
