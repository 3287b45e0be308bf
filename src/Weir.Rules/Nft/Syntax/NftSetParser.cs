namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads sets and maps that have a name.</summary>
internal sealed class NftSetParser(NftTokens tokens, NftStatementParser statementParser, NftItemParser itemParser)
{
    internal NftSet Set(string name, bool isMap)
    {
        var set = new NftSet(name) { IsMap = isMap };
        if (!tokens.TryTake("{"))
            return set;
        var statements = new List<NftStatement>();
        var items = itemParser.Items(() =>
        {
            switch (tokens.Current.Text)
            {
                case "type":
                    tokens.Take();
                    set = Types(set);
                    return null;
                case "typeof":
                    tokens.Take();
                    set = TypesOf(set);
                    return null;
                case "flags":
                    tokens.Take();
                    set = set with { Flags = tokens.Words() };
                    return null;
                case "timeout":
                    tokens.Take();
                    set = set with { Timeout = tokens.Word("a time") };
                    return null;
                case "gc-interval":
                    tokens.Take();
                    set = set with { GcInterval = tokens.Word("a time") };
                    return null;
                case "size":
                    tokens.Take();
                    set = set with { Size = tokens.Number32("a size") };
                    return null;
                case "policy":
                    tokens.Take();
                    set = set with { Policy = tokens.Word("memory or performance") };
                    return null;
                case "auto-merge":
                    tokens.Take();
                    set = set with { AutoMerge = true };
                    return null;
                case "comment":
                    tokens.Take();
                    set = set with { Comment = tokens.Word("a comment") };
                    return null;
                case "elements":
                    tokens.Take();
                    tokens.Expect("=");
                    set = set with { Elements = statementParser.Terms.Elements.Set().Elements };
                    return null;
                default:
                    do
                    {
                        statements.Add(statementParser.States.Statement() ?? throw tokens.Unexpected("a setting of the set"));
                    }
                    while (!tokens.Current.EndsStatement);
                    return null;
            }
        });
        tokens.Expect("}");
        return set with { Items = items, Statements = statements };
    }

    private NftSet Types(NftSet set)
    {
        var key = TypeNames();
        if (!tokens.TryTake(":"))
            return set with { KeyTypes = key };
        var isInterval = tokens.TryTake("interval");
        return set with { KeyTypes = key, DataIsInterval = isInterval, DataTypes = TypeNames() };
    }

    private List<string> TypeNames()
    {
        var names = new List<string>();
        do
        {
            var name = tokens.Word("a type");
            names.Add(name == "ct" ? $"ct {tokens.Word("an object")}" : name);
        }
        while (tokens.TryTake("."));
        return names;
    }

    private NftSet TypesOf(NftSet set)
    {
        var key = statementParser.Terms.Selectors.TypeOf();
        if (!tokens.TryTake(":"))
            return set with { TypeOf = key };
        var isInterval = tokens.TryTake("interval");
        var start = tokens.Position;
        if (statementParser.Terms.Selectors.Selector() is null)
            return set with { TypeOf = key, DataIsInterval = isInterval, DataTypes = TypeNames() };
        tokens.Position = start;
        return set with { TypeOf = key, DataIsInterval = isInterval, DataTypeOf = statementParser.Terms.Selectors.TypeOf() };
    }
}
