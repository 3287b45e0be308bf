using System.Globalization;

namespace Weir.Rules.Tc;

/// <summary>Rates, sizes, times and chances as tc writes and reads them (man tc, PARAMETERS).</summary>
public static class TcUnits
{
    private static readonly string[] Prefixes = ["", "K", "M", "G", "T"];

    /// <param name="rate">Bytes per second; printed in bits.</param>
    public static string PrintRate(ulong rate)
    {
        var bits = rate * 8;
        var prefix = 0;
        // 1500 Kbit is not written as 1.5 Mbit.
        while (prefix < Prefixes.Length - 1 && bits >= 1000 && !(bits % 1000 != 0 && bits < 1_000_000))
        {
            bits /= 1000;
            prefix++;
        }

        return $"{bits}{Prefixes[prefix]}bit";
    }

    /// <summary>Bytes per second, of <c>10mbit</c>, <c>1.5Gbit</c>, <c>100kbps</c>, <c>8000</c> (bits).</summary>
    public static bool TryParseRate(string text, out ulong rate)
    {
        rate = 0;
        if (!Split(text, out var number, out var unit))
            return false;
        var isBytes = unit.EndsWith("bps", StringComparison.Ordinal);
        var scale = unit.EndsWith("bit", StringComparison.Ordinal) || isBytes ? unit[..^3] : unit;
        double? factor = scale switch
        {
            "" => 1, "k" => 1e3, "m" => 1e6, "g" => 1e9, "t" => 1e12,
            "ki" => 1024d, "mi" => 1024d * 1024, "gi" => 1024d * 1024 * 1024, "ti" => 1024d * 1024 * 1024 * 1024,
            _ => null,
        };
        if (factor is not { } known)
            return false;
        var bytes = number * known / (isBytes ? 1 : 8);
        rate = bytes < ulong.MaxValue ? (ulong)bytes : 0;
        return bytes < ulong.MaxValue;
    }

    public static string PrintSize(uint bytes)
    {
        const double kilo = 1024, mega = 1024 * 1024;
        if (bytes >= mega && Math.Abs((mega * Math.Round(bytes / mega)) - bytes) < 1024)
            return $"{PrintNumber(Math.Round(bytes / mega))}Mb";
        return bytes >= kilo && Math.Abs((kilo * Math.Round(bytes / kilo)) - bytes) < 16 ? $"{PrintNumber(Math.Round(bytes / kilo))}Kb" : $"{bytes}b";
    }

    /// <summary>Bytes, of <c>15k</c>, <c>5mb</c>, <c>32kbit</c>, <c>1599b</c>.</summary>
    public static bool TryParseSize(string text, out uint bytes)
    {
        bytes = 0;
        if (!Split(text, out var number, out var unit))
            return false;
        double? factor = unit switch
        {
            "" or "b" => 1, "k" or "kb" => 1024, "m" or "mb" => 1024 * 1024, "g" or "gb" => 1024 * 1024 * 1024,
            "kbit" => 128, "mbit" => 128 * 1024, "gbit" => 128 * 1024 * 1024, _ => null,
        };
        if (factor is not { } known || number * known > uint.MaxValue)
            return false;
        bytes = (uint)(number * known);
        return true;
    }

    /// <summary>Of what tc has printed: 1024Kb is just less than 1Mb.</summary>
    public static bool TryParsePrintedSize(string text, out uint bytes)
    {
        var isRead = TryParseSize(text, out bytes);
        bytes -= text == "1024Kb" ? 1u : 0;
        return isRead;
    }

    /// <param name="microseconds">Whole ones are printed, as tc counts them; not below 0.</param>
    public static string PrintTime(double microseconds) => Math.Floor(microseconds) switch
    {
        >= 1_000_000 and var time => $"{PrintNumber(time / 1_000_000, 3)}s",
        >= 1000 and var time => $"{PrintNumber(time / 1000, 3)}ms",
        var time => $"{(uint)Math.Max(time, 0)}us",
    };

    /// <summary>Microseconds, of <c>10ms</c>, <c>1.5s</c>, <c>50us</c>, <c>50</c> (microseconds).</summary>
    public static bool TryParseTime(string text, out double microseconds)
    {
        microseconds = 0;
        if (!Split(text, out var number, out var unit))
            return false;
        double? factor = unit switch { "s" or "sec" or "secs" => 1e6, "ms" or "msec" or "msecs" => 1e3, "" or "us" or "usec" or "usecs" => 1, _ => null };
        microseconds = (number * factor.GetValueOrDefault()) - (IsAlmostThousand(text) ? 1 : 0);
        return factor is not null && microseconds <= uint.MaxValue;
    }

    /// <param name="nanoseconds">Not below 0.</param>
    public static string PrintLongTime(long nanoseconds) => nanoseconds switch
    {
        >= 1_000_000_000 => $"{PrintNumber(nanoseconds / 1e9, 3)}s",
        >= 1_000_000 => $"{PrintNumber(nanoseconds / 1e6, 3)}ms",
        >= 1000 => $"{PrintNumber(nanoseconds / 1e3, 3)}us",
        _ => $"{nanoseconds}ns",
    };

    /// <summary>Nanoseconds, of <c>10ms</c>, <c>1.5s</c>, <c>50us</c>, <c>50</c> (nanoseconds).</summary>
    public static bool TryParseLongTime(string text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (!Split(text, out var number, out var unit))
            return false;
        double? factor = unit switch
        {
            "s" or "sec" or "secs" => 1e9, "ms" or "msec" or "msecs" => 1e6, "us" or "usec" or "usecs" => 1e3, "" or "ns" or "nsec" or "nsecs" => 1, _ => null,
        };
        var read = (number * factor.GetValueOrDefault()) - (IsAlmostThousand(text) ? 1 : 0);
        nanoseconds = read < long.MaxValue ? (long)read : 0;
        return factor is not null && read < long.MaxValue;
    }

    /// <param name="chance">A fraction of 2^32-1.</param>
    public static string PrintPercent(uint chance) => $"{PrintNumber(100d * chance / uint.MaxValue)}%";

    public static bool TryParsePercent(string text, out uint chance)
    {
        chance = 0;
        if (!Split(text, out var number, out var unit) || unit is not ("" or "%") || number > 100)
            return false;
        chance = (uint)Math.Round(number / 100 * uint.MaxValue, MidpointRounding.ToEven);
        return true;
    }

    /// <summary>As C's <c>%.Ng</c>: so many significant digits, no zeros behind, an exponent when it would be longer.</summary>
    public static string PrintNumber(double number, int digits = 6)
    {
        if (number == 0 || !double.IsFinite(number))
            return "0";
        var scientific = number.ToString($"e{digits - 1}", CultureInfo.InvariantCulture);
        var e = scientific.IndexOf('e', StringComparison.Ordinal);
        var exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent >= -4 && exponent < digits)
            return Trim(number.ToString($"f{digits - 1 - exponent}", CultureInfo.InvariantCulture));
        return $"{Trim(scientific[..e])}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";

        static string Trim(string text) => text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    /// <summary>What C prints of 999.9 in three digits; of a thousand tc would print the next unit.</summary>
    private static bool IsAlmostThousand(string text) => text.StartsWith("1e+03", StringComparison.Ordinal);

    private static bool Split(string text, out double number, out string unit)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
            end++;
        // 1e+03ms is what tc prints of 999.9 ms.
        var exponent = end + 1 < text.Length && text[end] is 'e' or 'E' ? end + (text[end + 1] is '+' or '-' ? 2 : 1) : text.Length;
        if (end != 0 && exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            end = text.AsSpan(exponent).IndexOfAnyExceptInRange('0', '9') is >= 0 and var digits ? exponent + digits : text.Length;
        unit = text[end..].ToLowerInvariant();
        return double.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number);
    }
}
