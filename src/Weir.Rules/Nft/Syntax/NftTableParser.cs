namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads tables and what stands in them.</summary>
internal sealed class NftTableParser
{
    private readonly NftTokens _tokens;
    private readonly NftKindParser _kinds;
    private readonly NftItemParser _items;
    private readonly NftSetParser _sets;
    private readonly NftFlowTableParser _flowTables;
    private readonly NftObjectParser _objects;

    internal NftTableParser(NftTokens tokens, NftKindParser kinds, NftStatementParser statements, NftItemParser items)
    {
        _tokens = tokens;
        _kinds = kinds;
        _items = items;
        NftHookParser hooks = new(tokens, statements.Terms.Constants);
        Chains = new NftChainParser(tokens, statements, items, hooks);
        _sets = new NftSetParser(tokens, statements, items);
        _flowTables = new NftFlowTableParser(tokens, items, hooks);
        _objects = new NftObjectParser(tokens, statements.States, items);
    }

    internal NftChainParser Chains { get; }

    internal NftTable Table()
    {
        _tokens.Expect("table");
        var family = _kinds.Family();
        var name = _tokens.Word("the name of a table");
        return Body(family.Length == 0 ? "ip" : family, name);
    }

    internal NftTable Body(string family, string name)
    {
        if (!_tokens.TryTake("{"))
            return new NftTable(family, name, []);
        string? comment = null;
        var flags = new List<string>();
        var items = _items.Items(() =>
        {
            if (_tokens.TryTake("comment"))
            {
                comment = _tokens.Word("a comment");
                return null;
            }

            if (_tokens.TryTake("flags"))
            {
                flags.AddRange(_tokens.Words());
                return null;
            }

            return Member();
        });
        _tokens.Expect("}");
        return new NftTable(family, name, items) { Comment = comment, Flags = flags };
    }

    private NftItem Member()
    {
        var kind = _kinds.Kind();
        if (kind is "table" or "rule" or "element" or "ruleset")
            throw new NftSyntaxException($"'{kind}' does not stand in a table.");
        return Named(kind, _tokens.Word("a name"));
    }

    internal NftItem Named(string kind, string name) => kind switch
    {
        "chain" => Chains.Chain(name),
        "set" or "map" => _sets.Set(name, isMap: kind == "map"),
        "flowtable" => _flowTables.FlowTable(name),
        _ => _objects.Object(kind, name),
    };
}
