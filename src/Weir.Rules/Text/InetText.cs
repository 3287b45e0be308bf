using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.Rules.Text;

/// <summary>Addresses as the C library reads and prints them: the tools' texts have these forms, .NET's differ in places (fe80::5efe:1.2.3.4).</summary>
public static class InetText
{
    private const int Words = 8;

    /// <summary>As inet_ntop(3).</summary>
    public static string Print(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address.ToString();
        Span<ushort> words = stackalloc ushort[Words];
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        for (var i = 0; i < Words; i++)
            words[i] = BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]);
        var (start, length) = LongestZeros(words);
        var text = new StringBuilder();
        for (var i = 0; i < Words; i++)
        {
            if (i >= start && i < start + length)
            {
                if (i == start)
                    text.Append(':');
                continue;
            }

            if (i != 0)
                text.Append(':');
            if (i == 6 && start == 0 && (length == 6 || (length == 5 && words[5] == 0xffff)))
                return text.Append(new IPAddress(bytes[12..]).ToString()).ToString();
            text.Append(CultureInfo.InvariantCulture, $"{words[i]:x}");
        }

        return start + length == Words ? text.Append(':').ToString() : text.ToString();
    }

    /// <summary>An address without scope and brackets; null for everything else, names too.</summary>
    public static IPAddress? Parse(ReadOnlySpan<char> text) =>
        text.IndexOfAny("%[]/ ") < 0 && IPAddress.TryParse(text, out var address) ? address : null;

    /// <summary>The first of the longest runs of at least two zero words; start 8 when there is none.</summary>
    private static (int Start, int Length) LongestZeros(ReadOnlySpan<ushort> words)
    {
        var (bestStart, bestLength) = (Words, 0);
        for (var i = 0; i < Words; i++)
        {
            var end = i;
            while (end < Words && words[end] == 0)
                end++;
            if (end - i >= 2 && end - i > bestLength)
                (bestStart, bestLength) = (i, end - i);
            if (end > i)
                i = end;
        }

        return bestLength == 0 ? (Words + 1, 0) : (bestStart, bestLength);
    }
}
