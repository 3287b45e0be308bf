using Weir.Host.Nft.Statements;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
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
    private readonly NftNames _names;
    private readonly NftBatchNames _known;
    private readonly Kernel.NftRuleset _before;
    private readonly List<TextFinding> _findings = [];
    private readonly List<string> _messages = [];
    private readonly bool _needsPlaces;

    internal NftBatchBuilder(Model.NftRuleset ruleset, Kernel.NftRuleset before, NftNames names)
    {
        _before = before;
        _names = names;
        _known = new NftBatchNames(before);
        _needsPlaces = ruleset.Items.OfType<NftCommand>().Any(command => command.Index is not null);
        foreach (var item in ruleset.Items)
            Try(item, () => Item(item));
    }

    internal NftBatch Batch { get; } = new();

    internal IReadOnlyList<TextFinding> Findings => _findings;

    internal IReadOnlyList<string> Messages => _messages;

    private NftElementWriter Elements => new(_names, StatefulStatements.Write);

    private static NftFamily FamilyOf(string word) => NftHookNames.Family(word) ?? throw new NftRefused($"unknown family {word}");

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
        Batch.Add(new Kernel.NftTable { Family = family, Name = table.Name, Flags = tableFlags, UserData = NftComments.Write(table.Comment) }, NftLine.Of(at), flags);
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

    private void Chain(NftFamily family, string table, Model.NftChain chain, NewFlags flags)
    {
        var kernel = NftChainWriter.Write(family, table, chain);
        var place = kernel.Hook is { } hook ? $" {{ type {chain.Type} hook {chain.Hook} priority {hook.Priority}; policy {chain.Policy ?? "accept"}; }}" : "";
        Say($"{Verb(flags)} chain {family.Word()} {table} {chain.Name}{place}");
        Batch.Add(kernel, NftLine.Of(chain), flags);
    }

    private void Set(NftFamily family, string table, Model.NftSet set, NewFlags flags)
    {
        var spec = NftSetSpecs.Of(set);
        var kernel = NftSetWriter.Write(family, table, set, spec);
        Say($"{Verb(flags)} {(set.IsMap ? "map" : "set")} {family.Word()} {table} {set.Name} key {kernel.KeyType}/{kernel.KeyLength} flags {(uint)kernel.Flags}");
        Batch.Add(kernel, NftLine.Of(set), flags);
        _known.Declare(family, table, set.Name, new NftNamedSet(spec) { Merges = set.AutoMerge });
    }

    private void AddElements(NftFamily family, string table, string name, IReadOnlyList<Model.NftElement> elements, NewFlags flags, NftItem at)
    {
        if (elements.Count == 0)
            return;
        var set = _known.Set(family, table, name);
        var written = Elements.Write(set.Spec, elements, set.Merges, addsFirst: !set.HasElements);
        set.HasElements = true;
        Say($"{Verb(flags)} element {family.Word()} {table} {name} {{ {string.Join(", ", written.Select(Show))} }}");
        Batch.AddElements(new Kernel.NftSet { Family = family, Table = table, Name = name }, written, NftLine.Of(at), flags);
    }

    private static string Show(Kernel.NftElement element) =>
        $"{element.Key}{(element.KeyEnd.IsEmpty ? "" : $"-{element.KeyEnd}")}{((element.Flags & NftElementFlags.NFT_SET_ELEM_INTERVAL_END) != 0 ? " [end]" : "")}{(element.Data is { } data ? $" : {data}" : "")}";

    private void Object(NftFamily family, string table, Model.NftObject value, NewFlags flags)
    {
        var kernel = NftObjectWriter.Write(family, table, value);
        Say($"{Verb(flags)} {value.Kind} {family.Word()} {table} {value.Name}");
        Batch.Add(kernel, NftLine.Of(value), flags);
    }

    private void FlowTable(NftFamily family, string table, Model.NftFlowTable flowTable, NewFlags flags)
    {
        var kernel = NftFlowTableWriter.Write(family, table, flowTable);
        Say($"{Verb(flags)} flowtable {family.Word()} {table} {flowTable.Name}");
        Batch.Add(kernel, NftLine.Of(flowTable), flags);
    }

    private void Rule(NftFamily family, string table, string chain, Model.NftRule rule, string verb, NftRulePlace place, ulong? handle, NftItem at, uint chainId = 0)
    {
        var surroundings = new NftRuleTable(family, table)
        {
            FindSet = name => _known.FindSet(family, table, name)?.Spec,
            NextId = Batch.NextId,
            AddChain = items => AnonymousChain(family, table, items, at),
        };
        var writer = new NftRuleWriter(surroundings, _names);
        writer.Write(rule);
        foreach (var set in writer.Sets)
        {
            Say($"add anonymous {((set.Set.Flags & (NftSetFlags.NFT_SET_MAP | NftSetFlags.NFT_SET_OBJECT)) != 0 ? "map" : "set")} {set.Set.Id} {{ {string.Join(", ", set.Elements.Select(Show))} }}");
            Batch.Add(set.Set, NftLine.Of(at));
            Batch.AddElements(set.Set, set.Elements, NftLine.Of(at));
        }

        var kernel = new Kernel.NftRule
        {
            Family = family,
            Table = table,
            Chain = chain,
            ChainId = chainId,
            Expressions = writer.Expressions,
            Handle = handle ?? 0,
            UserData = NftComments.Write(rule.Comment),
            Id = _needsPlaces && chainId == 0 ? Batch.NextId() : 0,
        };
        Say($"{verb} rule {family.Word()} {table} {(chainId == 0 ? chain : $"of anonymous chain {chainId}")}{(rule.Comment is null ? "" : $" \"{rule.Comment}\"")} [ {string.Join(" ] [ ", writer.Expressions)} ]");
        var places = _known.Places(family, table, chain);
        switch (verb)
        {
            case "insert":
                Batch.Insert(kernel, NftLine.Of(at), place);
                places.Insert(place == default ? 0 : Math.Max(0, places.IndexOf(place)), NftRulePlace.OfId(kernel.Id));
                break;
            case "replace":
                Batch.Replace(kernel, NftLine.Of(at));
                break;
            default:
                Batch.Add(kernel, NftLine.Of(at), place);
                places.Insert(place == default ? places.Count : Math.Min(places.Count, places.IndexOf(place) + 1), NftRulePlace.OfId(kernel.Id));
                break;
        }
    }

    /// <summary>A chain without a name, bound to the rule that comes behind it: the kernel makes a name up.</summary>
    private uint AnonymousChain(NftFamily family, string table, IReadOnlyList<NftItem> items, NftItem at)
    {
        var id = Batch.NextId();
        Say($"add anonymous chain {id} {family.Word()} {table}");
        Batch.Add(new Kernel.NftChain { Family = family, Table = table, Name = "", Id = id, Flags = NftChainFlags.NFT_CHAIN_BINDING }, NftLine.Of(at));
        foreach (var rule in items.OfType<Model.NftRule>())
            Try(rule, () => Rule(family, table, "", rule, "add", default, null, rule, id));
        return id;
    }

    private void Command(NftCommand command)
    {
        var family = FamilyOf(command.Family);
        var flags = command.Verb == "create" ? NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL : NewFlags.NLM_F_CREATE;
        var removals = new NftRemovals(Batch, _known, _before, Elements, Say);
        switch (command.Verb)
        {
            case "add" or "create" or "insert" or "replace":
                Add(command, family, flags);
                break;
            case "flush":
                removals.Flush(command, family);
                break;
            default:
                removals.Delete(command, family);
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
        var places = _known.Places(family, command.Table, command.Name);
        return index < places.Count ? places[(int)index] : throw new NftRefused($"there is no rule with index {index} in chain {command.Name}");
    }
}
