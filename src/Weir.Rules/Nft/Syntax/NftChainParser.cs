namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads chains and their rules.</summary>
internal sealed class NftChainParser(NftTokens tokens, NftStatementParser statementParser, NftItemParser itemParser, NftHookParser hooks)
{
    internal NftChain Chain(string name)
    {
        if (!tokens.TryTake("{"))
            return new NftChain(name, []);
        var chain = new NftChain(name, []);
        var items = itemParser.Items(() =>
        {
            if (tokens.Is("comment") && tokens.Peek().Kind is NftTokenKind.Quoted or NftTokenKind.Word)
            {
                tokens.Take();
                chain = chain with { Comment = tokens.Take().Text };
                return null;
            }

            if (tokens.TryTake("type"))
            {
                chain = Hook(chain);
                return null;
            }

            if (tokens.TryTake("policy"))
            {
                chain = chain with { Policy = tokens.Word("accept or drop") };
                return null;
            }

            if (tokens.TryTake("flags"))
            {
                chain = chain with { Flags = tokens.Words() };
                return null;
            }

            if (tokens.Is("devices"))
            {
                chain = chain with { Devices = [.. hooks.Devices().Select(device => device.Text)] };
                return null;
            }

            return Rule();
        });
        tokens.Expect("}");
        return chain with { Items = items };
    }

    /// <summary>The rules between the braces of <c>jump { … }</c>.</summary>
    internal List<NftItem> Anonymous()
    {
        tokens.Enter();
        tokens.Expect("{");
        var items = itemParser.Items(Rule);
        tokens.Expect("}");
        tokens.Leave();
        return items;
    }

    internal NftRule Rule()
    {
        var start = tokens.Position;
        var statements = new List<NftStatement>();
        string? comment = null;
        while (!tokens.Current.EndsStatement)
        {
            if (tokens.TryTake("comment"))
            {
                comment = tokens.Word("a comment");
                break;
            }

            statements.Add(statementParser.Statement());
        }

        if (statements.Count == 0 && comment is null)
            throw tokens.Unexpected("a rule");
        return new NftRule(statements) { Comment = comment, Source = NftItemParser.FirstLine(tokens.Slice(start)) };
    }

    private NftChain Hook(NftChain chain)
    {
        var type = tokens.Word("the type of a chain");
        tokens.Expect("hook");
        var hook = tokens.Word("the name of a hook");
        IReadOnlyList<string> devices = [];
        if (tokens.TryTake("device"))
            devices = [tokens.Word("the name of a device")];
        else if (tokens.Is("devices"))
            devices = [.. hooks.Devices().Select(device => device.Text)];
        tokens.Expect("priority");
        return chain with { Type = type, Hook = hook, Devices = devices, Priority = hooks.Priority() };
    }
}
