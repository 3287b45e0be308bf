namespace Weir.Rules.Nft.Syntax;

/// <summary>The tokens of a text and a place among them.</summary>
internal sealed class NftTokens(string text)
{
    /// <summary>How deep braces and parentheses may be nested: a hostile text must not end the stack.</summary>
    private const int DeepestNesting = 40;

    private readonly IReadOnlyList<NftToken> _tokens = NftVariables.Expand(NftLexer.Read(text));
    private int _depth;

    internal int Position { get; set; }

    /// <summary>How deep the current token stands; who goes on after an error sets it back to what it was.</summary>
    internal int Depth { get => _depth; set => _depth = value; }

    internal NftToken Current => _tokens[Position];

    internal bool AtEnd => Current.Kind == NftTokenKind.End;

    internal NftToken Peek(int ahead = 1) => _tokens[Math.Min(Position + ahead, _tokens.Count - 1)];

    internal NftToken Take()
    {
        var token = Current;
        if (!AtEnd)
            Position++;
        return token;
    }

    internal bool Is(string word) => Current.Is(word);

    internal bool TryTake(string word)
    {
        if (!Is(word))
            return false;
        Position++;
        return true;
    }

    internal bool TryTake(string first, string second)
    {
        if (!Is(first) || !Peek().Is(second))
            return false;
        Position += 2;
        return true;
    }

    internal void Expect(string word)
    {
        if (!TryTake(word))
            throw Unexpected($"'{word}'");
    }

    /// <summary>A bare word or a quoted string.</summary>
    internal string Word(string what)
    {
        if (Current.Kind is not (NftTokenKind.Word or NftTokenKind.Quoted))
            throw Unexpected(what);
        return Take().Text;
    }

    /// <summary>Words with commas between them.</summary>
    internal List<string> Words()
    {
        var words = new List<string> { Word("a word") };
        while (TryTake(","))
            words.Add(Word("a word"));
        return words;
    }

    internal string Quoted(string what)
    {
        if (Current.Kind != NftTokenKind.Quoted)
            throw Unexpected($"{what} in quotes");
        return Take().Text;
    }

    internal ulong Number(string what)
    {
        if (Current.Kind != NftTokenKind.Word || NftNumber.Parse(Current.Text) is not { } value || value > ulong.MaxValue)
            throw Unexpected(what);
        Position++;
        return (ulong)value;
    }

    internal uint Number32(string what)
    {
        var value = Number(what);
        return value <= uint.MaxValue ? (uint)value : throw new NftSyntaxException($"{what} goes up to {uint.MaxValue}.");
    }

    internal NftSyntaxException Unexpected(string expected)
    {
        var found = Current.Kind switch
        {
            NftTokenKind.End => "the end of the text",
            NftTokenKind.NewLine => "the end of the line",
            NftTokenKind.Comment => "a comment",
            NftTokenKind.Quoted => $"\"{Current.Text}\"",
            NftTokenKind.Symbol when Current.Text == "$" => $"'${Peek().Text}', which is not defined before",
            _ => $"'{Current.Text}'",
        };
        return new NftSyntaxException($"expected {expected}, found {found}.");
    }

    internal void SkipNewLines()
    {
        while (Current.Kind == NftTokenKind.NewLine)
            Position++;
    }

    internal void SkipNewLinesAndSemicolons()
    {
        while (Current.Kind == NftTokenKind.NewLine || Is(";"))
            Position++;
    }

    /// <summary>Over comments too: inside the braces of a set.</summary>
    internal void SkipBlank()
    {
        while (Current.Kind is NftTokenKind.NewLine or NftTokenKind.Comment)
            Position++;
    }

    internal void Enter()
    {
        if (++_depth > DeepestNesting)
            throw new NftSyntaxException("nested too deeply.");
    }

    internal void Leave() => _depth--;

    /// <summary>Goes to the end of the statement that began at <paramref name="start"/>, over whole pairs of braces, and gives it as text.</summary>
    internal string SkipStatement(int start)
    {
        Position = start;
        var braces = 0;
        while (!AtEnd)
        {
            if (Is("{"))
            {
                braces++;
            }
            else if (Is("}"))
            {
                if (braces == 0)
                    break;
                braces--;
            }
            else if (braces == 0 && (Current.Kind is NftTokenKind.NewLine or NftTokenKind.Comment || Is(";")))
            {
                break;
            }

            Position++;
        }

        // A brace without its partner is a statement too: a parser that stood still would never end.
        if (Position == start && !AtEnd)
            Position++;
        return Slice(start);
    }

    /// <summary>The text from a token to the one before the current.</summary>
    internal string Slice(int start) => Position <= start ? "" : text[_tokens[start].Start.._tokens[Position - 1].End].Trim();
}
