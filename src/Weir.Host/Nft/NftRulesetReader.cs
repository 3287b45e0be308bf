using Weir.Host.Nft.Statements;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;
using Kernel = Weir.Netlink.Nftables;
using Model = Weir.Rules.Nft;

namespace Weir.Host.Nft;

/// <summary>The kernel's tables as the model of nft's text.</summary>
internal sealed class NftRulesetReader
{
    private readonly Kernel.NftRuleset _kernel;
    private readonly NftNames _names;
    private readonly Dictionary<(NftFamily Family, string Table, string Name), NftReadSet> _sets = [];
    private readonly ILookup<(NftFamily Family, string Table, string Chain), Kernel.NftRule> _rules;
    private readonly HashSet<(NftFamily Family, string Table, string Chain)> _bound;

    private NftRulesetReader(Kernel.NftRuleset kernel, NftNames names)
    {
        _kernel = kernel;
        _names = names;
        for (var i = 0; i < kernel.Sets.Count; i++)
        {
            var set = kernel.Sets[i];
            _sets[(set.Family, set.Table, set.Name)] = new NftReadSet(set, i < kernel.Elements.Count ? kernel.Elements[i] : [], NftSetSpecs.Of(set));
        }

        _rules = kernel.Rules.ToLookup(rule => (rule.Family, rule.Table, rule.Chain));
        _bound = [.. kernel.Chains.Where(chain => (chain.Flags & NftChainFlags.NFT_CHAIN_BINDING) != 0).Select(chain => (chain.Family, chain.Table, chain.Name))];
    }

    /// <param name="leaveOut">Tables that are shown elsewhere, by family and name; null: none.</param>
    internal static Model.NftRuleset Read(Kernel.NftRuleset kernel, NftNames names, Func<string, string, bool>? leaveOut = null)
    {
        var reader = new NftRulesetReader(kernel, names);
        var items = new List<NftItem>();
        foreach (var table in kernel.Tables)
        {
            if (leaveOut?.Invoke(table.Family.Word(), table.Name) == true)
                continue;

            // nft tells it on its standard error.
            if (kernel.Rules.Any(rule => rule.Family == table.Family && rule.Table == table.Name && rule.Expressions.Any(expression => expression is XtMatch or XtTarget)))
                items.Add(new NftRemarkLine($"# Warning: table {table.Family.Word()} {table.Name} is managed by iptables-nft, do not touch!"));
            items.Add(reader.Table(table));
        }

        return new Model.NftRuleset(items);
    }

    private Model.NftTable Table(Kernel.NftTable table)
    {
        var items = new List<NftItem>();
        foreach (var value in _kernel.Objects.Where(value => value.Family == table.Family && value.Table == table.Name))
            items.Add(Object(value));
        foreach (var set in _kernel.Sets.Where(set => set.Family == table.Family && set.Table == table.Name && (set.Flags & NftSetFlags.NFT_SET_ANONYMOUS) == 0))
            items.Add(Set(_sets[(set.Family, set.Table, set.Name)]));
        foreach (var flowTable in _kernel.FlowTables.Where(value => value.Family == table.Family && value.Table == table.Name))
            items.Add(FlowTable(flowTable));
        foreach (var chain in _kernel.Chains.Where(chain => chain.Family == table.Family && chain.Table == table.Name && (chain.Flags & NftChainFlags.NFT_CHAIN_BINDING) == 0))
            items.Add(Chain(chain));
        var flags = new List<string>();
        if ((table.Flags & NftTableFlags.NFT_TABLE_F_DORMANT) != 0)
            flags.Add("dormant");
        if ((table.Flags & NftTableFlags.NFT_TABLE_F_OWNER) != 0)
            flags.Add("owner");
        if ((table.Flags & NftTableFlags.NFT_TABLE_F_PERSIST) != 0)
            flags.Add("persist");
        return new Model.NftTable(table.Family.Word(), table.Name, items) { Flags = flags, Comment = NftUserData.ReadComment(table.UserData), Handle = table.Handle };
    }

    private static NftItem Object(Kernel.NftObject value)
    {
        var kind = NftObjects.Kind(value.Type);
        var named = new Model.NftObject(kind ?? "", value.Name) { Handle = value.Handle, Comment = NftUserData.ReadComment(value.UserData) };
        return value.Content switch
        {
            CounterExpression or QuotaExpression or LimitExpression => named with { State = StatefulStatements.Read(value.Content, isStateless: false) },
            _ when value.Type == NftObjectType.NFT_OBJECT_CT_HELPER => named with { Settings = NftHelperObject.Read(value.Content) },
            SynproxyExpression synproxy => named with { Settings = SynproxyStatement.Settings(synproxy) },
            _ => new NftRemarkLine($"# {kind ?? $"object of type {(uint)value.Type}"} {value.Name}: what it holds is not understood"),
        };
    }

    private static Model.NftFlowTable FlowTable(Kernel.NftFlowTable table) => new(table.Name)
    {
        Priority = NftHookNames.Priority(NftFamily.Netdev, "ingress", table.Priority),
        Devices = [.. table.Devices.Select(device => new NftTerm.Word(device))],
        Flags = (table.Flags & NftFlowTableFlags.NFT_FLOWTABLE_HW_OFFLOAD) != 0 ? ["offload"] : [],
        HasCounter = (table.Flags & NftFlowTableFlags.NFT_FLOWTABLE_COUNTER) != 0,
    };

    private Model.NftSet Set(NftReadSet set)
    {
        var kernel = set.Set;
        var spec = set.Spec;
        var flags = new List<string>();
        foreach (var (flag, name) in new[]
        {
            (NftSetFlags.NFT_SET_CONSTANT, "constant"), (NftSetFlags.NFT_SET_EVAL, "dynamic"), (NftSetFlags.NFT_SET_INTERVAL, "interval"), (NftSetFlags.NFT_SET_TIMEOUT, "timeout"),
        })
        {
            // A default time-out says it already.
            if ((kernel.Flags & flag) != 0)
                flags.Add(name);
        }

        var typeOf = NftSetUserData.TypeOf(kernel.UserData);
        var dataTypeOf = NftSetUserData.DataTypeOfTerm(kernel.UserData);
        var isConstant = (kernel.Flags & NftSetFlags.NFT_SET_CONSTANT) != 0;
        var elements = new NftElementReader(_names, expression => StatefulStatements.Read(expression, isStateless: false)).Read(spec, set.Elements);
        return new Model.NftSet(kernel.Name)
        {
            Handle = kernel.Handle,
            IsMap = spec.IsMap,
            TypeOf = typeOf,
            KeyTypes = typeOf is null ? [.. spec.Key.Select(TypeName)] : [],
            DataTypeOf = dataTypeOf,
            DataTypes = !spec.IsMap || dataTypeOf is not null ? [] : spec.IsVerdictMap ? ["verdict"] : spec.Objects != NftObjectType.NFT_OBJECT_UNSPEC ? [NftObjects.Kind(spec.Objects) ?? "unknown"] : [.. spec.Data.Select(TypeName)],
            DataIsInterval = spec.DataIsInterval,
            Flags = flags,
            Size = kernel.Size != 0 && !isConstant ? kernel.Size : null,
            Policy = kernel.Policy == NftSetPolicy.NFT_SET_POL_MEMORY && !isConstant ? "memory" : null,
            AutoMerge = NftSetUserData.Merges(kernel.UserData),
            Timeout = kernel.Timeout is { } timeout && timeout > TimeSpan.Zero ? NftElementReader.Time(timeout) : null,
            GcInterval = kernel.GarbageCollection is { } interval && interval > TimeSpan.Zero ? NftElementReader.Time(interval) : null,
            Comment = NftUserData.ReadSetComment(kernel.UserData),
            Statements = [.. kernel.Expressions.Select(expression => StatefulStatements.Read(expression, isStateless: true))],
            Elements = elements.Count == 0 ? null : elements,
        };
    }

    private static string TypeName(NftSpec field) => field.Type.Bits == 0 ? $"{field.Type.Name},{field.Bits}" : field.Type.Name;

    private Model.NftChain Chain(Kernel.NftChain chain)
    {
        var items = _rules[(chain.Family, chain.Table, chain.Name)].Select(Rule).ToList();
        var model = new Model.NftChain(chain.Name, items) { Handle = chain.Handle, Comment = NftUserData.ReadComment(chain.UserData) };
        if (chain.Hook is not { } hook)
            return model;
        var name = NftHookNames.Hook(chain.Family, hook.Number);
        return model with
        {
            Type = chain.Type,
            Hook = name,
            Devices = hook.Devices,
            Priority = NftHookNames.Priority(chain.Family, name, hook.Priority),
            Policy = chain.Policy == NftPolicy.Drop ? "drop" : "accept",
            Flags = (chain.Flags & NftChainFlags.NFT_CHAIN_HW_OFFLOAD) != 0 ? ["offload"] : [],
        };
    }

    /// <summary>The kernel binds no chain to a rule of such a chain; what claims so is shown by name.</summary>
    private List<NftItem>? BoundChain(Kernel.NftRule rule, string name)
    {
        if (!_bound.Contains((rule.Family, rule.Table, name)) || _bound.Contains((rule.Family, rule.Table, rule.Chain)))
            return null;
        return [.. _rules[(rule.Family, rule.Table, name)].Select(Rule)];
    }

    /// <summary>A rule that is not understood becomes a comment as a whole: without one of its parts it would match more.</summary>
    private NftItem Rule(Kernel.NftRule rule)
    {
        var comment = NftUserData.ReadComment(rule.UserData);
        try
        {
            var reader = new NftRuleReader(rule.Family, _names, name => _sets.GetValueOrDefault((rule.Family, rule.Table, name)), name => BoundChain(rule, name));
            return new Model.NftRule(reader.Read(rule.Expressions)) { Comment = comment, Handle = rule.Handle };
        }
        catch (NftRefused refused)
        {
            return new NftRemarkLine($"# rule with handle {rule.Handle} not shown: {refused.Message}: {string.Join(' ', rule.Expressions.Select(expression => expression.Kind))}");
        }
    }
}
