using System.Globalization;

namespace Weir.Rules.Nft;

/// <summary>Numbers as nft reads and prints them.</summary>
internal static class NftNumber
{
    /// <summary>Decimal, or hexadecimal after 0x.</summary>
    internal static UInt128? Parse(string text)
    {
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return (isHex
            ? UInt128.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            : UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value))
            ? value
            : null;
    }

    /// <summary><c>1d2h3m4s5ms</c>, or seconds without a unit, in milliseconds.</summary>
    internal static ulong? ParseTime(string text)
    {
        if (Parse(text) is { } seconds)
            return seconds <= ulong.MaxValue / 1000 ? (ulong)seconds * 1000 : null;
        var at = 0;
        UInt128 total = 0;
        while (at < text.Length)
        {
            var digits = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            var unit = at;
            while (at < text.Length && char.IsAsciiLetter(text[at]))
                at++;
            ulong factor = text[unit..at] switch
            {
                "w" => 604_800_000,
                "d" => 86_400_000,
                "h" => 3_600_000,
                "m" => 60_000,
                "s" => 1000,
                "ms" => 1,
                _ => 0,
            };
            if (factor == 0 || !uint.TryParse(text.AsSpan(digits, unit - digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            total += (UInt128)number * factor;
        }

        return text.Length == 0 || total > ulong.MaxValue ? null : (ulong)total;
    }

    /// <summary>Milliseconds as nft prints a time: <c>1d2h3m4s</c>, <c>500ms</c>, <c>0s</c>.</summary>
    internal static string FormatTime(ulong milliseconds)
    {
        ulong days = milliseconds / 86_400_000, hours = milliseconds / 3_600_000 % 24, minutes = milliseconds / 60_000 % 60, seconds = milliseconds / 1000 % 60, rest = milliseconds % 1000;
        var text = $"{Part(days, "d")}{Part(hours, "h")}{Part(minutes, "m")}{Part(seconds, "s")}{Part(rest, "ms")}";
        return text.Length == 0 ? "0s" : text;
    }

    private static string Part(ulong value, string unit) => value == 0 ? "" : $"{value}{unit}";
}
