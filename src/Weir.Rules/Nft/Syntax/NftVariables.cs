namespace Weir.Rules.Nft.Syntax;

/// <summary>
/// Puts what <c>define NAME = VALUE</c> says in the place of each <c>$NAME</c>. As in nft, a name holds from its definition to the end of the
/// block in which it stands, and the innermost one counts. References that stand before a definition, or have none, are left as they are.
/// </summary>
internal sealed class NftVariables
{
    /// <summary>How many tokens references may become together: a text could double them with every line.</summary>
    private const int Most = 1_000_000;

    private readonly IReadOnlyList<NftToken> _tokens;
    private readonly List<NftToken> _expanded;
    private readonly List<Dictionary<string, IReadOnlyList<NftToken>>> _scopes = [new(StringComparer.Ordinal)];
    private int _at;
    private int _added;

    private NftVariables(IReadOnlyList<NftToken> tokens)
    {
        _tokens = tokens;
        _expanded = new List<NftToken>(tokens.Count);
    }

    internal static IReadOnlyList<NftToken> Expand(IReadOnlyList<NftToken> tokens)
    {
        if (!tokens.Any(token => token.Is("$") || IsDefinition(token)))
            return tokens;
        var variables = new NftVariables(tokens);
        while (variables._at < tokens.Count)
            variables.Next();
        return variables._expanded;
    }

    internal static bool IsDefinition(NftToken token) => token.Kind == NftTokenKind.Word && token.Text is "define" or "redefine" or "undefine";

    private void Next()
    {
        var token = _tokens[_at];
        if (token.Is("{"))
            _scopes.Add(new(StringComparer.Ordinal));
        else if (token.Is("}") && _scopes.Count > 1)
            _scopes.RemoveAt(_scopes.Count - 1);
        if (token.Is("$"))
        {
            Reference();
            return;
        }

        _at++;
        _expanded.Add(token);
        if (IsDefinition(token) && (_expanded.Count == 1 || BeginsStatement(_expanded[^2])))
            Definition(token);
    }

    private static bool BeginsStatement(NftToken before) => before.Kind is NftTokenKind.NewLine or NftTokenKind.Comment || before.Is(";") || before.Is("{") || before.Is("}");

    private void Reference()
    {
        var name = _at + 1 < _tokens.Count ? _tokens[_at + 1] : default;
        if (name.Kind == NftTokenKind.Word && name.Text is not null && Find(name.Text) is { } value && _added + value.Count <= Most)
        {
            // They stand where the reference stands: what is told of them has its place.
            var (line, start, end) = (_tokens[_at].Line, _tokens[_at].Start, name.End);
            _expanded.AddRange(value.Select(token => token with { Line = line, Start = start, End = end }));
            _added += value.Count;
            _at += 2;
            return;
        }

        _expanded.Add(_tokens[_at++]);
    }

    private IReadOnlyList<NftToken>? Find(string name)
    {
        for (var i = _scopes.Count - 1; i >= 0; i--)
        {
            if (_scopes[i].TryGetValue(name, out var value))
                return value;
        }

        return null;
    }

    private void Definition(NftToken verb)
    {
        if (_at >= _tokens.Count || _tokens[_at] is not { Kind: NftTokenKind.Word } name)
            return;
        var scope = _scopes[^1];
        if (verb.Text == "undefine")
        {
            scope.Remove(name.Text);
            return;
        }

        if (_at + 1 >= _tokens.Count || !_tokens[_at + 1].Is("="))
            return;
        _expanded.Add(name);
        _expanded.Add(_tokens[_at + 1]);
        _at += 2;
        var (first, depth) = (_expanded.Count, _scopes.Count);
        while (_at < _tokens.Count && _tokens[_at].Kind != NftTokenKind.End && !(_scopes.Count == depth && _tokens[_at].EndsStatement))
            Next();
        // The parser refuses a second definition; the first one holds.
        if (verb.Text == "redefine" || !scope.ContainsKey(name.Text))
            scope[name.Text] = Value(_expanded.GetRange(first, _expanded.Count - first));
    }

    /// <summary>What is calculated stays together where it is put: <c>define a = 1 | 2</c>.</summary>
    private static List<NftToken> Value(List<NftToken> tokens)
    {
        tokens.RemoveAll(token => token.Kind is NftTokenKind.NewLine or NftTokenKind.Comment);
        if (tokens.Count == 0 || tokens[0].Is("{") || !tokens.Exists(token => token.Kind == NftTokenKind.Symbol && token.Text is "|" or "&" or "^" or "<<" or ">>"))
            return tokens;
        return [tokens[0] with { Kind = NftTokenKind.Symbol, Text = "(" }, .. tokens, tokens[^1] with { Kind = NftTokenKind.Symbol, Text = ")" }];
    }
}
