using System.Globalization;

namespace Weir.Rules.Ipset;

/// <summary>Numbers as strtoull(3) with base 0 takes them: 16, 0x10, 020.</summary>
internal static class IpsetNumber
{
    internal static ulong? Parse(ReadOnlySpan<char> text, ulong minimum, ulong maximum)
    {
        ulong value;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value))
                return null;
        }
        else if (text.Length > 1 && text[0] == '0')
        {
            if (Octal(text) is not { } octal)
                return null;
            value = octal;
        }
        else if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            return null;
        }

        return value >= minimum && value <= maximum ? value : null;
    }

    private static ulong? Octal(ReadOnlySpan<char> text)
    {
        ulong value = 0;
        foreach (var digit in text)
        {
            if (digit is < '0' or > '7' || value > ulong.MaxValue >> 3)
                return null;
            value = (value << 3) | (uint)(digit - '0');
        }

        return value;
    }
}
