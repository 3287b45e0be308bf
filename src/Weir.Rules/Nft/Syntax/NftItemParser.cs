using Weir.Rules.Text;

namespace Weir.Rules.Nft.Syntax;

/// <summary>Reads the items of a block, one after the other. One that is not understood is kept as text up to its end.</summary>
internal sealed class NftItemParser(NftTokens tokens, NftTermParser terms)
{
    private readonly List<TextFinding> _findings = [];
    private readonly HashSet<(int Block, string Name)> _defined = [];

    // Blocks are counted from 1, the whole text; 0 is around it.
    private int _block;
    private int _blocks;

    internal List<TextFinding> Findings => _findings;

    /// <summary>Reads items up to the closing brace of this block, or the end of the text.</summary>
    internal List<NftItem> Items(Func<NftItem?> one)
    {
        var (items, outer) = (new List<NftItem>(), _block);
        _block = ++_blocks;
        while (true)
        {
            tokens.SkipNewLinesAndSemicolons();
            if (tokens.AtEnd || (tokens.Is("}") && outer != 0))
            {
                _block = outer;
                return items;
            }

            var token = tokens.Current;
            if (token.Kind == NftTokenKind.Comment)
            {
                tokens.Take();
                items.Add(new NftRemarkLine(token.Text) { Line = token.Line, Source = token.Text });
                continue;
            }

            if (Item(one) is { } item)
                items.Add(item with { Line = token.Line });
            if (tokens.Current.Kind == NftTokenKind.Comment && items.Count > 0 && tokens.Current.Line == tokens.Peek(-1).Line && items[^1].Remark is null)
                items[^1] = items[^1] with { Remark = tokens.Take().Text };
        }
    }

    private NftItem? Item(Func<NftItem?> one)
    {
        var (start, depth) = (tokens.Position, tokens.Depth);
        var line = tokens.Current.Line;
        try
        {
            var item = NftVariables.IsDefinition(tokens.Current) ? Definition() : one();
            if (!tokens.Current.EndsStatement && tokens.Peek(-1) is not { Kind: NftTokenKind.Symbol, Text: "}" })
                throw tokens.Unexpected("the end of the statement");
            return item is { Source.Length: 0 } ? item with { Source = FirstLine(tokens.Slice(start)) } : item;
        }
        catch (NftSyntaxException unknown)
        {
            tokens.Depth = depth;
            var text = tokens.SkipStatement(start);
            _findings.Add(new TextFinding(line, FirstLine(text), $"Not understood: {unknown.Message}"));
            return new NftUnparsed(text) { Source = FirstLine(text) };
        }
    }

    internal static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();

    private NftDefinition Definition()
    {
        var verb = tokens.Take().Text;
        var name = tokens.Current.Kind == NftTokenKind.Word ? tokens.Take().Text : throw tokens.Unexpected("a name");
        if (verb == "undefine")
        {
            _defined.Remove((_block, name));
            return new NftDefinition(verb, name, null);
        }

        if (!_defined.Add((_block, name)) && verb == "define")
            throw new NftSyntaxException($"{name} is defined already.");
        tokens.Expect("=");
        if (tokens.Current is { Kind: NftTokenKind.Word, Text: "accept" or "drop" or "continue" or "return" or "jump" or "goto" or "queue" or "reject" })
            throw tokens.Unexpected("a value (a verdict's word stands in quotes)");
        var sign = tokens.TryTake("-") ? "-" : "";
        return new NftDefinition(verb, name, sign.Length != 0 ? new NftTerm.Word(sign + tokens.Word("a number")) : terms.Value(takesList: true, takesPrefix: true));
    }
}
