namespace Weir.Rules.Iptables.Parsing;

/// <summary>Numbers as strtoul(3) with base 0 reads them: <c>16</c>, <c>0x10</c>, <c>020</c>; no minus.</summary>
internal static class CNumber
{
    /// <summary>Reads a number at the start of a text.</summary>
    /// <param name="text">May begin with white space and a plus.</param>
    /// <param name="rest">What follows the number.</param>
    internal static bool TryRead(ReadOnlySpan<char> text, ulong maximum, out ulong value, out ReadOnlySpan<char> rest)
    {
        value = 0;
        text = text.TrimStart(" \t\n\v\f\r");
        rest = text;
        if (text.StartsWith('+'))
            text = text[1..];
        var digits = text;
        uint radix = 10;
        if (text.Length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x' && char.IsAsciiHexDigit(text[2]))
        {
            radix = 16;
            digits = text[2..];
        }
        else if (text.StartsWith('0'))
        {
            radix = 8;
        }

        var count = 0;
        var overflow = false;
        for (; count < digits.Length && Digit(digits[count]) is var digit && digit < radix; count++)
        {
            var high = Math.BigMul(value, radix, out var low);
            value = low + digit;
            overflow |= high != 0 || value < low || value > maximum;
        }

        if (count == 0)
            return false;
        rest = digits[count..];
        return !overflow;
    }

    /// <summary>The whole text is a number between two bounds.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, ulong minimum, ulong maximum, out ulong value) =>
        TryRead(text, maximum, out value, out var rest) && rest.IsEmpty && value >= minimum;

    /// <summary>Nothing but the digits 0 to 9.</summary>
    internal static bool IsDecimal(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character))
                return false;
        }

        return true;
    }

    private static uint Digit(char character) => character switch
    {
        >= '0' and <= '9' => (uint)(character - '0'),
        >= 'a' and <= 'f' => (uint)(character - 'a' + 10),
        >= 'A' and <= 'F' => (uint)(character - 'A' + 10),
        _ => uint.MaxValue,
    };
}
