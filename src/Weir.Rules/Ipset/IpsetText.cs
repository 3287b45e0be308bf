using System.Text;
using Weir.Rules.Text;

namespace Weir.Rules.Ipset;

/// <summary>Texts of <c>ipset save</c> and <c>ipset restore</c>, ipset(8), to and from the model.</summary>
public static class IpsetText
{
    /// <summary>Seconds: the largest timeout that ipset takes.</summary>
    internal const uint LongestTimeout = 2_147_483;

    private const int LongestName = 31;

    /// <summary>The commands in the order in which a beginning of their names is looked for.</summary>
    private static readonly string[] Commands = ["create", "add", "del", "test", "destroy", "list", "save", "restore", "flush", "rename", "swap", "help", "version"];

    /// <summary>Takes any text. Elements are read by the kind of their set, which stands before them in the text or is known to the context.</summary>
    public static ParsedText<IpsetScript> Parse(string text, IpsetContext? context = null)
    {
        var reader = new Reader(context ?? new IpsetContext());
        var lines = text.Split('\n');
        var count = lines[^1].Length == 0 ? lines.Length - 1 : lines.Length;
        for (var i = 0; i < count; i++)
            reader.Read(i + 1, lines[i]);
        return new ParsedText<IpsetScript>(new IpsetScript(reader.Lines), reader.Findings);
    }

    /// <summary>The command as <c>ipset save</c> prints it, without the line's end.</summary>
    public static string Print(IpsetCommand command)
    {
        var text = new StringBuilder();
        switch (command)
        {
            case IpsetVerbatim verbatim:
                return verbatim.Text;
            case IpsetCreate create:
                IpsetCreateText.Print(text, create);
                break;
            case IpsetAdd add:
                text.Append($"add {add.Set}");
                IpsetEntryText.Print(text, add.Entry);
                break;
            case IpsetDelete delete:
                text.Append($"del {delete.Set}");
                IpsetEntryText.Print(text, delete.Entry);
                break;
            case IpsetFlush flush:
                text.Append("flush").Append(flush.Set is { } flushed ? $" {flushed}" : "");
                break;
            case IpsetDestroy destroy:
                text.Append("destroy").Append(destroy.Set is { } destroyed ? $" {destroyed}" : "");
                break;
            case IpsetRename rename:
                text.Append($"rename {rename.Set} {rename.NewName}");
                break;
            case IpsetSwap swap:
                text.Append($"swap {swap.Set} {swap.Other}");
                break;
        }

        return text.Append(command.Exist ? " -exist" : "").ToString();
    }

    /// <summary>The element alone, without its options: <c>10.0.0.1,tcp:80</c>.</summary>
    public static string PrintElement(IpsetEntry entry) => IpsetEntryText.Element(entry);

    internal static bool IsName(string text) => text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= LongestName;

    /// <summary>Words between white space; quotes hold one together, and an empty pair is none. Null when a quote is not closed.</summary>
    private static List<string>? Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quoted, open) = (false, false);
        foreach (var character in line)
        {
            if (character == '"')
            {
                quoted = !quoted;
            }
            else if (!quoted && char.IsWhiteSpace(character))
            {
                if (open)
                    words.Add(word.ToString());
                word.Clear();
                open = false;
            }
            else
            {
                word.Append(character);
                open = true;
            }
        }

        if (open)
            words.Add(word.ToString());
        return quoted ? null : words;
    }

    /// <summary>The command of a word: its whole name, its beginning, or its letter.</summary>
    private static string? CommandOf(string word)
    {
        var name = word.StartsWith("--", StringComparison.Ordinal) ? word[2..] : word;
        return name switch
        {
            "-N" or "n" => "create",
            "-A" => "add",
            "-D" => "del",
            "-T" => "test",
            "-X" or "x" => "destroy",
            "-F" => "flush",
            "-E" or "e" => "rename",
            "-W" or "w" => "swap",
            "" => null,
            _ => Array.Find(Commands, command => command.StartsWith(name, StringComparison.Ordinal)),
        };
    }

    /// <summary>Reads line by line and remembers which sets there are by then.</summary>
    private sealed class Reader(IpsetContext context)
    {
        private readonly Dictionary<string, IpsetKind?> _kinds = new(StringComparer.Ordinal);
        private bool _allDestroyed;

        internal List<IpsetLine> Lines { get; } = [];

        internal List<TextFinding> Findings { get; } = [];

        internal void Read(int number, string line)
        {
            var reason = "a quote is not closed";
            var command = Words(line) is { } words ? Understand(line, words, out reason) : null;
            if (command is null)
                Findings.Add(new TextFinding(number, line, reason));
            Lines.Add(new IpsetLine(number, line, command ?? new IpsetVerbatim(line)));
        }

        private IpsetCommand? Understand(string line, List<string> words, out string reason)
        {
            reason = "";
            if (words.Count == 0 || line.TrimStart().StartsWith('#') || words is ["COMMIT"])
                return new IpsetVerbatim(line);
            var exist = words.RemoveAll(word => word is "-exist" or "-!") > 0;
            if (words.Count == 0 || CommandOf(words[0]) is not { } name)
            {
                reason = "this is no command of ipset";
                return null;
            }

            if (Command(name, words, out reason) is not { } command)
                return null;
            Remember(command);
            return exist ? WithExist(command) : command;
        }

        private static IpsetCommand WithExist(IpsetCommand command) => command with { Exist = true };

        private IpsetCommand? Command(string name, List<string> words, out string reason)
        {
            reason = $"{name} does not belong into a text that is loaded";
            switch (name)
            {
                case "create":
                    return IpsetCreateText.Parse(words, context, out reason);
                case "add":
                    return Entry(words, options: true, out reason) is { } added ? new IpsetAdd(words[1], added) : null;
                case "del":
                    return Entry(words, options: false, out reason) is { } deleted ? new IpsetDelete(words[1], deleted) : null;
                case "flush":
                    reason = "flush takes the name of one set, or none for all";
                    return words.Count <= 2 ? new IpsetFlush(words.ElementAtOrDefault(1)) : null;
                case "destroy":
                    reason = "destroy takes the name of one set, or none for all";
                    return words.Count <= 2 ? new IpsetDestroy(words.ElementAtOrDefault(1)) : null;
                case "rename":
                    reason = "rename takes the names of a set: the old and the new one";
                    return words.Count == 3 && IsName(words[2]) ? new IpsetRename(words[1], words[2]) : null;
                case "swap":
                    reason = "swap takes the names of two sets";
                    return words.Count == 3 ? new IpsetSwap(words[1], words[2]) : null;
                default:
                    return null;
            }
        }

        private IpsetEntry? Entry(List<string> words, bool options, out string reason)
        {
            reason = "a set and an element are needed: add NAME 10.0.0.1";
            if (words.Count < 3)
                return null;
            if (KindOf(words[1]) is not { } kind)
            {
                reason = $"the kind of the set {words[1]} is not known: no create of it stands above, and there is none of this name";
                return null;
            }

            var entry = IpsetEntryText.ParseElement(words[2], kind, context, out reason);
            for (var at = 3; entry is not null && at < words.Count;)
            {
                if (!options && !(kind.Type == "list:set" && words[at] is "before" or "after"))
                {
                    reason = $"{words[at]} means nothing to del";
                    return null;
                }

                entry = IpsetEntryText.ParseOption(entry, words, ref at, kind, out reason);
            }

            return entry;
        }

        private IpsetKind? KindOf(string name) => _kinds.TryGetValue(name, out var kind) ? kind : _allDestroyed ? null : context.Kinds(name);

        private void Remember(IpsetCommand command)
        {
            switch (command)
            {
                case IpsetCreate create:
                    _kinds[create.Name] = create.Kind;
                    break;
                case IpsetDestroy { Set: { } name }:
                    _kinds[name] = null;
                    break;
                case IpsetDestroy:
                    _kinds.Clear();
                    _allDestroyed = true;
                    break;
                case IpsetRename rename:
                    (_kinds[rename.NewName], _kinds[rename.Set]) = (KindOf(rename.Set), null);
                    break;
                case IpsetSwap swap:
                    (_kinds[swap.Set], _kinds[swap.Other]) = (KindOf(swap.Other), KindOf(swap.Set));
                    break;
            }
        }
    }
}
