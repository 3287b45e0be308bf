using System.Globalization;
using System.Text;

namespace Weir.Rules.Tc;

/// <summary>What <c>tc filter show</c> prints of u32 after the chain (iproute2 6.1, tc/f_u32.c u32_print_opt).</summary>
internal static class U32Text
{
    /// <param name="hits">Null: without what was counted.</param>
    internal static void Print(StringBuilder text, uint handle, TcU32 u32, TcU32Hits? hits)
    {
        if (handle == 0)
            return;
        text.Append($"fh {TcHandle.PrintU32(handle)} ");
        if ((handle & 0xfff) != 0)
            text.Append($"order {handle & 0xfff} ");
        text.Append(u32.Divisor != 0 ? $"ht divisor {u32.Divisor} " : $"key ht {u32.HashTable >> 20:x} bkt {u32.HashTable >> 12 & 0xff:x} ");
        if (u32.ClassId != 0)
            text.Append($"{(u32.Terminal ? "*" : "")}flowid {TcHandle.Print(u32.ClassId)} ");
        else if (u32.Terminal)
            text.Append("terminal flowid ");
        if (u32.Link != 0)
            text.Append($"link {TcHandle.PrintU32(u32.Link)} ");
        FilterText.PrintOffload(text, u32, "", " ");
        if (hits is not null)
            text.Append($"(rule hit {hits.Tried} success {hits.Matched})");
        if (u32.Mark is { } mark)
            text.Append($"\n  mark 0x{mark.Value:x4} 0x{mark.Mask:x4} (success {mark.Success})");
        foreach (var (i, match) in u32.Matches.Index())
        {
            text.Append($"\n  match {match.Value:x8}/{match.Mask:x8} at {(match.NextHeader ? "nexthdr+" : "")}{match.Offset}");
            if (hits is not null)
                text.Append($" (success {hits.Words.ElementAtOrDefault(i)} ) ");
        }

        if (u32.Offset is { } offset)
        {
            text.Append("\n    offset ");
            if (offset.Variable)
                text.Append($"{offset.Mask:x4}>>{offset.Shift} at {offset.At} ");
            if (offset.Plus != 0)
                text.Append($"plus {offset.Plus} ");
        }

        if (u32.Eat)
            text.Append(" eat ");
        if (u32.HashMask != 0)
            text.Append($"\n    hash mask {u32.HashMask:x8} at {u32.HashOffset} ");
        if (u32.InputDevice.Length != 0)
            text.Append($"\n  input dev {u32.InputDevice}\n");
    }

    internal static TcFilter Parse(TcFilter filter, WordReader words, IReadOnlyList<string> lines, int end, ref string unknown)
    {
        unknown = "";
        TcU32 u32 = new();
        if (words.Take("fh"))
        {
            if (!TcHandle.TryParseU32(words.Next(), out var handle))
                unknown = lines[0];
            filter = filter with { Handle = handle };
            words.Take("order", out _);
            u32 = ParseHead(u32, words);
        }

        // tc -s
        if (!words.AtEnd && !words.Peek.StartsWith("(rule", StringComparison.Ordinal))
            unknown = words.Rest();
        foreach (var line in lines.Take(end).Skip(1).Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            if (ParseLine(u32, new WordReader(line)) is { } more)
                u32 = more;
            else
                unknown = line;
        }

        return filter with { Classifier = u32 };
    }

    private static TcU32 ParseHead(TcU32 u32, WordReader words)
    {
        if (words.Peek == "ht" && words.PeekSecond == "divisor")
        {
            words.Next();
            words.Take("divisor", out var divisor);
            return u32 with { Divisor = divisor };
        }

        if (words.Take("key") && words.Take("ht") && words.TakeHex(out var table) && words.Take("bkt") && words.TakeHex(out var bucket))
            u32 = u32 with { HashTable = (table & 0xfff) << 20 | (bucket & 0xff) << 12 };
        if (words.Peek == "terminal" && words.PeekSecond == "flowid")
        {
            words.Next();
            words.Next();
            u32 = u32 with { Terminal = true };
        }
        else if (words.Peek is "flowid" or "*flowid")
        {
            u32 = u32 with { Terminal = words.Next() == "*flowid" };
            if (words.TakeHandle(out var classId))
                u32 = u32 with { ClassId = classId };
        }

        if (words.Peek == "link" && TcHandle.TryParseU32(words.PeekSecond, out var link))
        {
            words.Next();
            words.Next();
            u32 = u32 with { Link = link };
        }

        while (FilterText.IsOffload(words.Peek))
            u32 = u32 with { Offload = [.. u32.Offload, words.Next()] };
        return u32;
    }

    private static TcU32? ParseLine(TcU32 u32, WordReader words)
    {
        switch (words.Next())
        {
            case "match":
                return ParseMatch(words) is { } match ? u32 with { Matches = [.. u32.Matches, match] } : null;
            case "mark" when words.TakeHex(out var value) && words.TakeHex(out var mask):
                return u32 with { Mark = new TcU32Mark(value, mask, words.Next() == "(success" && uint.TryParse(words.Next().TrimEnd(')'), out var success) ? success : 0) };
            case "offset":
                return ParseOffset(u32, words);
            case "eat":
                return u32 with { Eat = true };
            case "hash" when words.Take("mask") && words.TakeHex(out var hash) && words.Take("at") && words.TakeNumber(out var at):
                return u32 with { HashMask = hash, HashOffset = (int)at };
            case "input" when words.Take("dev"):
                return u32 with { InputDevice = words.Next() };
            default:
                return null;
        }
    }

    private static TcU32Match? ParseMatch(WordReader words)
    {
        var parts = words.Next().Split('/');
        if (parts.Length != 2 || !Hex(parts[0], out var value) || !Hex(parts[1], out var mask) || !words.Take("at"))
            return null;
        var place = words.Next();
        var isNext = place.StartsWith("nexthdr+", StringComparison.Ordinal);
        return WordReader.TryNumber(isNext ? place["nexthdr+".Length..] : place, out var offset) && offset is >= int.MinValue and <= int.MaxValue
            ? new TcU32Match(value, mask, (int)offset, isNext) : null;
    }

    private static TcU32? ParseOffset(TcU32 u32, WordReader words)
    {
        TcU32Offset offset = new(0, 0, 0, 0, Variable: false);
        var parts = words.Peek.Split(">>");
        if (parts.Length == 2)
        {
            words.Next();
            if (!Hex(parts[0], out var mask) || !byte.TryParse(parts[1], out var shift) || !words.Take("at") || !words.TakeNumber(out var at))
                return null;
            offset = offset with { Mask = (ushort)mask, Shift = shift, At = (short)at, Variable = true };
        }

        if (words.Take("plus", out var plus))
            offset = offset with { Plus = (ushort)plus };
        return u32 with { Offset = offset, Eat = words.Take("eat") };
    }

    private static bool Hex(string text, out uint number) => uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
}
