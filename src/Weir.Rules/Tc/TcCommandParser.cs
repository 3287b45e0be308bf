using System.Text;

namespace Weir.Rules.Tc;

/// <summary>Reads one line of what tc is told: <c>tc filter add dev X …</c>, or without <c>tc</c> as in a batch (man tc).</summary>
internal static class TcCommandParser
{
    internal static bool IsVerb(string word) => word is "add" or "replace" or "change" or "chg" or "del" or "delete";

    internal static TcCommand Parse(string line, int number)
    {
        WordReader words = new(Split(line));
        words.Take("tc");
        var what = words.Next();
        TcVerb verb = words.Next() switch
        {
            "add" => TcVerb.Add,
            "replace" => TcVerb.Replace,
            "change" or "chg" => TcVerb.Change,
            "del" or "delete" => TcVerb.Delete,
            var other => throw new TcWordException(other.Length == 0 ? "this is no command of tc" : $"what \"{what} {other}\" does is not known here"),
        };
        TcObject read = what switch
        {
            "qdisc" => Qdisc(words),
            "class" => Class(words, verb),
            "filter" => Filter(words, verb),
            _ => throw new TcWordException($"tc {what} is not known here: qdisc, class and filter are"),
        };
        if (!words.AtEnd)
            throw new TcWordException($"\"{words.Peek}\" is not understood");
        if (string.IsNullOrEmpty(read.Device))
            throw new TcWordException("no device is named (dev NAME)");
        return new TcCommand(number, line, verb, read);
    }

    /// <summary>Words as a shell makes them: blanks inside quotes stay, a backslash takes the next character as it is.</summary>
    private static List<string> Split(string line)
    {
        List<string> words = [];
        StringBuilder word = new();
        var (quote, isWord) = ('\0', false);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == quote && quote != '\0')
                quote = '\0';
            else if (quote == '\0' && c is '"' or '\'' && quote == '\0')
                (quote, isWord) = (c, true);
            else if (c == '\\' && quote != '\'' && i + 1 < line.Length)
                (_, isWord) = (word.Append(line[++i]), true);
            else if (quote == '\0' && char.IsWhiteSpace(c))
                End();
            else if (quote == '\0' && c == '#' && !isWord)
                break;
            else
                (_, isWord) = (word.Append(c), true);
        }

        End();
        return words;

        void End()
        {
            if (isWord)
                words.Add(word.ToString());
            word.Clear();
            isWord = false;
        }
    }

    private static TcQdisc Qdisc(WordReader words)
    {
        TcQdisc qdisc = new("");
        while (true)
        {
            if (words.Take("dev"))
                qdisc = qdisc with { Device = words.Next() };
            else if (words.Take("root"))
                qdisc = qdisc with { Parent = TcHandle.Root };
            else if (words.Take("parent"))
                qdisc = qdisc with { Parent = Handle(words) };
            else if (words.Take("handle"))
                qdisc = qdisc with { Handle = TcHandle.TryParseMajor(words.Next(), out var handle) ? handle : throw new TcWordException("a qdisc's handle is a number and a colon, as 1:") };
            else
                break;
        }

        qdisc = qdisc with { Name = words.Next() };
        if (qdisc.Name is "clsact" or "ingress")
            return qdisc with { Parent = TcHandle.IngressQdisc, Handle = TcHandle.IngressFilters };
        return words.AtEnd ? qdisc : qdisc with { Discipline = DisciplineWords.Parse(qdisc.Name, words) };
    }

    private static TcClass Class(WordReader words, TcVerb verb)
    {
        TcClass @class = new("");
        while (true)
        {
            if (words.Take("dev"))
                @class = @class with { Device = words.Next() };
            else if (words.Take("root"))
                @class = @class with { Parent = TcHandle.Root };
            else if (words.Take("parent"))
                @class = @class with { Parent = Handle(words) };
            else if (words.Take("classid"))
                @class = @class with { Handle = Handle(words) };
            else
                break;
        }

        @class = @class with { Name = words.Next() };
        if (words.AtEnd && verb == TcVerb.Delete)
            return @class;
        return @class.Name == "htb" ? @class with { Htb = DisciplineWords.ParseHtbClass(words) }
            : throw new TcWordException($"what a class of {@class.Name} can be told is not known here");
    }

    private static TcFilter Filter(WordReader words, TcVerb verb)
    {
        TcFilter filter = new(new TcUnknownClassifier("", ""));
        var handle = "";
        while (true)
        {
            if (words.Take("dev"))
                filter = filter with { Device = words.Next() };
            else if (words.Take("root"))
                filter = filter with { Parent = TcHandle.Root };
            else if (words.Take("ingress"))
                filter = filter with { Parent = TcHandle.Ingress };
            else if (words.Take("egress"))
                filter = filter with { Parent = TcHandle.Egress };
            else if (words.Take("parent"))
                filter = filter with { Parent = Handle(words) };
            else if (words.Take("protocol") || words.Take("proto"))
                filter = filter with { Protocol = words.Next() };
            else if (words.Peek is "pref" or "prio" or "preference" or "priority")
                filter = filter with { Preference = Number(words, ushort.MaxValue) };
            else if (words.Peek == "chain")
                filter = filter with { Chain = Number(words, uint.MaxValue) };
            else if (words.Take("handle"))
                handle = words.Next();
            else
                break;
        }

        if (words.AtEnd && verb == TcVerb.Delete)
            return filter;
        // What is made and names no protocol is for all of them.
        if (filter.Protocol.Length == 0 && verb is (TcVerb.Add or TcVerb.Replace))
            filter = filter with { Protocol = "all" };
        var kind = words.Next();
        if (kind == "fw")
            return FlowerWords.ParseFw(filter, handle, words);
        filter = filter with { Handle = ParseHandle(kind, handle) };
        return kind switch
        {
            "u32" => U32Words.Parse(filter, words),
            "flower" => FlowerWords.Parse(filter, words),
            "matchall" => FlowerWords.ParseMatchall(filter, words),
            "basic" => FlowerWords.ParseBasic(filter, words),
            _ when words.AtEnd && verb == TcVerb.Delete => filter with { Classifier = new TcUnknownClassifier(kind, "") },
            "bpf" => throw new TcWordException("a program can't be loaded from a text; u32, flower, matchall, fw and basic can be"),
            _ => throw new TcWordException($"the classifier {kind} is not known here: u32, flower, matchall, fw and basic are"),
        };
    }

    internal static uint Handle(WordReader words) => words.TakeHandle(out var handle) ? handle : throw TcWordException.At(words, "a handle, as 1:10 or ffff:");

    /// <summary>The number after the next word.</summary>
    internal static uint Number(WordReader words, uint limit)
    {
        var name = words.Next();
        return words.TakeUInt32(out var number) && number <= limit ? number : throw TcWordException.At(words, $"a number for {name}, at most {limit},");
    }

    private static uint ParseHandle(string kind, string text)
    {
        if (text.Length == 0)
            return 0;
        var isRead = kind == "u32" ? TcHandle.TryParseU32(text, out var handle)
            : WordReader.TryNumber(text, out var number) & (handle = unchecked((uint)number)) == number;
        return isRead ? handle : throw new TcWordException($"\"{text}\" is no handle of {kind}");
    }
}
