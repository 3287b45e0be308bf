using Weir.Rules.Text;

namespace Weir.Rules.Tc;

/// <summary>Reads what <c>tc qdisc|class|filter show</c> prints and what <c>tc</c> and <c>tc -batch</c> are told, mixed as they may be.</summary>
/// <remarks>
/// Every line stays: an entry that would not be printed again as it stands (trailing blanks were cut, <c>tc -s</c> counted) keeps its text, and
/// what is not understood is told as a finding. Prompts of a transcript (<c>$ tc filter show dev X parent ffff:</c>) place the lines below them.
/// </remarks>
public static class TcParser
{
    public static ParsedText<TcText> Parse(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        // The last line's end makes no line of its own.
        var count = lines.Length > 0 && lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
        List<TcEntry> entries = [];
        List<TextFinding> findings = [];
        var prompt = TcPrompt.None;
        for (var i = 0; i < count;)
        {
            var taken = 1;
            var line = lines[i];
            if (TcPrompt.Parse(line) is { } next)
            {
                prompt = next;
                entries.Add(new TcRemark(i + 1, line));
            }
            else if (string.IsNullOrWhiteSpace(line) || line.TrimStart()[0] is '#' or '$')
            {
                entries.Add(new TcRemark(i + 1, line));
            }
            else if (IsShown(line))
            {
                taken = Length(lines, i, count);
                entries.Add(Shown(lines.AsSpan(i, taken).ToArray(), i + 1, prompt, findings));
            }
            else
            {
                entries.Add(Command(line, i + 1, findings));
            }

            i += taken;
        }

        return new ParsedText<TcText>(new TcText(entries), findings);
    }

    /// <summary>As tc prints it, without the last line's end.</summary>
    public static string Print(TcObject printed) => printed switch
    {
        TcQdisc qdisc => QdiscText.Print(qdisc),
        TcClass @class => ClassText.Print(@class),
        TcFilter filter => FilterText.Print(filter),
        _ => "",
    };

    /// <summary>As <c>tc -s</c> prints it, without the last line's end.</summary>
    public static string PrintCounted(TcObject printed) => printed switch
    {
        TcQdisc qdisc => QdiscText.PrintCounted(qdisc),
        TcClass @class => ClassText.PrintCounted(@class),
        TcFilter filter => FilterText.PrintCounted(filter),
        _ => "",
    };

    // "filter add …" and "qdisc add …" are lines of a batch.
    private static bool IsShown(string line)
    {
        WordReader words = new(line);
        return words.Next() is "qdisc" or "class" or "filter" && !TcCommandParser.IsVerb(words.Peek);
    }

    /// <summary>How many lines belong to what begins here: those that are indented, and after actions the empty ones.</summary>
    private static int Length(string[] lines, int start, int count)
    {
        var end = start + 1;
        var hasActions = false;
        while (end < count && (lines[end] is [' ' or '\t', ..] || (lines[end].Length == 0 && (hasActions || lines[end - 1].StartsWith("  input dev ", StringComparison.Ordinal) || (end + 1 < count && lines[end + 1].StartsWith("\taction order ", StringComparison.Ordinal))))))
        {
            hasActions |= lines[end].StartsWith("\taction order ", StringComparison.Ordinal);
            end++;
            // After an action's empty line only another action goes on.
            if (lines[end - 1].Length == 0 && !(end < count && lines[end].StartsWith("\taction order ", StringComparison.Ordinal)))
                break;
        }

        return end - start;
    }

    private static TcEntry Shown(string[] lines, int number, TcPrompt prompt, List<TextFinding> findings)
    {
        var text = string.Join('\n', lines);
        var unknown = lines[0];
        TcObject? read = new WordReader(lines[0]).Next() switch
        {
            "qdisc" => QdiscText.Parse(lines[0], prompt.Device),
            "class" => ClassText.Parse(lines[0], prompt.Device),
            _ => FilterText.Parse(lines, prompt, out unknown),
        };
        if (read is null)
        {
            findings.Add(new TextFinding(number, unknown, "what tc printed here is not understood"));
            return new TcUnknown(number, text);
        }

        var kept = read switch
        {
            TcQdisc { UnknownOptions.Length: > 0 } qdisc => $"the options of qdisc {qdisc.Kind} are kept as text",
            TcClass { Htb: null, UnknownOptions.Length: > 0 } @class => $"the options of a class of {@class.Kind} are kept as text",
            TcFilter { Classifier: TcUnknownClassifier classifier } => $"the classifier {classifier.Kind} is kept as text",
            TcFilter filter when filter.Actions.OfType<TcUnknownAction>().FirstOrDefault() is { } action => $"the action {action.Kind} is kept as text",
            _ => "",
        };
        if (kept.Length != 0)
            findings.Add(new TextFinding(number, lines[0], kept));
        return new TcShown(number, text, read);
    }

    private static TcEntry Command(string line, int number, List<TextFinding> findings)
    {
        try
        {
            return TcCommandParser.Parse(line, number);
        }
        catch (TcWordException exception)
        {
            findings.Add(new TextFinding(number, line, exception.Message));
            return new TcUnknown(number, line);
        }
    }
}
