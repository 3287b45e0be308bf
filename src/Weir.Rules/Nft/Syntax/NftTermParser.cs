namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads terms: selectors and constants, sets and maps, and what is calculated of them.</summary>
internal sealed class NftTermParser
{
    private static readonly string[] VerdictWords = ["accept", "drop", "continue", "return"];

    private readonly NftTokens _tokens;

    internal NftTermParser(NftTokens tokens)
    {
        _tokens = tokens;
        Constants = new NftConstantParser(tokens);
        Selectors = new NftSelectorParser(tokens);
        Elements = new NftElementParser(tokens, this);
    }

    internal NftConstantParser Constants { get; }

    internal NftSelectorParser Selectors { get; }

    internal NftElementParser Elements { get; }

    /// <summary>What stands left of a comparison, or behind <c>set</c>: selectors calculated with, concatenated, mapped.</summary>
    internal NftTerm Expression(bool takesConstants)
    {
        _tokens.Enter();
        var first = Or(takesConstants);
        if (_tokens.Is("."))
        {
            var parts = new List<NftTerm> { first };
            while (_tokens.TryTake("."))
                parts.Add(Or(takesConstants));
            first = new NftTerm.Concatenation(parts);
        }

        if (_tokens.TryTake("map"))
            first = new NftTerm.Map(first, Elements.Mappings());
        _tokens.Leave();
        return first;
    }

    /// <summary>What stands right of a comparison.</summary>
    /// <param name="takesList">Whether <c>a,b</c> is a list here; inside braces a comma parts elements.</param>
    /// <param name="takesPrefix">Whether <c>/</c> and a number is a prefix's length.</param>
    internal NftTerm Value(bool takesList, bool takesPrefix)
    {
        if (_tokens.Is("{"))
            return Elements.Set();
        if (_tokens.TryTake("@"))
            return new NftTerm.SetReference(_tokens.Word("the name of a set"));
        var first = Part(takesPrefix);
        if (_tokens.Is("."))
        {
            var parts = new List<NftTerm> { first };
            while (_tokens.TryTake("."))
                parts.Add(Part(takesPrefix));
            first = new NftTerm.Concatenation(parts);
        }

        if (!takesList || !_tokens.Is(","))
            return first;
        var items = new List<NftTerm> { first };
        while (_tokens.TryTake(","))
            items.Add(Part(takesPrefix));
        return new NftTerm.List(items);
    }

    internal NftTerm.Verdict? Verdict()
    {
        foreach (var word in VerdictWords)
        {
            if (_tokens.TryTake(word))
                return new NftTerm.Verdict(word);
        }

        foreach (var word in new[] { "jump", "goto" })
        {
            if (_tokens.TryTake(word))
                return new NftTerm.Verdict(word, _tokens.Word("the name of a chain"));
        }

        return null;
    }

    private NftTerm Or(bool takesConstants)
    {
        var left = Xor(takesConstants);
        while (_tokens.TryTake("|") || _tokens.TryTake("or"))
            left = new NftTerm.Operation("|", left, Xor(takesConstants: true));
        return left;
    }

    private NftTerm Xor(bool takesConstants)
    {
        var left = And(takesConstants);
        while (_tokens.TryTake("^") || _tokens.TryTake("xor"))
            left = new NftTerm.Operation("^", left, And(takesConstants: true));
        return left;
    }

    private NftTerm And(bool takesConstants)
    {
        var left = Shift(takesConstants);
        while (_tokens.TryTake("&") || _tokens.TryTake("and"))
            left = new NftTerm.Operation("&", left, Shift(takesConstants: true));
        return left;
    }

    private NftTerm Shift(bool takesConstants)
    {
        var left = Primary(takesConstants);
        while (true)
        {
            if (_tokens.TryTake("<<") || _tokens.TryTake("lshift"))
                left = new NftTerm.Operation("<<", left, Primary(takesConstants: true));
            else if (_tokens.TryTake(">>") || _tokens.TryTake("rshift"))
                left = new NftTerm.Operation(">>", left, Primary(takesConstants: true));
            else
                return left;
        }
    }

    private NftTerm Primary(bool takesConstants)
    {
        if (_tokens.TryTake("("))
        {
            _tokens.Enter();
            var inner = Or(takesConstants: true);
            if (_tokens.Is(","))
            {
                var items = new List<NftTerm> { inner };
                while (_tokens.TryTake(","))
                    items.Add(Or(takesConstants: true));
                inner = new NftTerm.List(items);
            }

            _tokens.Leave();
            _tokens.Expect(")");
            return inner;
        }

        if (Selectors.Selector() is { } selector)
            return selector;
        return takesConstants ? Constants.Constant() : throw _tokens.Unexpected("a statement");
    }

    /// <summary>A constant with what may stand behind it: a range's end, a prefix's length, or bits that go with it.</summary>
    private NftTerm Part(bool takesPrefix)
    {
        var left = PartWithoutOperator(takesPrefix);
        while (true)
        {
            if (_tokens.TryTake("|") || _tokens.TryTake("or"))
                left = new NftTerm.Operation("|", left, PartWithoutOperator(takesPrefix));
            else if (_tokens.TryTake("&") || _tokens.TryTake("and"))
                left = new NftTerm.Operation("&", left, PartWithoutOperator(takesPrefix));
            else
                return left;
        }
    }

    private NftTerm PartWithoutOperator(bool takesPrefix)
    {
        if (_tokens.Is("("))
            return Primary(takesConstants: true);
        var from = Constants.Constant();
        if (_tokens.TryTake("-"))
            return new NftTerm.Range(from, Constants.Constant());
        if (takesPrefix && _tokens.Is("/") && _tokens.Peek().Kind == NftTokenKind.Word && int.TryParse(_tokens.Peek().Text, System.Globalization.CultureInfo.InvariantCulture, out var length))
        {
            _tokens.Position += 2;
            return new NftTerm.Prefix(from, length);
        }

        return from;
    }
}
