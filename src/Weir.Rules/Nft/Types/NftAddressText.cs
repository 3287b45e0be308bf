using System.Globalization;
using System.Net;
using System.Text;

namespace Weir.Rules.Nft.Types;

/// <summary>IPv6 addresses as inet_ntop(3) writes them, which differs from .NET in addresses that end in an IPv4 one.</summary>
internal static class NftAddressText
{
    internal static string Format(ReadOnlySpan<byte> bytes)
    {
        Span<ushort> words = stackalloc ushort[8];
        for (var i = 0; i < words.Length; i++)
            words[i] = (ushort)(bytes[2 * i] << 8 | bytes[(2 * i) + 1]);
        var (start, length) = LongestZeros(words);
        var text = new StringBuilder();
        for (var i = 0; i < words.Length; i++)
        {
            if (i >= start && i < start + length)
            {
                if (i == start)
                    text.Append(':');
                continue;
            }

            if (i != 0)
                text.Append(':');
            // ::a.b.c.d and ::ffff:a.b.c.d
            if (i == 6 && start == 0 && (length == 6 || (length == 7 && words[7] != 1) || (length == 5 && words[5] == 0xffff)))
                return text.Append(new IPAddress(bytes[12..]).ToString()).ToString();
            text.Append(words[i].ToString("x", CultureInfo.InvariantCulture));
        }

        if (start + length == words.Length && length > 0)
            text.Append(':');
        return text.ToString();
    }

    private static (int Start, int Length) LongestZeros(ReadOnlySpan<ushort> words)
    {
        int bestStart = -1, bestLength = 0, start = 0;
        while (start < words.Length)
        {
            var end = start;
            while (end < words.Length && words[end] == 0)
                end++;
            if (end - start > bestLength)
                (bestStart, bestLength) = (start, end - start);
            start = end + 1;
        }

        return bestLength < 2 ? (-1, 0) : (bestStart, bestLength);
    }
}
