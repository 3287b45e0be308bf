namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads objects: counters, quotas, limits and those whose settings are kept as words.</summary>
internal sealed class NftObjectParser(NftTokens tokens, NftStatefulParser states, NftItemParser itemParser)
{
    internal NftObject Object(string kind, string name)
    {
        var named = new NftObject(kind, name);
        if (!tokens.TryTake("{"))
            return tokens.Current.EndsStatement ? named : State(named) ?? throw tokens.Unexpected("'{'");
        var settings = new List<string>();
        var broken = itemParser.Items(() =>
        {
            if (tokens.TryTake("comment"))
                named = named with { Comment = tokens.Word("a comment") };
            else if (State(named) is { } withState)
                named = withState;
            else
                settings.Add(Setting());
            return null;
        });
        if (broken.Exists(item => item is NftUnparsed or NftDefinition))
            throw new NftSyntaxException($"a setting of {kind} {name} is not understood.");
        tokens.Expect("}");
        return named with { Settings = settings };
    }

    private NftObject? State(NftObject named) => named.Kind switch
    {
        "counter" => named with { State = states.Figures() },
        "quota" => named with { State = states.Amount() },
        "limit" => named with { State = states.Rate() },
        _ => null,
    };

    /// <summary>One setting as words: <c>type "ftp" protocol tcp</c>, <c>policy = { established : 100 }</c>.</summary>
    private string Setting()
    {
        var words = new List<string>();
        var braces = 0;
        while (!tokens.AtEnd && (braces > 0 || !tokens.Current.EndsStatement))
        {
            var token = tokens.Take();
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
}
