using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;

namespace Weir.Host.Nft;

/// <summary>A batch that makes a namespace's tables what they were: same order, same counters, new handles.</summary>
internal sealed class NftRestore
{
    internal NftRestore(NftRuleset before)
    {
        Batch.FlushRuleset();
        foreach (var table in before.Tables)
            Batch.Add(table with { Handle = 0 });
        foreach (var value in before.Objects)
            Batch.Add(value with { Handle = 0 });
        foreach (var flowTable in before.FlowTables)
            Batch.Add(flowTable with { Handle = 0 });
        foreach (var chain in before.Chains)
            Batch.Add(chain with { Handle = 0 });
        var anonymous = new Dictionary<(NftFamily Family, string Table, string Name), (NftSet Set, IReadOnlyList<NftElement> Elements)>();
        var elements = new List<(NftSet Set, IReadOnlyList<NftElement> Elements)>();
        for (var i = 0; i < before.Sets.Count; i++)
        {
            var set = before.Sets[i];
            var own = i < before.Elements.Count ? before.Elements[i] : [];
            if ((set.Flags & NftSetFlags.NFT_SET_ANONYMOUS) != 0)
            {
                anonymous[(set.Family, set.Table, set.Name)] = (set, own);
                continue;
            }

            Batch.Add(set with { Handle = 0 });
            elements.Add((set, own));
        }

        foreach (var (set, own) in elements)
            Batch.AddElements(set, own);
        foreach (var rule in before.Rules)
            Batch.Add(rule with { Expressions = [.. rule.Expressions.Select(expression => Rename(rule, expression, anonymous))], Handle = 0 });
    }

    internal NftBatch Batch { get; } = new();

    /// <summary>An anonymous set is made anew before the rule that looks it up.</summary>
    private NftExpression Rename(NftRule rule, NftExpression expression, Dictionary<(NftFamily Family, string Table, string Name), (NftSet Set, IReadOnlyList<NftElement> Elements)> anonymous)
    {
        var name = expression switch
        {
            LookupExpression lookup => lookup.Set,
            ObjrefExpression objref => objref.Set,
            _ => "",
        };
        if (!anonymous.TryGetValue((rule.Family, rule.Table, name), out var old))
            return expression;
        var set = old.Set with { Name = (old.Set.Flags & (NftSetFlags.NFT_SET_MAP | NftSetFlags.NFT_SET_OBJECT)) != 0 ? "__map%d" : "__set%d", Id = Batch.NextId(), Handle = 0 };
        Batch.Add(set);
        Batch.AddElements(set, old.Elements);
        return expression is LookupExpression found ? found with { Set = set.Name, SetId = set.Id } : ((ObjrefExpression)expression) with { Set = set.Name, SetId = set.Id };
    }
}
