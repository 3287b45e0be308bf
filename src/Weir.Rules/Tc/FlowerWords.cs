namespace Weir.Rules.Tc;

/// <summary>What flower, matchall, fw and basic are told (man tc-flower, tc-matchall, tc-fw, tc-basic). Values stay as they were written.</summary>
internal static class FlowerWords
{
    internal static TcFilter Parse(TcFilter filter, WordReader words)
    {
        TcFlower flower = new([]);
        List<TcFlowerKey> keys = [];
        IReadOnlyList<TcAction> actions = [];
        while (!words.AtEnd)
        {
            if (words.Peek is "flowid" or "classid")
                flower = flower with { ClassId = ClassId(words) };
            else if (words.Peek is "skip_hw" or "skip_sw")
                flower = flower with { Offload = [.. flower.Offload, words.Next()] };
            else if (words.Peek == "action")
                actions = ActionWords.ParseAll(words);
            else
                keys.Add(Key(words));
        }

        // In tc's order, whatever the command's was.
        return filter with { Classifier = flower with { Keys = [.. keys.OrderBy(key => Array.IndexOf(FlowerText.Names, key.Name))] }, Actions = actions };
    }

    internal static TcFilter ParseMatchall(TcFilter filter, WordReader words)
    {
        TcMatchall matchall = new();
        IReadOnlyList<TcAction> actions = [];
        while (!words.AtEnd)
        {
            if (words.Peek is "flowid" or "classid")
                matchall = matchall with { ClassId = ClassId(words) };
            else if (words.Peek is "skip_hw" or "skip_sw")
                matchall = matchall with { Offload = [.. matchall.Offload, words.Next()] };
            else if (words.Peek == "action")
                actions = ActionWords.ParseAll(words);
            else
                throw TcWordException.At(words, "a word of matchall");
        }

        return filter with { Classifier = matchall, Actions = actions };
    }

    /// <param name="handle">The mark, or mark and mask, as <c>6/0xff</c>.</param>
    internal static TcFilter ParseFw(TcFilter filter, string handle, WordReader words)
    {
        var parts = handle.Length == 0 ? ["0"] : handle.Split('/');
        if (parts.Length > 2 || !WordReader.TryNumber(parts[0], out var mark) || mark is < 0 or > uint.MaxValue
            || !WordReader.TryNumber(parts.Length > 1 ? parts[1] : "0xffffffff", out var mask) || mask is < 0 or > uint.MaxValue)
            throw new TcWordException($"\"{handle}\" is no handle of fw");
        TcFw fw = new() { Mask = (uint)mask };
        IReadOnlyList<TcAction> actions = [];
        while (!words.AtEnd)
        {
            if (words.Peek is "flowid" or "classid")
                fw = fw with { ClassId = ClassId(words) };
            else if (words.Take("indev"))
                fw = fw with { InputDevice = words.Next() };
            else if (words.Peek == "action")
                actions = ActionWords.ParseAll(words);
            else
                throw TcWordException.At(words, "a word of fw");
        }

        return filter with { Handle = (uint)mark, Classifier = fw, Actions = actions };
    }

    internal static TcFilter ParseBasic(TcFilter filter, WordReader words)
    {
        TcBasic basic = new();
        IReadOnlyList<TcAction> actions = [];
        while (!words.AtEnd)
        {
            if (words.Peek is "flowid" or "classid")
                basic = basic with { ClassId = ClassId(words) };
            else if (words.Peek == "action")
                actions = ActionWords.ParseAll(words);
            else
                throw new TcWordException(words.Peek == "match" ? "the expressions of basic are not known here" : $"\"{words.Peek}\" is no word of basic");
        }

        return filter with { Classifier = basic, Actions = actions };
    }

    private static uint ClassId(WordReader words)
    {
        words.Next();
        return TcCommandParser.Handle(words);
    }

    /// <summary>tc reads ip_tos as hexadecimal, and prints it as decimal.</summary>
    private static string Value(string name, string value) => name == "ip_tos" && !value.StartsWith("0x", StringComparison.Ordinal) ? $"0x{value}" : value;

    private static TcFlowerKey Key(WordReader words)
    {
        var name = words.Next() switch { "type" => "icmp_type", "code" => "icmp_code", var other => other };
        if (name == "eth_type" || !FlowerText.Names.Contains(name))
            throw new TcWordException($"flower can't compare {name} here");
        return words.AtEnd ? throw TcWordException.At(words, $"what {name} should be") : new TcFlowerKey(name, Value(name, words.Next()));
    }
}
