namespace Weir.Rules.Tc;

/// <summary>What flower and matchall are told (man tc-flower, tc-matchall). Values stay as they were written.</summary>
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
