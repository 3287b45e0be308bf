using Weir.Rules.Nft.Types;

namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads terms: selectors, constants, sets, maps and what is calculated of them.</summary>
internal sealed class NftTermParser(NftTokens tokens)
{
    private static readonly string[] RawBases = ["ll", "nh", "th", "ih"];
    private static readonly string[] FibKeys = ["saddr", "daddr", "mark", "iif", "oif"];
    private static readonly string[] FibResults = ["oif", "oifname", "type", "check"];
    private static readonly string[] VerdictWords = ["accept", "drop", "continue", "return"];

    private static readonly Dictionary<string, string[]> ExtensionFields = new(StringComparer.Ordinal)
    {
        ["hbh"] = ["nexthdr", "hdrlength"],
        ["frag"] = ["nexthdr", "reserved", "frag-off", "reserved2", "more-fragments", "id"],
        ["dst"] = ["nexthdr", "hdrlength"],
        ["mh"] = ["nexthdr", "hdrlength", "type", "reserved", "checksum"],
        ["rt"] = ["nexthdr", "hdrlength", "type", "seg-left"],
    };

    private static readonly string[] TcpOptionFields = ["kind", "length", "size", "count", "left", "right", "tsval", "tsecr", "left0", "right0"];

    private NftStatementParser? _statements;

    internal void Use(NftStatementParser statements) => _statements = statements;

    /// <summary>What stands left of a comparison, or behind <c>set</c>: selectors calculated with, concatenated, mapped.</summary>
    internal NftTerm Expression(bool takesConstants)
    {
        tokens.Enter();
        var first = Or(takesConstants);
        if (tokens.Is("."))
        {
            var parts = new List<NftTerm> { first };
            while (tokens.TryTake("."))
                parts.Add(Or(takesConstants));
            first = new NftTerm.Concatenation(parts);
        }

        if (tokens.TryTake("map"))
            first = new NftTerm.Map(first, Mappings());
        tokens.Leave();
        return first;
    }

    /// <summary><c>{ … }</c> or <c>@name</c>.</summary>
    internal NftTerm Mappings()
    {
        if (tokens.Is("{"))
            return Set();
        tokens.Expect("@");
        return new NftTerm.SetReference(tokens.Word("the name of a set"));
    }

    /// <summary>What stands right of a comparison.</summary>
    /// <param name="takesList">Whether <c>a,b</c> is a list here; inside braces a comma parts elements.</param>
    /// <param name="takesPrefix">Whether <c>/</c> and a number is a prefix's length.</param>
    internal NftTerm Value(bool takesList, bool takesPrefix)
    {
        if (tokens.Is("{"))
            return Set();
        if (tokens.TryTake("@"))
            return new NftTerm.SetReference(tokens.Word("the name of a set"));
        var first = Part(takesPrefix);
        if (tokens.Is("."))
        {
            var parts = new List<NftTerm> { first };
            while (tokens.TryTake("."))
                parts.Add(Part(takesPrefix));
            first = new NftTerm.Concatenation(parts);
        }

        if (!takesList || !tokens.Is(","))
            return first;
        var items = new List<NftTerm> { first };
        while (tokens.TryTake(","))
            items.Add(Part(takesPrefix));
        return new NftTerm.List(items);
    }

    internal NftTerm.Set Set()
    {
        tokens.Enter();
        tokens.Expect("{");
        var elements = new List<NftElement>();
        tokens.SkipBlank();
        while (!tokens.Is("}"))
        {
            var element = Element();
            // As nft does it: a set in a set, mostly one that was defined, gives its elements.
            if (element is { Key: NftTerm.Set inner, Data: null })
                elements.AddRange(inner.Elements);
            else
                elements.Add(element);
            tokens.SkipBlank();
            if (!tokens.TryTake(","))
                break;
            tokens.SkipBlank();
        }

        tokens.SkipBlank();
        tokens.Expect("}");
        tokens.Leave();
        return new NftTerm.Set(elements);
    }

    internal NftTerm.Verdict? Verdict()
    {
        foreach (var word in VerdictWords)
        {
            if (tokens.TryTake(word))
                return new NftTerm.Verdict(word);
        }

        foreach (var word in new[] { "jump", "goto" })
        {
            if (tokens.TryTake(word))
                return new NftTerm.Verdict(word, tokens.Word("the name of a chain"));
        }

        return null;
    }

    /// <summary>A selector that begins here, or null.</summary>
    internal NftTerm? Selector()
    {
        var start = tokens.Position;
        var term = SelectorAt();
        if (term is null)
            tokens.Position = start;
        return term;
    }

    /// <summary>A set's key in the form <c>typeof ip saddr . tcp dport</c>.</summary>
    internal NftTerm TypeOf()
    {
        var first = Selector() ?? throw tokens.Unexpected("a selector");
        if (!tokens.Is("."))
            return first;
        var parts = new List<NftTerm> { first };
        while (tokens.TryTake("."))
            parts.Add(Selector() ?? throw tokens.Unexpected("a selector"));
        return new NftTerm.Concatenation(parts);
    }

    internal NftElement Element()
    {
        var element = new NftElement(tokens.TryTake("*") ? new NftTerm.Word("*") : Value(takesList: false, takesPrefix: true));
        var statements = new List<NftStatement>();
        while (true)
        {
            if (tokens.TryTake("timeout"))
                element = element with { Timeout = tokens.Word("a time") };
            else if (tokens.TryTake("expires"))
                element = element with { Expires = tokens.Word("a time") };
            else if (tokens.TryTake("comment"))
                element = element with { Comment = tokens.Word("a comment") };
            else if (_statements?.Stateful() is { } statement)
                statements.Add(statement);
            else
                break;
        }

        tokens.SkipBlank();
        NftTerm? data = null;
        if (tokens.TryTake(":"))
        {
            tokens.SkipBlank();
            data = Verdict() ?? Value(takesList: false, takesPrefix: true);
        }

        return element with { Statements = statements, Data = data };
    }

    /// <summary>The key of <c>add @set { … }</c>, which is looked at in the packet.</summary>
    internal NftElement Update()
    {
        var element = new NftElement(Expression(takesConstants: true));
        var statements = new List<NftStatement>();
        while (true)
        {
            if (tokens.TryTake("timeout"))
                element = element with { Timeout = tokens.Word("a time") };
            else if (_statements?.Stateful() is { } statement)
                statements.Add(statement);
            else
                break;
        }

        return element with { Statements = statements, Data = tokens.TryTake(":") ? Expression(takesConstants: true) : null };
    }

    private NftTerm Or(bool takesConstants)
    {
        var left = Xor(takesConstants);
        while (tokens.TryTake("|") || tokens.TryTake("or"))
            left = new NftTerm.Operation("|", left, Xor(takesConstants: true));
        return left;
    }

    private NftTerm Xor(bool takesConstants)
    {
        var left = And(takesConstants);
        while (tokens.TryTake("^") || tokens.TryTake("xor"))
            left = new NftTerm.Operation("^", left, And(takesConstants: true));
        return left;
    }

    private NftTerm And(bool takesConstants)
    {
        var left = Shift(takesConstants);
        while (tokens.TryTake("&") || tokens.TryTake("and"))
            left = new NftTerm.Operation("&", left, Shift(takesConstants: true));
        return left;
    }

    private NftTerm Shift(bool takesConstants)
    {
        var left = Primary(takesConstants);
        while (true)
        {
            if (tokens.TryTake("<<") || tokens.TryTake("lshift"))
                left = new NftTerm.Operation("<<", left, Primary(takesConstants: true));
            else if (tokens.TryTake(">>") || tokens.TryTake("rshift"))
                left = new NftTerm.Operation(">>", left, Primary(takesConstants: true));
            else
                return left;
        }
    }

    private NftTerm Primary(bool takesConstants)
    {
        if (tokens.TryTake("("))
        {
            tokens.Enter();
            var inner = Or(takesConstants: true);
            if (tokens.Is(","))
            {
                var items = new List<NftTerm> { inner };
                while (tokens.TryTake(","))
                    items.Add(Or(takesConstants: true));
                inner = new NftTerm.List(items);
            }

            tokens.Leave();
            tokens.Expect(")");
            return inner;
        }

        if (Selector() is { } selector)
            return selector;
        return takesConstants ? Constant() : throw tokens.Unexpected("a statement");
    }

    /// <summary>A constant with what may stand behind it: a range's end, a prefix's length, or bits that go with it.</summary>
    private NftTerm Part(bool takesPrefix)
    {
        var left = PartWithoutOperator(takesPrefix);
        while (true)
        {
            if (tokens.TryTake("|") || tokens.TryTake("or"))
                left = new NftTerm.Operation("|", left, PartWithoutOperator(takesPrefix));
            else if (tokens.TryTake("&") || tokens.TryTake("and"))
                left = new NftTerm.Operation("&", left, PartWithoutOperator(takesPrefix));
            else
                return left;
        }
    }

    private NftTerm PartWithoutOperator(bool takesPrefix)
    {
        if (tokens.Is("("))
            return Primary(takesConstants: true);
        var from = Constant();
        if (tokens.TryTake("-"))
            return new NftTerm.Range(from, Constant());
        if (takesPrefix && tokens.Is("/") && tokens.Peek().Kind == NftTokenKind.Word && int.TryParse(tokens.Peek().Text, System.Globalization.CultureInfo.InvariantCulture, out var length))
        {
            tokens.Position += 2;
            return new NftTerm.Prefix(from, length);
        }

        return from;
    }

    internal NftTerm.Word Constant()
    {
        switch (tokens.Current.Kind)
        {
            case NftTokenKind.Quoted:
                return new NftTerm.Word(tokens.Take().Text, IsQuoted: true);
            case NftTokenKind.Word:
                var text = tokens.Take().Text;
                // A traffic control class: 1:2. The lexer keeps only addresses together.
                return tokens.Is(":") && tokens.Peek().Kind == NftTokenKind.Word && IsAdjacent() && IsHex(text) && IsHex(tokens.Peek().Text)
                    ? Class(text)
                    : new NftTerm.Word(text);
            default:
                throw tokens.Unexpected("a value");
        }
    }

    private NftTerm.Word Class(string major)
    {
        tokens.Take();
        return new NftTerm.Word($"{major}:{tokens.Take().Text}");
    }

    private bool IsAdjacent() => tokens.Peek(-1).End == tokens.Current.Start && tokens.Current.End == tokens.Peek().Start && tokens.Peek(-2).Text is "set" or "priority";

    private static bool IsHex(string text) => text.Length is > 0 and <= 4 && text.All(char.IsAsciiHexDigit);

    private NftTerm? SelectorAt()
    {
        var token = tokens.Current;
        if (token.Is("@"))
            return Raw();
        if (token.Kind != NftTokenKind.Word)
            return null;
        switch (token.Text)
        {
            case "meta":
                tokens.Take();
                return NftKeys.Find(NftKeys.Meta, tokens.Current.Text) is { } key ? Take(new NftTerm.Meta(key.Name)) : null;
            case "ct":
                tokens.Take();
                return Ct();
            case "fib":
                tokens.Take();
                return Fib();
            case "numgen":
                tokens.Take();
                return Numgen();
            case "jhash":
                tokens.Take();
                return Jhash();
            case "symhash":
                tokens.Take();
                tokens.Expect("mod");
                return new NftTerm.Hash(null, tokens.Number32("a modulus"), null, Offset());
            case "socket":
                tokens.Take();
                return Socket();
            case "exthdr":
                tokens.Take();
                return new NftTerm.ExtensionHeader(tokens.Word("an extension header"), null);
            case "rt" when Route() is { } route:
                return route;
            case "tcp" when tokens.Peek().Is("option"):
                return TcpOption();
        }

        if (ExtensionFields.TryGetValue(token.Text, out var fields) && fields.Contains(tokens.Peek().Text, StringComparer.Ordinal))
        {
            tokens.Take();
            return new NftTerm.ExtensionHeader(token.Text, tokens.Take().Text);
        }

        if (NftKeys.Unqualified.Contains(token.Text, StringComparer.Ordinal) || (NftKeys.AlsoUnqualified.Contains(token.Text, StringComparer.Ordinal) && !tokens.Peek().EndsStatement))
            return Take(new NftTerm.Meta(token.Text));
        if (NftHeaders.Find(token.Text) is not { } header)
            return null;
        tokens.Take();
        var name = tokens.Current.Text;
        if (header == NftHeaders.Arp && name is "saddr" or "daddr")
            name = $"{name} {tokens.Peek().Text}";
        if (header.Field(name) is not { } field)
            return null;
        tokens.Position += name.Contains(' ', StringComparison.Ordinal) ? 2 : 1;
        return new NftTerm.Payload(header.Name, field.Name);
    }

    private NftTerm Take(NftTerm term)
    {
        tokens.Take();
        return term;
    }

    private NftTerm.RawPayload? Raw()
    {
        if (!RawBases.Contains(tokens.Peek().Text, StringComparer.Ordinal) || !tokens.Peek(2).Is(","))
            return null;
        tokens.Take();
        var name = tokens.Take().Text;
        tokens.Expect(",");
        var offset = tokens.Number32("an offset in bits");
        tokens.Expect(",");
        var length = tokens.Number32("a length in bits");
        return offset <= 16384 && length is > 0 and <= 128 ? new NftTerm.RawPayload(name, (int)offset, (int)length) : throw new NftSyntaxException("bits beyond what the kernel loads.");
    }

    private NftTerm.Ct? Ct()
    {
        string? direction = tokens.Current.Text is "original" or "reply" && tokens.Current.Kind == NftTokenKind.Word ? tokens.Take().Text : null;
        var name = tokens.Current.Text;
        if (name is "ip" or "ip6")
            name = $"{name} {tokens.Peek().Text}";
        if (NftKeys.Find(NftKeys.Ct, name) is not { } key)
            return null;
        tokens.Position += name.Contains(' ', StringComparison.Ordinal) ? 2 : 1;
        return new NftTerm.Ct(key.Name, direction);
    }

    private NftTerm.Fib Fib()
    {
        var tuple = new List<string>();
        do
        {
            if (!FibKeys.Contains(tokens.Current.Text, StringComparer.Ordinal))
                throw tokens.Unexpected("saddr, daddr, mark, iif or oif");
            tuple.Add(tokens.Take().Text);
        }
        while (tokens.TryTake("."));
        if (!FibResults.Contains(tokens.Current.Text, StringComparer.Ordinal))
            throw tokens.Unexpected("oif, oifname, type or check");
        return new NftTerm.Fib(tuple, tokens.Take().Text);
    }

    private NftTerm.Numgen Numgen()
    {
        var mode = tokens.Word("inc or random");
        if (mode is not ("inc" or "random"))
            throw new NftSyntaxException("numgen takes inc or random.");
        tokens.Expect("mod");
        return new NftTerm.Numgen(mode, tokens.Number32("a modulus"), Offset());
    }

    private NftTerm.Hash Jhash()
    {
        var key = TypeOf();
        tokens.Expect("mod");
        var modulus = tokens.Number32("a modulus");
        return new NftTerm.Hash(key, modulus, tokens.TryTake("seed") ? tokens.Number32("a seed") : null, Offset());
    }

    private uint Offset() => tokens.TryTake("offset") ? tokens.Number32("an offset") : 0;

    private NftTerm.Socket? Socket()
    {
        if (NftKeys.Find(NftKeys.Socket, tokens.Current.Text) is not { } key)
            return null;
        tokens.Take();
        if (key.Name != "cgroupv2")
            return new NftTerm.Socket(key.Name);
        tokens.Expect("level");
        return new NftTerm.Socket(key.Name, tokens.Number32("a level"));
    }

    private NftTerm.TcpOption TcpOption()
    {
        tokens.Position += 2;
        var option = tokens.Word("the name of a TCP option");
        return new NftTerm.TcpOption(option, tokens.Current.Kind == NftTokenKind.Word && TcpOptionFields.Contains(tokens.Current.Text, StringComparer.Ordinal) ? tokens.Take().Text : null);
    }

    private NftTerm.Route? Route()
    {
        var name = tokens.Peek().Text;
        if (name is "ip" or "ip6")
            name = $"{name} {tokens.Peek(2).Text}";
        if (NftKeys.Find(NftKeys.Route, name) is not { } key)
            return null;
        tokens.Position += name.Contains(' ', StringComparison.Ordinal) ? 3 : 2;
        return new NftTerm.Route(key.Name);
    }
}
