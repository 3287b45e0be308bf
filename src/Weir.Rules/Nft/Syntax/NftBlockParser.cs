using Weir.Rules.Text;

namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads commands, tables and what stands in them. A statement that is not understood is kept as text up to its end.</summary>
internal sealed class NftBlockParser
{
    private static readonly string[] Families = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];
    private static readonly string[] Verbs = ["add", "create", "insert", "replace", "delete", "destroy", "flush"];

    private readonly NftTokens _tokens;
    private readonly NftStatementParser _statements;
    private readonly List<TextFinding> _findings = [];
    private readonly HashSet<(int Block, string Name)> _defined = [];

    // Blocks are counted from 1, the whole text; 0 is around it.
    private int _block;
    private int _blocks;

    private NftBlockParser(string text)
    {
        _tokens = new NftTokens(text);
        _statements = new NftStatementParser(_tokens, AnonymousChain);
    }

    internal static ParsedText<NftRuleset> Parse(string text)
    {
        var parser = new NftBlockParser(text);
        var items = parser.Items(parser.TopLevel);
        return new ParsedText<NftRuleset>(new NftRuleset(items), parser._findings);
    }

    /// <summary>Reads items up to the closing brace of this block, or the end of the text.</summary>
    private List<NftItem> Items(Func<NftItem?> one)
    {
        var (items, outer) = (new List<NftItem>(), _block);
        _block = ++_blocks;
        while (true)
        {
            _tokens.SkipNewLinesAndSemicolons();
            if (_tokens.AtEnd || (_tokens.Is("}") && outer != 0))
            {
                _block = outer;
                return items;
            }

            var token = _tokens.Current;
            if (token.Kind == NftTokenKind.Comment)
            {
                _tokens.Take();
                items.Add(new NftRemarkLine(token.Text) { Line = token.Line, Source = token.Text });
                continue;
            }

            if (Item(one) is { } item)
                items.Add(item with { Line = token.Line });
            if (_tokens.Current.Kind == NftTokenKind.Comment && items.Count > 0 && _tokens.Current.Line == _tokens.Peek(-1).Line && items[^1].Remark is null)
                items[^1] = items[^1] with { Remark = _tokens.Take().Text };
        }
    }

    private NftItem? Item(Func<NftItem?> one)
    {
        var (start, depth) = (_tokens.Position, _tokens.Depth);
        var line = _tokens.Current.Line;
        try
        {
            var item = NftVariables.IsDefinition(_tokens.Current) ? Definition() : one();
            if (!_tokens.Current.EndsStatement && _tokens.Peek(-1) is not { Kind: NftTokenKind.Symbol, Text: "}" })
                throw _tokens.Unexpected("the end of the statement");
            return item is { Source.Length: 0 } ? item with { Source = FirstLine(_tokens.Slice(start)) } : item;
        }
        catch (NftSyntaxException unknown)
        {
            _tokens.Depth = depth;
            var text = _tokens.SkipStatement(start);
            _findings.Add(new TextFinding(line, FirstLine(text), $"Not understood: {unknown.Message}"));
            return new NftUnparsed(text) { Source = FirstLine(text) };
        }
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();

    private NftItem? TopLevel()
    {
        var verb = _tokens.Current.Text;
        if (_tokens.Current.Kind == NftTokenKind.Word && Verbs.Contains(verb, StringComparer.Ordinal))
            return Command(_tokens.Take().Text);
        if (_tokens.Is("table"))
            return Table();
        // As in nft, a command without a verb adds.
        if (IsKind() || (Families.Contains(verb, StringComparer.Ordinal) && _tokens.Peek().Kind == NftTokenKind.Word))
            return Command("add");
        throw _tokens.Unexpected("a table or a command (add, create, insert, replace, delete, destroy, flush)");
    }

    private NftDefinition Definition()
    {
        var verb = _tokens.Take().Text;
        var name = _tokens.Current.Kind == NftTokenKind.Word ? _tokens.Take().Text : throw _tokens.Unexpected("a name");
        if (verb == "undefine")
        {
            _defined.Remove((_block, name));
            return new NftDefinition(verb, name, null);
        }

        if (!_defined.Add((_block, name)) && verb == "define")
            throw new NftSyntaxException($"{name} is defined already.");
        _tokens.Expect("=");
        if (_tokens.Current is { Kind: NftTokenKind.Word, Text: "accept" or "drop" or "continue" or "return" or "jump" or "goto" or "queue" or "reject" })
            throw _tokens.Unexpected("a value (a verdict's word stands in quotes)");
        var sign = _tokens.TryTake("-") ? "-" : "";
        return new NftDefinition(verb, name, sign.Length != 0 ? new NftTerm.Word(sign + _tokens.Word("a number")) : _statements.Terms.Value(takesList: true, takesPrefix: true));
    }

    /// <summary>The rules between the braces of <c>jump { … }</c>.</summary>
    private List<NftItem> AnonymousChain()
    {
        _tokens.Enter();
        _tokens.Expect("{");
        var items = Items(Rule);
        _tokens.Expect("}");
        _tokens.Leave();
        return items;
    }

    private string Family() => Families.Contains(_tokens.Current.Text, StringComparer.Ordinal) && _tokens.Peek().Kind is NftTokenKind.Word or NftTokenKind.Quoted ? _tokens.Take().Text : "";

    private NftTable Table()
    {
        _tokens.Expect("table");
        var family = Family();
        var name = _tokens.Word("the name of a table");
        return TableBody(family.Length == 0 ? "ip" : family, name);
    }

    private NftTable TableBody(string family, string name)
    {
        if (!_tokens.TryTake("{"))
            return new NftTable(family, name, []);
        string? comment = null;
        var flags = new List<string>();
        var items = Items(() =>
        {
            if (_tokens.TryTake("comment"))
            {
                comment = _tokens.Word("a comment");
                return null;
            }

            if (_tokens.TryTake("flags"))
            {
                flags.AddRange(Words());
                return null;
            }

            return Member();
        });
        _tokens.Expect("}");
        return new NftTable(family, name, items) { Comment = comment, Flags = flags };
    }

    private List<string> Words()
    {
        var words = new List<string> { _tokens.Word("a word") };
        while (_tokens.TryTake(","))
            words.Add(_tokens.Word("a word"));
        return words;
    }

    private NftItem Member()
    {
        var kind = Kind();
        if (kind is "table" or "rule" or "element" or "ruleset")
            throw new NftSyntaxException($"'{kind}' does not stand in a table.");
        return Named(kind, _tokens.Word("a name"));
    }

    /// <summary>The kind of thing that is named next; takes both words of <c>ct helper</c>.</summary>
    private string Kind()
    {
        var kind = _tokens.Current.Text;
        if (_tokens.Current.Kind != NftTokenKind.Word)
            throw _tokens.Unexpected("chain, set, map, flowtable or an object");
        if (!IsKind())
            throw _tokens.Unexpected("chain, set, map, flowtable or an object");
        if (kind == "ct")
            kind = $"ct {_tokens.Peek().Text}";
        _tokens.Position += kind.StartsWith("ct ", StringComparison.Ordinal) ? 2 : 1;
        return kind;
    }

    private bool IsKind() => _tokens.Current.Kind == NftTokenKind.Word && (_tokens.Current.Text == "ct"
        ? _tokens.Peek().Text is "helper" or "timeout" or "expectation"
        : _tokens.Current.Text is "table" or "chain" or "rule" or "set" or "map" or "element" or "flowtable" or "ruleset" or "counter" or "quota" or "limit" or "synproxy" or "secmark");

    private NftItem Named(string kind, string name) => kind switch
    {
        "chain" => Chain(name),
        "set" or "map" => Set(name, isMap: kind == "map"),
        "flowtable" => FlowTable(name),
        _ => Object(kind, name),
    };

    private NftChain Chain(string name)
    {
        if (!_tokens.TryTake("{"))
            return new NftChain(name, []);
        var chain = new NftChain(name, []);
        var items = Items(() =>
        {
            if (_tokens.Is("comment") && _tokens.Peek().Kind is NftTokenKind.Quoted or NftTokenKind.Word)
            {
                _tokens.Take();
                chain = chain with { Comment = _tokens.Take().Text };
                return null;
            }

            if (_tokens.TryTake("type"))
            {
                chain = Hook(chain);
                return null;
            }

            if (_tokens.TryTake("policy"))
            {
                chain = chain with { Policy = _tokens.Word("accept or drop") };
                return null;
            }

            if (_tokens.TryTake("flags"))
            {
                chain = chain with { Flags = Words() };
                return null;
            }

            if (_tokens.Is("devices"))
            {
                chain = chain with { Devices = [.. Devices().Select(device => device.Text)] };
                return null;
            }

            return Rule();
        });
        _tokens.Expect("}");
        return chain with { Items = items };
    }

    private NftChain Hook(NftChain chain)
    {
        var type = _tokens.Word("the type of a chain");
        _tokens.Expect("hook");
        var hook = _tokens.Word("the name of a hook");
        IReadOnlyList<string> devices = [];
        if (_tokens.TryTake("device"))
            devices = [_tokens.Word("the name of a device")];
        else if (_tokens.Is("devices"))
            devices = [.. Devices().Select(device => device.Text)];
        _tokens.Expect("priority");
        return chain with { Type = type, Hook = hook, Devices = devices, Priority = Priority() };
    }

    /// <summary><c>filter</c>, <c>filter + 5</c>, <c>-100</c>.</summary>
    private string Priority()
    {
        var sign = _tokens.TryTake("-") ? "-" : "";
        var text = sign + _tokens.Word("a priority");
        if (_tokens.Is("+") || _tokens.Is("-"))
            text = $"{text} {_tokens.Take().Text} {_tokens.Number("a number")}";
        return text;
    }

    private List<NftTerm.Word> Devices()
    {
        _tokens.Expect("devices");
        _tokens.Expect("=");
        _tokens.Expect("{");
        var devices = new List<NftTerm.Word>();
        _tokens.SkipBlank();
        while (!_tokens.Is("}"))
        {
            devices.Add(_statements.Terms.Constant());
            _tokens.SkipBlank();
            if (!_tokens.TryTake(","))
                break;
            _tokens.SkipBlank();
        }

        _tokens.Expect("}");
        return devices;
    }

    private NftRule Rule()
    {
        var start = _tokens.Position;
        var statements = new List<NftStatement>();
        string? comment = null;
        while (!_tokens.Current.EndsStatement)
        {
            if (_tokens.TryTake("comment"))
            {
                comment = _tokens.Word("a comment");
                break;
            }

            statements.Add(_statements.Statement());
        }

        if (statements.Count == 0 && comment is null)
            throw _tokens.Unexpected("a rule");
        return new NftRule(statements) { Comment = comment, Source = FirstLine(_tokens.Slice(start)) };
    }

    private NftSet Set(string name, bool isMap)
    {
        var set = new NftSet(name) { IsMap = isMap };
        if (!_tokens.TryTake("{"))
            return set;
        var statements = new List<NftStatement>();
        var items = Items(() =>
        {
            switch (_tokens.Current.Text)
            {
                case "type":
                    _tokens.Take();
                    set = Types(set);
                    return null;
                case "typeof":
                    _tokens.Take();
                    set = TypesOf(set);
                    return null;
                case "flags":
                    _tokens.Take();
                    set = set with { Flags = Words() };
                    return null;
                case "timeout":
                    _tokens.Take();
                    set = set with { Timeout = _tokens.Word("a time") };
                    return null;
                case "gc-interval":
                    _tokens.Take();
                    set = set with { GcInterval = _tokens.Word("a time") };
                    return null;
                case "size":
                    _tokens.Take();
                    set = set with { Size = _tokens.Number32("a size") };
                    return null;
                case "policy":
                    _tokens.Take();
                    set = set with { Policy = _tokens.Word("memory or performance") };
                    return null;
                case "auto-merge":
                    _tokens.Take();
                    set = set with { AutoMerge = true };
                    return null;
                case "comment":
                    _tokens.Take();
                    set = set with { Comment = _tokens.Word("a comment") };
                    return null;
                case "elements":
                    _tokens.Take();
                    _tokens.Expect("=");
                    set = set with { Elements = _statements.Terms.Set().Elements };
                    return null;
                default:
                    do
                    {
                        statements.Add(_statements.Stateful() ?? throw _tokens.Unexpected("a setting of the set"));
                    }
                    while (!_tokens.Current.EndsStatement);
                    return null;
            }
        });
        _tokens.Expect("}");
        return set with { Items = items, Statements = statements };
    }

    private NftSet Types(NftSet set)
    {
        var key = TypeNames();
        if (!_tokens.TryTake(":"))
            return set with { KeyTypes = key };
        var isInterval = _tokens.TryTake("interval");
        return set with { KeyTypes = key, DataIsInterval = isInterval, DataTypes = TypeNames() };
    }

    private List<string> TypeNames()
    {
        var names = new List<string>();
        do
        {
            var name = _tokens.Word("a type");
            names.Add(name == "ct" ? $"ct {_tokens.Word("an object")}" : name);
        }
        while (_tokens.TryTake("."));
        return names;
    }

    private NftSet TypesOf(NftSet set)
    {
        var key = _statements.Terms.TypeOf();
        if (!_tokens.TryTake(":"))
            return set with { TypeOf = key };
        var isInterval = _tokens.TryTake("interval");
        var start = _tokens.Position;
        if (_statements.Terms.Selector() is null)
            return set with { TypeOf = key, DataIsInterval = isInterval, DataTypes = TypeNames() };
        _tokens.Position = start;
        return set with { TypeOf = key, DataIsInterval = isInterval, DataTypeOf = _statements.Terms.TypeOf() };
    }

    private NftFlowTable FlowTable(string name)
    {
        var table = new NftFlowTable(name);
        if (!_tokens.TryTake("{"))
            return table;
        var settings = Items(() =>
        {
            if (_tokens.TryTake("hook"))
            {
                _tokens.Expect("ingress");
                _tokens.Expect("priority");
                table = table with { Priority = Priority() };
            }
            else if (_tokens.Is("devices"))
            {
                table = table with { Devices = Devices() };
            }
            else if (_tokens.TryTake("flags"))
            {
                table = table with { Flags = Words() };
            }
            else if (_tokens.TryTake("counter"))
            {
                table = table with { HasCounter = true };
            }
            else
            {
                throw _tokens.Unexpected("hook, devices, flags or counter");
            }

            return null;
        });
        if (settings.Exists(item => item is NftUnparsed or NftDefinition))
            throw new NftSyntaxException($"a setting of flowtable {name} is not understood.");
        _tokens.Expect("}");
        return table;
    }

    private NftObject Object(string kind, string name)
    {
        var named = new NftObject(kind, name);
        if (!_tokens.TryTake("{"))
            return _tokens.Current.EndsStatement ? named : State(named) ?? throw _tokens.Unexpected("'{'");
        var settings = new List<string>();
        var broken = Items(() =>
        {
            if (_tokens.TryTake("comment"))
                named = named with { Comment = _tokens.Word("a comment") };
            else if (State(named) is { } withState)
                named = withState;
            else
                settings.Add(Setting());
            return null;
        });
        if (broken.Exists(item => item is NftUnparsed or NftDefinition))
            throw new NftSyntaxException($"a setting of {kind} {name} is not understood.");
        _tokens.Expect("}");
        return named with { Settings = settings };
    }

    private NftObject? State(NftObject named) => named.Kind switch
    {
        "counter" => named with { State = _statements.Figures() },
        "quota" => named with { State = _statements.Amount() },
        "limit" => named with { State = _statements.Rate() },
        _ => null,
    };

    /// <summary>One setting as words: <c>type "ftp" protocol tcp</c>, <c>policy = { established : 100 }</c>.</summary>
    private string Setting()
    {
        var words = new List<string>();
        var braces = 0;
        while (!_tokens.AtEnd && (braces > 0 || !_tokens.Current.EndsStatement))
        {
            var token = _tokens.Take();
            if (token.Kind is NftTokenKind.NewLine or NftTokenKind.Comment)
                continue;
            braces += token.Is("{") ? 1 : token.Is("}") ? -1 : 0;
            if (token.Is(",") && words.Count > 0)
                words[^1] += ",";
            else
                words.Add(token.Kind == NftTokenKind.Quoted ? $"\"{token.Text}\"" : token.Text);
        }

        return string.Join(' ', words);
    }

    private NftCommand Command(string verb)
    {
        var command = new NftCommand(verb, "rule");
        // "add ip t c accept": what is no kind is where a rule goes.
        if (verb != "add" || IsKind())
            command = command with { Kind = Kind() };
        if (command.Kind == "ruleset")
            return verb == "flush" ? command with { Family = Families.Contains(_tokens.Current.Text, StringComparer.Ordinal) ? _tokens.Take().Text : "" } : throw new NftSyntaxException($"{verb} ruleset is no command.");
        command = command with { Family = Family() };
        if (command.Kind == "table")
            return TableCommand(command);
        command = command with { Table = _tokens.Word("the name of a table") };
        var removes = verb is "delete" or "destroy" or "flush";
        if (removes && _tokens.TryTake("handle"))
            return command with { OfHandle = _tokens.Number("a handle") };
        command = command with { Name = _tokens.Word("a name") };
        return command.Kind switch
        {
            "rule" => RuleCommand(command, removes),
            "element" => command with { Body = new NftSet(command.Name) { Elements = _statements.Terms.Set().Elements } },
            _ when removes => command,
            _ when verb is not ("add" or "create") => throw new NftSyntaxException($"{verb} {command.Kind} is no command."),
            _ => command with { Body = Named(command.Kind, command.Name) },
        };
    }

    private NftCommand TableCommand(NftCommand command)
    {
        if (command.Verb is "delete" or "destroy" && _tokens.TryTake("handle"))
            return command with { OfHandle = _tokens.Number("a handle") };
        var name = _tokens.Word("the name of a table");
        command = command with { Table = name, Name = name };
        return command.Verb switch
        {
            "add" or "create" => command with { Body = TableBody(command.Family.Length == 0 ? "ip" : command.Family, name) },
            "delete" or "destroy" or "flush" => command,
            _ => throw new NftSyntaxException($"{command.Verb} table is no command."),
        };
    }

    private NftCommand RuleCommand(NftCommand command, bool removes)
    {
        if (_tokens.TryTake("handle"))
            command = command with { OfHandle = _tokens.Number("a handle") };
        else if (_tokens.TryTake("position"))
            command = command with { Position = _tokens.Number("a handle") };
        else if (_tokens.TryTake("index"))
            command = command with { Index = _tokens.Number32("an index") };
        if (removes)
            return command.OfHandle is not null ? command : throw _tokens.Unexpected("handle");
        return command with { Body = Rule() };
    }
}
