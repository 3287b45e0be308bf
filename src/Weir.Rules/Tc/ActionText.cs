using System.Globalization;
using System.Text;

namespace Weir.Rules.Tc;

/// <summary>What <c>tc filter show</c> prints after <c>action order N: </c> (iproute2 6.1, tc/m_*.c).</summary>
internal static class ActionText
{
    internal static string Print(TcAction action) => Print(action, "");

    internal static string PrintCounted(TcAction action)
    {
        var text = Print(action, StatisticsText.Print(action.Times));
        return action.Statistics is { } statistics ? $"{text}\n\tAction statistics:\n{StatisticsText.Print(statistics, "\t")}" : text;
    }

    private static string Print(TcAction action, string times)
    {
        var counted = $"index {action.Index} ref {action.References} bind {action.Bindings}{times}";
        return action switch
        {
            TcMirred mirred =>
                $"mirred ({(mirred.Ingress ? "Ingress" : "Egress")} {(mirred.Redirect ? "Redirect" : "Mirror")} to device {mirred.Device}) {mirred.Control}\n\t{counted}",
            TcGact gact => $"gact action {gact.Control}\n\t random type {gact.Random} {gact.RandomControl} val {gact.RandomValue}\n\t {counted}",
            TcSkbedit skbedit => $"skbedit {Print(skbedit)} {skbedit.Control}\n\t {counted}",
            TcCsum csum => $"csum ({string.Join(", ", csum.Kinds)}) action {csum.Control}\n\t{counted}",
            TcPedit pedit => Print(pedit, counted),
            TcPolice police => PoliceWords.Print(police) + times,
            TcUnknownAction unknown => unknown.Text,
            _ => "",
        };
    }

    /// <summary>All actions of a filter; one that is not understood is kept as text.</summary>
    internal static IReadOnlyList<TcAction> ParseAll(IEnumerable<string> lines)
    {
        List<List<string>> bodies = [];
        foreach (var line in lines)
        {
            if (line.StartsWith("\taction order ", StringComparison.Ordinal) && line.IndexOf(": ", StringComparison.Ordinal) is var colon && colon > 0)
                bodies.Add([line[(colon + 2)..]]);
            else if (bodies.Count > 0)
                bodies[^1].Add(line);
        }

        return [.. bodies.Select(Parse)];
    }

    private static TcAction Parse(List<string> lines)
    {
        // The empty line behind each action is no part of it.
        while (lines.Count > 1 && lines[^1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        var kind = new WordReader(lines[0]).Next();
        TcAction? action = kind switch
        {
            "mirred" => ParseMirred(lines),
            "gact" => ParseGact(lines),
            "skbedit" => ParseSkbedit(lines),
            "csum" => ParseCsum(lines),
            "pedit" => ParsePedit(lines),
            "police" => PoliceWords.Parse(lines),
            _ => null,
        };
        return action is null ? new TcUnknownAction(kind, string.Join('\n', lines)) : Count(action, lines);
    }

    private static TcAction Count(TcAction action, List<string> lines)
    {
        foreach (var line in lines.Skip(1))
        {
            WordReader words = new(line);
            if (!words.Take("index", out var index))
                continue;
            words.Take("ref", out var references);
            words.Take("bind", out var bindings);
            return action with { Index = index, References = references, Bindings = bindings };
        }

        return action;
    }

    private static TcMirred? ParseMirred(List<string> lines)
    {
        WordReader words = new(lines[0]);
        words.Next();
        var direction = words.Next();
        var what = words.Next();
        if (direction is not ("(Ingress" or "(Egress") || what is not ("Redirect" or "Mirror") || !words.Take("to") || !words.Take("device"))
            return null;
        return new TcMirred(direction == "(Ingress", what == "Redirect", words.Next().TrimEnd(')'), words.Rest());
    }

    private static TcGact? ParseGact(List<string> lines)
    {
        WordReader words = new(lines[0]);
        words.Next();
        if (!words.Take("action"))
            return null;
        TcGact gact = new(words.Rest(), "none", "pass", 0);
        if (lines.Count > 1)
        {
            WordReader random = new(lines[1]);
            if (random.Take("random") && random.Take("type"))
            {
                var type = random.Next();
                List<string> control = [];
                while (!random.AtEnd && random.Peek != "val")
                    control.Add(random.Next());
                random.Take("val", out var value);
                gact = gact with { Random = type, RandomControl = string.Join(' ', control), RandomValue = value };
            }
        }

        return gact;
    }

    private static string Print(TcSkbedit skbedit)
    {
        StringBuilder text = new();
        if (skbedit.QueueMapping is { } queue)
            text.Append($"queue_mapping {queue}");
        if (skbedit.Priority is { } priority)
            text.Append($" priority {TcHandle.Print(priority)}");
        if (skbedit.Mark is { } mark)
            text.Append($" mark {mark}{(skbedit.MarkMask is { } mask ? $"/0x{mask:x}" : "")}");
        if (skbedit.PacketType is { } type)
            text.Append($" ptype {type}");
        if (skbedit.InheritDsField)
            text.Append(" inheritdsfield");
        return text.ToString();
    }

    private static TcSkbedit? ParseSkbedit(List<string> lines)
    {
        WordReader words = new(lines[0]);
        words.Next();
        TcSkbedit skbedit = new("");
        while (words.Peek is "queue_mapping" or "priority" or "mark" or "ptype" or "inheritdsfield")
        {
            switch (words.Next())
            {
                case "queue_mapping" when words.TakeUInt32(out var queue):
                    skbedit = skbedit with { QueueMapping = queue };
                    break;
                case "priority" when words.TakeHandle(out var priority):
                    skbedit = skbedit with { Priority = priority };
                    break;
                case "mark":
                    var parts = words.Next().Split('/');
                    if (!uint.TryParse(parts[0], out var mark))
                        return null;
                    uint? mask = parts.Length == 2 && WordReader.TryNumber(parts[1], out var number) ? (uint)number : null;
                    skbedit = skbedit with { Mark = mark, MarkMask = mask };
                    break;
                case "ptype":
                    skbedit = skbedit with { PacketType = words.Next() };
                    break;
                case "inheritdsfield":
                    skbedit = skbedit with { InheritDsField = true };
                    break;
                default:
                    return null;
            }
        }

        return skbedit with { Control = words.Rest() };
    }

    private static TcCsum? ParseCsum(List<string> lines)
    {
        var (open, close) = (lines[0].IndexOf('(', StringComparison.Ordinal), lines[0].IndexOf(')', StringComparison.Ordinal));
        if (open < 0 || close < open)
            return null;
        WordReader words = new(lines[0][(close + 1)..]);
        return words.Take("action") ? new TcCsum(lines[0][(open + 1)..close].Split(", "), words.Rest()) : null;
    }

    private static string Print(TcPedit pedit, string counted)
    {
        StringBuilder text = new($" pedit action {pedit.Control} keys {pedit.Keys.Count}\n \t {counted}");
        for (var i = 0; i < pedit.Keys.Count; i++)
        {
            var key = pedit.Keys[i];
            text.Append($"\n\t key #{i}  at {(key.Header.Length == 0 ? "" : $"{key.Header}{(key.Offset < 0 ? "" : "+")}")}{key.Offset}: {(key.Add ? "add" : "val")} {key.Value:x8} mask {key.Mask:x8}");
        }

        return text.ToString();
    }

    private static TcPedit? ParsePedit(List<string> lines)
    {
        WordReader words = new(lines[0]);
        words.Next();
        if (!words.Take("action"))
            return null;
        List<string> control = [];
        while (!words.AtEnd && words.Peek != "keys")
            control.Add(words.Next());
        List<TcPeditKey> keys = [];
        foreach (var line in lines.Skip(1))
        {
            WordReader inner = new(line);
            if (!inner.Take("key"))
                continue;
            inner.Next();
            if (!inner.Take("at") || ParseKey(inner) is not { } key)
                return null;
            keys.Add(key);
        }

        return new TcPedit(keys, string.Join(' ', control)) { Extended = keys.Exists(key => key.Header.Length != 0 || key.Add) };
    }

    private static TcPeditKey? ParseKey(WordReader words)
    {
        var place = words.Next().TrimEnd(':');
        var start = place.IndexOfAny(['+', '-']);
        var header = start <= 0 ? "" : place[..start];
        if (!int.TryParse(start <= 0 ? place : place[start..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var offset))
            return null;
        var command = words.Next();
        if (command is not ("val" or "add") || !words.TakeHex(out var value) || !words.Take("mask") || !words.TakeHex(out var mask))
            return null;
        return new TcPeditKey(header, offset, value, mask, command == "add");
    }
}
