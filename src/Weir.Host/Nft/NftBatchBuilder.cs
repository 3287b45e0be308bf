using Weir.Host.Nft.Statements;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;
using Weir.Rules.Text;
using Kernel = Weir.Netlink.Nftables;
using Model = Weir.Rules.Nft;

namespace Weir.Host.Nft;

/// <summary>Makes one batch of a whole text. What can't be made is told by line.</summary>
internal sealed class NftBatchBuilder
{
    private const uint DynamicSize = 65_535;

    private readonly NftNames _names;
    private readonly Dictionary<(NftFamily Family, string Table, string Name), NamedSet> _sets = [];
    private readonly Dictionary<(NftFamily Family, string Table, string Chain), List<NftRulePlace>> _places = [];
    private readonly Kernel.NftRuleset _before;
    private readonly List<TextFinding> _findings = [];
    private readonly List<string> _messages = [];
    private readonly bool _needsPlaces;

    internal NftBatchBuilder(Model.NftRuleset ruleset, Kernel.NftRuleset before, NftNames names)
    {
        _before = before;
        _names = names;
        _needsPlaces = ruleset.Items.OfType<NftCommand>().Any(command => command.Index is not null);
        for (var i = 0; i < before.Sets.Count; i++)
        {
            var set = before.Sets[i];
            if ((set.Flags & NftSetFlags.NFT_SET_ANONYMOUS) == 0)
                _sets[(set.Family, set.Table, set.Name)] = new NamedSet(NftSetSpecs.Of(set)) { HasElements = i < before.Elements.Count && before.Elements[i].Count > 0, Merges = NftSetUserData.Merges(set.UserData) };
        }

        foreach (var rule in before.Rules)
            Places(rule.Family, rule.Table, rule.Chain).Add(NftRulePlace.OfHandle(rule.Handle));
        foreach (var item in ruleset.Items)
            Try(item, () => Item(item));
    }

    internal NftBatch Batch { get; } = new();

    internal IReadOnlyList<TextFinding> Findings => _findings;

    internal IReadOnlyList<string> Messages => _messages;

    private NftElementWriter Elements => new(_names, StatefulStatements.Write);

    private static NftFamily FamilyOf(string word) => NftHookNames.Family(word) ?? throw new NftRefused($"unknown family {word}");

    private static NftLine Tag(NftItem item) => new(item.Line, item.Source);

    private void Try(NftItem item, Action action)
    {
        try
        {
            action();
        }
        catch (Exception refused) when (refused is NftRefused or ArgumentException)
        {
            _findings.Add(new TextFinding(item.Line, item.Source, refused.Message.Length == 0 ? "Not understood." : char.ToUpperInvariant(refused.Message[0]) + refused.Message[1..]));
        }
    }

    private List<NftRulePlace> Places(NftFamily family, string table, string chain)
    {
        if (!_places.TryGetValue((family, table, chain), out var places))
            _places[(family, table, chain)] = places = [];
        return places;
    }

    private void Item(NftItem item)
    {
        switch (item)
        {
            case Model.NftTable table:
                Table(table, NewFlags.NLM_F_CREATE, table);
                break;
            case NftCommand command:
                Command(command);
                break;
        }
    }

    private void Say(string text) => _messages.Add(text);

    private void Table(Model.NftTable table, NewFlags flags, NftItem at)
    {
        var family = FamilyOf(table.Family);
        var tableFlags = NftTableFlags.None;
        foreach (var flag in table.Flags)
        {
            tableFlags |= flag switch
            {
                "dormant" => NftTableFlags.NFT_TABLE_F_DORMANT,
                "owner" => throw new NftRefused("a table with an owner goes when this program ends; it is not installed from a text"),
                _ => throw new NftRefused($"unknown table flag {flag}"),
            };
        }

        Say($"{Verb(flags)} table {family.Word()} {table.Name}");
        Batch.Add(new Kernel.NftTable { Family = family, Name = table.Name, Flags = tableFlags, UserData = Comment(table.Comment) }, Tag(at), flags);
        var named = table.Items;
        foreach (var value in named.OfType<Model.NftObject>())
            Try(value, () => Object(family, table.Name, value, NewFlags.NLM_F_CREATE));
        foreach (var flowTable in named.OfType<Model.NftFlowTable>())
            Try(flowTable, () => FlowTable(family, table.Name, flowTable, NewFlags.NLM_F_CREATE));
        foreach (var chain in named.OfType<Model.NftChain>())
            Try(chain, () => Chain(family, table.Name, chain, NewFlags.NLM_F_CREATE));
        foreach (var set in named.OfType<Model.NftSet>())
            Try(set, () => Set(family, table.Name, set, NewFlags.NLM_F_CREATE));
        foreach (var set in named.OfType<Model.NftSet>())
            Try(set, () => AddElements(family, table.Name, set.Name, set.Elements ?? [], NewFlags.NLM_F_CREATE, set));
        foreach (var chain in named.OfType<Model.NftChain>())
        {
            foreach (var rule in chain.Items.OfType<Model.NftRule>())
                Try(rule, () => Rule(family, table.Name, chain.Name, rule, "add", default, null, rule));
        }
    }

    private static string Verb(NewFlags flags) => (flags & NewFlags.NLM_F_EXCL) != 0 ? "create" : "add";

    private static NftValue Comment(string? text) => text is null ? default : NftUserData.Comment(text);

    private void Chain(NftFamily family, string table, Model.NftChain chain, NewFlags flags)
    {
        NftHook? hook = null;
        if (chain.Type is not null)
        {
            var number = NftHookNames.Hook(family, chain.Hook ?? "") ?? throw new NftRefused($"unknown chain hook {chain.Hook}");
            var priority = NftHookNames.Priority(family, chain.Hook, chain.Priority ?? "") ?? throw new NftRefused($"'{chain.Priority}' is invalid in this context.");
            hook = new NftHook(number, priority) { Devices = chain.Devices };
            if (chain.Type is not ("filter" or "nat" or "route"))
                throw new NftRefused($"unknown chain type {chain.Type}");
        }
        else if (chain.Policy is not null)
        {
            throw new NftRefused("you can't set a policy for a chain without a hook");
        }

        var chainFlags = chain.Flags.Aggregate(NftChainFlags.None, (sum, flag) => flag == "offload" ? sum | NftChainFlags.NFT_CHAIN_HW_OFFLOAD : throw new NftRefused($"unknown chain flag {flag}"));
        Say(hook is null ? $"{Verb(flags)} chain {family.Word()} {table} {chain.Name}" : $"{Verb(flags)} chain {family.Word()} {table} {chain.Name} {{ type {chain.Type} hook {chain.Hook} priority {hook.Priority}; policy {chain.Policy ?? "accept"}; }}");
        Batch.Add(
            new Kernel.NftChain
            {
                Family = family,
                Table = table,
                Name = chain.Name,
                Type = chain.Type ?? "",
                Hook = hook,
                Flags = chainFlags,
                Policy = chain.Policy switch
                {
                    null => null,
                    "accept" => NftPolicy.Accept,
                    "drop" => NftPolicy.Drop,
                    _ => throw new NftRefused($"unknown policy {chain.Policy}"),
                },
                UserData = Comment(chain.Comment),
            },
            Tag(chain),
            flags);
    }

    private void Set(NftFamily family, string table, Model.NftSet set, NewFlags flags)
    {
        var spec = NftSetSpecs.Of(set);
        var kernelFlags = NftSetFlags.None;
        foreach (var flag in set.Flags)
        {
            kernelFlags |= flag switch
            {
                "constant" => NftSetFlags.NFT_SET_CONSTANT,
                "interval" => NftSetFlags.NFT_SET_INTERVAL,
                "timeout" => NftSetFlags.NFT_SET_TIMEOUT,
                "dynamic" => NftSetFlags.NFT_SET_EVAL,
                _ => throw new NftRefused($"unknown set flag {flag}"),
            };
        }

        if (set.Timeout is not null)
            kernelFlags |= NftSetFlags.NFT_SET_TIMEOUT;
        if (spec is { IsInterval: true, IsConcatenation: true })
            kernelFlags |= NftSetFlags.NFT_SET_CONCAT;
        if (set.IsMap)
            kernelFlags |= spec.Objects == NftObjectType.NFT_OBJECT_UNSPEC ? NftSetFlags.NFT_SET_MAP : NftSetFlags.NFT_SET_OBJECT;
        if (set.AutoMerge && !spec.IsInterval)
            throw new NftRefused("auto-merge only works with interval sets");
        var isData = set.IsMap && spec.Objects == NftObjectType.NFT_OBJECT_UNSPEC;
        var size = set.Size ?? ((kernelFlags & NftSetFlags.NFT_SET_EVAL) != 0 ? DynamicSize : (kernelFlags & NftSetFlags.NFT_SET_CONSTANT) != 0 ? (uint)(set.Elements?.Count ?? 0) : 0);
        var kernel = new Kernel.NftSet
        {
            Family = family,
            Table = table,
            Name = set.Name,
            Flags = kernelFlags,
            KeyType = spec.KeyType,
            KeyLength = spec.KeyLength,
            DataType = isData ? spec.DataType : 0,
            DataLength = isData && !spec.IsVerdictMap ? spec.DataLength : 0,
            ObjectType = spec.Objects,
            Policy = set.Policy switch
            {
                null or "performance" => NftSetPolicy.NFT_SET_POL_PERFORMANCE,
                "memory" => NftSetPolicy.NFT_SET_POL_MEMORY,
                _ => throw new NftRefused($"unknown set policy {set.Policy}"),
            },
            Size = size,
            FieldLengths = spec.IsConcatenation && spec.IsInterval ? [.. spec.Key.Select(field => (uint)field.Bytes)] : [],
            Timeout = NftElementWriter.Time(set.Timeout),
            GarbageCollection = NftElementWriter.Time(set.GcInterval),
            UserData = NftSetUserData.Write(spec, set.AutoMerge, set.TypeOf, set.DataTypeOf, set.Comment),
            Expressions = [.. set.Statements.Select(StatefulStatements.Write)],
        };
        Say($"{Verb(flags)} {(set.IsMap ? "map" : "set")} {family.Word()} {table} {set.Name} key {kernel.KeyType}/{kernel.KeyLength} flags {(uint)kernelFlags}");
        Batch.Add(kernel, Tag(set), flags);
        _sets[(family, table, set.Name)] = new NamedSet(spec) { Merges = set.AutoMerge };
    }

    private void AddElements(NftFamily family, string table, string name, IReadOnlyList<Model.NftElement> elements, NewFlags flags, NftItem at)
    {
        if (elements.Count == 0)
            return;
        var set = Find(family, table, name);
        var written = Elements.Write(set.Spec, elements, set.Merges, addsFirst: !set.HasElements);
        set.HasElements = true;
        Say($"{Verb(flags)} element {family.Word()} {table} {name} {{ {string.Join(", ", written.Select(Show))} }}");
        Batch.AddElements(SetNamed(family, table, name), written, Tag(at), flags);
    }

    private static string Show(Kernel.NftElement element) =>
        $"{element.Key}{(element.KeyEnd.IsEmpty ? "" : $"-{element.KeyEnd}")}{((element.Flags & NftElementFlags.NFT_SET_ELEM_INTERVAL_END) != 0 ? " [end]" : "")}{(element.Data is { } data ? $" : {data}" : "")}";

    private static Kernel.NftSet SetNamed(NftFamily family, string table, string name) => new() { Family = family, Table = table, Name = name };

    private NamedSet Find(NftFamily family, string table, string name) =>
        _sets.TryGetValue((family, table, name), out var set) ? set : throw new NftRefused($"there is no set {name} in table {family.Word()} {table}");

    private void Object(NftFamily family, string table, Model.NftObject value, NewFlags flags)
    {
        var type = NftObjects.Type(value.Kind) ?? throw new NftRefused($"unknown object {value.Kind}");
        NftExpression content = type switch
        {
            NftObjectType.NFT_OBJECT_COUNTER => value.State is { } counter ? StatefulStatements.Write(counter) : new CounterExpression(),
            NftObjectType.NFT_OBJECT_QUOTA or NftObjectType.NFT_OBJECT_LIMIT => StatefulStatements.Write(value.State ?? throw new NftRefused($"{value.Kind} {value.Name} has no value")),
            NftObjectType.NFT_OBJECT_CT_HELPER => NftHelperObject.Write(value.Settings, family),
            _ => throw new NftRefused($"{value.Kind} is not covered"),
        };
        Say($"{Verb(flags)} {value.Kind} {family.Word()} {table} {value.Name}");
        Batch.Add(new Kernel.NftObject { Family = family, Table = table, Name = value.Name, Type = type, Content = content, UserData = Comment(value.Comment) }, Tag(value), flags);
    }

    private void FlowTable(NftFamily family, string table, Model.NftFlowTable flowTable, NewFlags flags)
    {
        var priority = NftHookNames.Priority(NftFamily.Netdev, "ingress", flowTable.Priority ?? "") ?? throw new NftRefused($"'{flowTable.Priority}' is invalid in this context.");
        var kernelFlags = flowTable.HasCounter ? NftFlowTableFlags.NFT_FLOWTABLE_COUNTER : NftFlowTableFlags.None;
        foreach (var flag in flowTable.Flags)
            kernelFlags |= flag == "offload" ? NftFlowTableFlags.NFT_FLOWTABLE_HW_OFFLOAD : throw new NftRefused($"unknown flowtable flag {flag}");
        Say($"{Verb(flags)} flowtable {family.Word()} {table} {flowTable.Name}");
        Batch.Add(new Kernel.NftFlowTable { Family = family, Table = table, Name = flowTable.Name, Priority = priority, Devices = [.. flowTable.Devices.Select(device => device.Text)], Flags = kernelFlags }, Tag(flowTable), flags);
    }

    private void Rule(NftFamily family, string table, string chain, Model.NftRule rule, string verb, NftRulePlace place, ulong? handle, NftItem at, uint chainId = 0)
    {
        var surroundings = new NftRuleTable(family, table)
        {
            FindSet = name => _sets.TryGetValue((family, table, name), out var set) ? set.Spec : null,
            NextId = Batch.NextId,
            AddChain = items => AnonymousChain(family, table, items, at),
        };
        var writer = new NftRuleWriter(surroundings, _names);
        writer.Write(rule);
        foreach (var set in writer.Sets)
        {
            Say($"add anonymous {((set.Set.Flags & (NftSetFlags.NFT_SET_MAP | NftSetFlags.NFT_SET_OBJECT)) != 0 ? "map" : "set")} {set.Set.Id} {{ {string.Join(", ", set.Elements.Select(Show))} }}");
            Batch.Add(set.Set, Tag(at));
            Batch.AddElements(set.Set, set.Elements, Tag(at));
        }

        var kernel = new Kernel.NftRule
        {
            Family = family,
            Table = table,
            Chain = chain,
            ChainId = chainId,
            Expressions = writer.Expressions,
            Handle = handle ?? 0,
            UserData = Comment(rule.Comment),
            Id = _needsPlaces && chainId == 0 ? Batch.NextId() : 0,
        };
        Say($"{verb} rule {family.Word()} {table} {(chainId == 0 ? chain : $"of anonymous chain {chainId}")}{(rule.Comment is null ? "" : $" \"{rule.Comment}\"")} [ {string.Join(" ] [ ", writer.Expressions)} ]");
        var places = Places(family, table, chain);
        switch (verb)
        {
            case "insert":
                Batch.Insert(kernel, Tag(at), place);
                places.Insert(place == default ? 0 : Math.Max(0, places.IndexOf(place)), NftRulePlace.OfId(kernel.Id));
                break;
            case "replace":
                Batch.Replace(kernel, Tag(at));
                break;
            default:
                Batch.Add(kernel, Tag(at), place);
                places.Insert(place == default ? places.Count : Math.Min(places.Count, places.IndexOf(place) + 1), NftRulePlace.OfId(kernel.Id));
                break;
        }
    }

    /// <summary>A chain without a name, bound to the rule that comes behind it: the kernel makes a name up.</summary>
    private uint AnonymousChain(NftFamily family, string table, IReadOnlyList<NftItem> items, NftItem at)
    {
        var id = Batch.NextId();
        Say($"add anonymous chain {id} {family.Word()} {table}");
        Batch.Add(new Kernel.NftChain { Family = family, Table = table, Name = "", Id = id, Flags = NftChainFlags.NFT_CHAIN_BINDING }, Tag(at));
        foreach (var rule in items.OfType<Model.NftRule>())
            Try(rule, () => Rule(family, table, "", rule, "add", default, null, rule, id));
        return id;
    }

    private void Command(NftCommand command)
    {
        var family = FamilyOf(command.Family);
        var flags = command.Verb == "create" ? NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL : NewFlags.NLM_F_CREATE;
        switch (command.Verb)
        {
            case "add" or "create" or "insert" or "replace":
                Add(command, family, flags);
                break;
            case "flush":
                Flush(command, family);
                break;
            default:
                Delete(command, family, command.Verb == "destroy");
                break;
        }
    }

    private void Add(NftCommand command, NftFamily family, NewFlags flags)
    {
        // The body's place in the text is the command's.
        switch (command.Body)
        {
            case Model.NftTable table:
                Table(table, flags, command);
                break;
            case Model.NftChain chain:
                Chain(family, command.Table, chain with { Line = command.Line, Source = command.Source }, flags);
                foreach (var rule in chain.Items.OfType<Model.NftRule>())
                    Try(rule, () => Rule(family, command.Table, chain.Name, rule, "add", default, null, rule));
                break;
            case Model.NftRule rule:
                Rule(family, command.Table, command.Name, rule, command.Verb, Place(command, family), command.Verb == "replace" ? command.OfHandle ?? throw new NftRefused("replace needs a handle") : null, command);
                break;
            case Model.NftSet set when command.Kind == "element":
                AddElements(family, command.Table, command.Name, set.Elements ?? [], flags, command);
                break;
            case Model.NftSet set:
                Set(family, command.Table, set with { Line = command.Line, Source = command.Source }, flags);
                AddElements(family, command.Table, command.Name, set.Elements ?? [], flags, command);
                break;
            case Model.NftObject value:
                Object(family, command.Table, value with { Line = command.Line, Source = command.Source }, flags);
                break;
            case Model.NftFlowTable flowTable:
                FlowTable(family, command.Table, flowTable with { Line = command.Line, Source = command.Source }, flags);
                break;
            default:
                throw new NftRefused($"{command.Verb} {command.Kind} is not covered");
        }
    }

    private NftRulePlace Place(NftCommand command, NftFamily family)
    {
        if (command.Verb == "replace")
            return default;
        if ((command.Position ?? command.OfHandle) is { } handle)
            return NftRulePlace.OfHandle(handle);
        if (command.Index is not { } index)
            return default;
        var places = Places(family, command.Table, command.Name);
        return index < places.Count ? places[(int)index] : throw new NftRefused($"there is no rule with index {index} in chain {command.Name}");
    }

    private void Flush(NftCommand command, NftFamily family)
    {
        var (table, name) = (command.Table, command.Name);
        Say($"flush {command.Kind}{(table.Length == 0 ? "" : $" {family.Word()} {table}")}{(command.Kind is "table" || name.Length == 0 ? "" : $" {name}")}");
        switch (command.Kind)
        {
            case "ruleset":
                var only = command.Family.Length == 0 ? NftFamily.Unspecified : family;
                Batch.FlushRuleset(only, Tag(command));
                Forget(key => only == NftFamily.Unspecified || key.Family == only);
                break;
            case "table":
                Batch.Flush(new Kernel.NftTable { Family = family, Name = table }, Tag(command));
                foreach (var places in _places.Where(pair => pair.Key.Family == family && pair.Key.Table == table))
                    places.Value.Clear();
                break;
            case "chain":
                Batch.Flush(new Kernel.NftChain { Family = family, Table = table, Name = name }, Tag(command));
                Places(family, table, name).Clear();
                break;
            case "set" or "map":
                Batch.Flush(SetNamed(family, table, name), Tag(command));
                if (_sets.TryGetValue((family, table, name), out var set))
                    set.HasElements = false;
                break;
            default:
                throw new NftRefused($"flush {command.Kind} is no command");
        }
    }

    private void Forget(Func<(NftFamily Family, string Table), bool> isGone)
    {
        foreach (var key in _sets.Keys.Where(key => isGone((key.Family, key.Table))).ToList())
            _sets.Remove(key);
        foreach (var key in _places.Keys.Where(key => isGone((key.Family, key.Table))).ToList())
            _places.Remove(key);
    }

    private void Delete(NftCommand command, NftFamily family, bool isLenient)
    {
        var (table, name) = (command.Table, command.Name);
        Say($"{command.Verb} {command.Kind} {family.Word()} {table}{(command.Kind == "table" || name.Length == 0 ? "" : $" {name}")}{(command.OfHandle is { } said ? $" handle {said}" : "")}");
        switch (command.Kind)
        {
            case "table":
                if (command.OfHandle is { } tableHandle)
                    table = _before.Tables.FirstOrDefault(known => known.Handle == tableHandle && known.Family == family)?.Name ?? throw new NftRefused($"there is no table with handle {tableHandle}");
                var kernelTable = new Kernel.NftTable { Family = family, Name = table };
                _ = isLenient ? Batch.Destroy(kernelTable, Tag(command)) : Batch.Delete(kernelTable, Tag(command));
                Forget(key => key.Family == family && key.Table == table);
                break;
            case "chain":
                if (command.OfHandle is { } chainHandle)
                    name = _before.Chains.FirstOrDefault(known => known.Handle == chainHandle && known.Table == table && known.Family == family)?.Name ?? throw new NftRefused($"there is no chain with handle {chainHandle}");
                var chain = new Kernel.NftChain { Family = family, Table = table, Name = name };
                _ = isLenient ? Batch.Destroy(chain, Tag(command)) : Batch.Delete(chain, Tag(command));
                _places.Remove((family, table, name));
                break;
            case "rule":
                var rule = new Kernel.NftRule { Family = family, Table = table, Chain = name, Handle = command.OfHandle ?? throw new NftRefused("a rule is deleted by its handle") };
                _ = isLenient ? Batch.Destroy(rule, Tag(command)) : Batch.Delete(rule, Tag(command));
                Places(family, table, name).Remove(NftRulePlace.OfHandle(rule.Handle));
                break;
            case "set" or "map":
                if (command.OfHandle is { } setHandle)
                    name = _before.Sets.FirstOrDefault(known => known.Handle == setHandle && known.Table == table && known.Family == family)?.Name ?? throw new NftRefused($"there is no set with handle {setHandle}");
                _ = isLenient ? Batch.Destroy(SetNamed(family, table, name), Tag(command)) : Batch.Delete(SetNamed(family, table, name), Tag(command));
                _sets.Remove((family, table, name));
                break;
            case "element":
                var set = Find(family, table, name);
                var elements = Elements.Write(set.Spec, (command.Body as Model.NftSet)?.Elements ?? [], merges: false, addsFirst: false);
                _ = isLenient ? Batch.DestroyElements(SetNamed(family, table, name), elements, Tag(command)) : Batch.DeleteElements(SetNamed(family, table, name), elements, Tag(command));
                break;
            case "flowtable":
                var flowTable = new Kernel.NftFlowTable { Family = family, Table = table, Name = name };
                _ = isLenient ? Batch.Destroy(flowTable, Tag(command)) : Batch.Delete(flowTable, Tag(command));
                break;
            default:
                var type = NftObjects.Type(command.Kind) ?? throw new NftRefused($"{command.Verb} {command.Kind} is no command");
                var value = new Kernel.NftObject { Family = family, Table = table, Name = name, Type = type };
                _ = isLenient ? Batch.Destroy(value, Tag(command)) : Batch.Delete(value, Tag(command));
                break;
        }
    }

    /// <summary>A set that rules and elements of the text may refer to.</summary>
    private sealed class NamedSet(NftSetSpec spec)
    {
        internal NftSetSpec Spec { get; } = spec;

        internal bool HasElements { get; set; }

        internal bool Merges { get; init; }
    }
}
