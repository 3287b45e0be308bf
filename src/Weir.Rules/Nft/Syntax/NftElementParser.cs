namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads sets in braces and what stands in them.</summary>
internal sealed class NftElementParser(NftTokens tokens, NftTermParser terms)
{
    private NftStatefulParser? _states;

    /// <summary>Elements may keep state too.</summary>
    internal void Use(NftStatefulParser states) => _states = states;

    /// <summary><c>{ … }</c> or <c>@name</c>.</summary>
    internal NftTerm Mappings()
    {
        if (tokens.Is("{"))
            return Set();
        tokens.Expect("@");
        return new NftTerm.SetReference(tokens.Word("the name of a set"));
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

    internal NftElement Element()
    {
        var element = new NftElement(tokens.TryTake("*") ? new NftTerm.Word("*") : terms.Value(takesList: false, takesPrefix: true));
        var statements = new List<NftStatement>();
        while (true)
        {
            if (tokens.TryTake("timeout"))
                element = element with { Timeout = tokens.Word("a time") };
            else if (tokens.TryTake("expires"))
                element = element with { Expires = tokens.Word("a time") };
            else if (tokens.TryTake("comment"))
                element = element with { Comment = tokens.Word("a comment") };
            else if (_states?.Statement() is { } statement)
                statements.Add(statement);
            else
                break;
        }

        tokens.SkipBlank();
        NftTerm? data = null;
        if (tokens.TryTake(":"))
        {
            tokens.SkipBlank();
            data = terms.Verdict() ?? terms.Value(takesList: false, takesPrefix: true);
        }

        return element with { Statements = statements, Data = data };
    }

    /// <summary>The key of <c>add @set { … }</c>, which is looked at in the packet.</summary>
    internal NftElement Update()
    {
        var element = new NftElement(terms.Expression(takesConstants: true));
        var statements = new List<NftStatement>();
        while (true)
        {
            if (tokens.TryTake("timeout"))
                element = element with { Timeout = tokens.Word("a time") };
            else if (_states?.Statement() is { } statement)
                statements.Add(statement);
            else
                break;
        }

        return element with { Statements = statements, Data = tokens.TryTake(":") ? terms.Expression(takesConstants: true) : null };
    }
}
