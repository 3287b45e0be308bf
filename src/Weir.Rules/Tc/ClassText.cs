using System.Text;

namespace Weir.Rules.Tc;

/// <summary>A line of <c>tc class show dev X</c> (iproute2 6.1, tc/tc_class.c, tc/q_htb.c).</summary>
internal static class ClassText
{
    internal static string Print(TcClass @class)
    {
        StringBuilder text = new($"class {@class.Kind} {TcHandle.Print(@class.Handle)} ");
        text.Append(@class.Parent == TcHandle.Root ? "root " : $"parent {TcHandle.Print(@class.Parent)} ");
        if (@class.Leaf != 0)
            text.Append($"leaf {@class.Leaf >> 16:x}: ");
        if (@class.Htb is not { } htb)
            return text.Append(@class.UnknownOptions).ToString();
        if (htb.Priority is { } priority)
            text.Append($"prio {priority} ");
        text.Append($"rate {TcUnits.PrintRate(htb.Rate)} ");
        if (htb.Overhead != 0)
            text.Append($"overhead {htb.Overhead} ");
        text.Append($"ceil {TcUnits.PrintRate(htb.Ceiling)} ");
        if (htb.Atm)
            text.Append("linklayer atm ");
        return text.Append($"burst {TcUnits.PrintSize(htb.Burst)} cburst {TcUnits.PrintSize(htb.CeilingBurst)} ").ToString();
    }

    /// <summary>An empty line stands behind it, also where nothing is counted.</summary>
    internal static string PrintCounted(TcClass @class)
    {
        var text = $"{Print(@class)}\n";
        if (@class.Statistics is not { } statistics)
            return text;
        text += StatisticsText.Print(statistics, " ");
        return StatisticsText.PrintOwn(statistics) is { Length: > 0 } own ? $"{text}{own}{(statistics.Htb is null ? "" : "\n")}" : text;
    }

    /// <summary>Null when the line is not one.</summary>
    internal static TcClass? Parse(string line, string? promptDevice)
    {
        WordReader words = new(line);
        if (!words.Take("class"))
            return null;
        TcClass @class = new(words.Next()) { Device = promptDevice };
        if (!words.TakeHandle(out var handle))
            return null;
        @class = @class with { Handle = handle };
        if (words.Take("root"))
            @class = @class with { Parent = TcHandle.Root };
        else if (words.Take("parent") && words.TakeHandle(out var parent))
            @class = @class with { Parent = parent };
        else
            return null;
        if (words.Take("leaf") && words.TakeHandle(out var leaf))
            @class = @class with { Leaf = leaf };
        if (@class.Kind == "htb" && ParseHtb(words) is { } htb)
            return @class with { Htb = htb };
        var head = Print(@class with { UnknownOptions = "" }).Length;
        return @class with { UnknownOptions = head <= line.Length ? line[head..] : "" };
    }

    private static TcHtbClass? ParseHtb(WordReader words)
    {
        uint? priority = words.Take("prio", out var prio) ? prio : null;
        if (!words.Take("rate") || !TcUnits.TryParseRate(words.Next(), out var rate))
            return null;
        words.Take("overhead", out var overhead);
        if (!words.Take("ceil") || !TcUnits.TryParseRate(words.Next(), out var ceiling))
            return null;
        var atm = words.Take("linklayer") && words.Next() == "atm";
        if (!words.Take("burst") || !TcUnits.TryParsePrintedSize(words.Next(), out var burst) || !words.Take("cburst") || !TcUnits.TryParsePrintedSize(words.Next(), out var ceilingBurst) || !words.AtEnd)
            return null;
        return new TcHtbClass(rate, ceiling, burst, ceilingBurst) { Priority = priority, Overhead = (ushort)overhead, Atm = atm };
    }
}
