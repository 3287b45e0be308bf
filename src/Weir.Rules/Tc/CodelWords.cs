using System.Text;

namespace Weir.Rules.Tc;

/// <summary>codel and fq_codel, where tc prints them and where it reads them (man tc-codel, tc-fq_codel): the words are the same, but for the <c>p</c> of printed limits.</summary>
internal static class CodelWords
{
    internal static string Print(TcCodel codel)
    {
        StringBuilder text = new();
        Append("limit", codel.Limit is { } limit ? $"{limit}p" : null);
        Append("flows", codel.Flows is { } flows ? $"{flows}" : null);
        Append("quantum", codel.Quantum is { } quantum ? $"{quantum}" : null);
        Append("target", Time(codel.Target));
        Append("ce_threshold", Time(codel.MarkThreshold));
        Append("ce_threshold_selector", codel.MarkSelector is { } selector ? $"0x{selector.Value:x}/0x{selector.Mask:x}" : null);
        Append("interval", Time(codel.Interval));
        Append("memory_limit", codel.MemoryLimit is { } memory ? TcUnits.PrintSize(memory) : null);
        if (codel.Ecn is true)
            text.Append("ecn ");
        Append("drop_batch", codel.DropBatch is { } batch ? $"{batch}" : null);
        return text.ToString();

        void Append(string name, string? value)
        {
            if (value is not null)
                text.Append($"{name} {value} ");
        }

        static string? Time(uint? microseconds) => microseconds is { } time ? TcUnits.PrintTime(time) : null;
    }

    /// <summary>Null when it is not what tc prints. What is not printed of ecn is off.</summary>
    internal static TcCodel? Parse(string kind, WordReader words)
    {
        try
        {
            return Words(kind, words, isListed: true) is { Limit: not null } codel ? codel with { Ecn = codel.Ecn ?? false } : null;
        }
        catch (TcWordException)
        {
            return null;
        }
    }

    internal static TcCodel Command(string kind, WordReader words) => Words(kind, words, isListed: false);

    private static TcCodel Words(string kind, WordReader words, bool isListed)
    {
        TcCodel codel = new();
        while (!words.AtEnd)
        {
            var word = words.Next();
            codel = word switch
            {
                "limit" => codel with { Limit = Number(words, isListed ? "p" : "") },
                "target" => codel with { Target = Time(words) },
                "interval" => codel with { Interval = Time(words) },
                "ce_threshold" => codel with { MarkThreshold = Time(words) },
                "ecn" or "noecn" => codel with { Ecn = word == "ecn" },
                "flows" when kind == "fq_codel" => codel with { Flows = Number(words, "") },
                "quantum" when kind == "fq_codel" => codel with { Quantum = Number(words, "") },
                "drop_batch" when kind == "fq_codel" => codel with { DropBatch = Number(words, "") },
                "memory_limit" when kind == "fq_codel" => codel with { MemoryLimit = (isListed ? TcUnits.TryParsePrintedSize(words.Next(), out var size) : TcUnits.TryParseSize(words.Next(), out size)) ? size : throw new TcWordException("memory_limit wants a size, as 32mb") },
                "ce_threshold_selector" when kind == "fq_codel" => codel with { MarkSelector = Selector(words.Next()) },
                _ => throw new TcWordException($"\"{word}\" is no word of {kind}"),
            };
        }

        // tc does not send a zero: it stands for the kernel's choice.
        return isListed ? codel : codel with
        {
            Limit = NotZero(codel.Limit),
            Target = NotZero(codel.Target),
            Interval = NotZero(codel.Interval),
            Flows = NotZero(codel.Flows),
            Quantum = NotZero(codel.Quantum),
            DropBatch = NotZero(codel.DropBatch),
        };

        static uint? NotZero(uint? number) => number is 0 ? null : number;
    }

    private static uint Number(WordReader words, string unit)
    {
        var word = words.Next();
        return word.EndsWith(unit, StringComparison.Ordinal) && WordReader.TryNumber(word[..^unit.Length], out var number) && number is >= 0 and <= uint.MaxValue
            ? (uint)number : throw new TcWordException($"\"{word}\" is no number");
    }

    private static uint Time(WordReader words)
    {
        var word = words.Next();
        return TcUnits.TryParseTime(word, out var microseconds) ? (uint)microseconds : throw new TcWordException($"\"{word}\" is no time, as 5ms");
    }

    private static TcMasked Selector(string word)
    {
        var parts = word.Split('/');
        return parts.Length == 2 && TryByte(parts[0], out var value) && TryByte(parts[1], out var mask) ? new TcMasked(value, mask)
            : throw new TcWordException($"\"{word}\" is no value and mask of the DS field");

        static bool TryByte(string text, out byte number)
        {
            var isRead = WordReader.TryNumber(text, out var read) && read is >= 0 and <= byte.MaxValue;
            number = (byte)read;
            return isRead;
        }
    }
}
