using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.Rules.Iptables.Parsing;

/// <summary>Addresses as inet_pton(3) and inet_ntop(3) of glibc read and write them.</summary>
internal static class AddressText
{
    /// <summary>A whole address of the family in its usual form; null otherwise. Host names are none.</summary>
    internal static IPAddress? Parse(string text, IptablesFamily family)
    {
        if (family == IptablesFamily.IPv4)
            return ParseDottedQuad(text);
        foreach (var character in text)
        {
            if (!char.IsAsciiHexDigit(character) && character is not (':' or '.'))
                return null;
        }

        return text.Contains(':') && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? address : null;
    }

    /// <summary>libxtables' <c>-s</c> and <c>-d</c>: missing parts of an IPv4 address are zeros (<c>10.1</c> is 10.1.0.0), octal and hexadecimal parts pass.</summary>
    internal static IPAddress? ParseNetwork(string text, IptablesFamily family) =>
        family == IptablesFamily.IPv6 ? Parse(text, family) : ParseParts(text, isMask: false);

    /// <summary>A mask as a length or as an address.</summary>
    internal static IPAddress? ParseMask(string text, IptablesFamily family)
    {
        var address = family == IptablesFamily.IPv6 ? Parse(text, family) : ParseParts(text, isMask: true);
        if (address is not null)
            return address;
        var longest = family == IptablesFamily.IPv4 ? 32u : 128u;
        if (!CNumber.TryParse(text, 0, longest, out var length))
            return null;
        return AddressMask.PrefixMask(family == IptablesFamily.IPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, (int)length);
    }

    internal static string Format(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() : FormatIPv6(address.GetAddressBytes());

    private static IPAddress? ParseDottedQuad(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4)
            return null;
        var bytes = new byte[4];
        for (var i = 0; i < 4; i++)
        {
            if (parts[i].Length is 0 or > 3 || (parts[i].Length > 1 && parts[i][0] == '0') || !CNumber.IsDecimal(parts[i])
                || !byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]))
                return null;
        }

        return new IPAddress(bytes);
    }

    private static IPAddress? ParseParts(string text, bool isMask)
    {
        var parts = text.Split('.', 4);
        if (isMask && parts.Length != 4)
            return null;
        var bytes = new byte[4];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!CNumber.TryParse(parts[i], 0, byte.MaxValue, out var part))
                return null;
            bytes[i] = (byte)part;
        }

        return new IPAddress(bytes);
    }

    /// <summary>glibc's inet_ntop: the first longest run of two or more zero words is <c>::</c>; an embedded IPv4 address is dotted.</summary>
    private static string FormatIPv6(byte[] bytes)
    {
        Span<ushort> words = stackalloc ushort[8];
        for (var i = 0; i < 8; i++)
            words[i] = (ushort)((bytes[2 * i] << 8) | bytes[(2 * i) + 1]);
        int start = -1, length = 1;
        for (var i = 0; i < 8; i++)
        {
            var end = i;
            while (end < 8 && words[end] == 0)
                end++;
            if (end - i > length)
                (start, length) = (i, end - i);
            i = Math.Max(i, end - 1);
        }

        var dotted = start == 0 && (length == 6 || (length == 5 && words[5] == 0xffff));
        var text = new StringBuilder();
        for (var i = 0; i < (dotted ? 6 : 8); i++)
        {
            if (i == start)
            {
                text.Append("::");
                i += length - 1;
                continue;
            }

            if (text.Length > 0 && text[^1] != ':')
                text.Append(':');
            text.Append(CultureInfo.InvariantCulture, $"{words[i]:x}");
        }

        if (dotted)
            text.Append(text[^1] == ':' ? "" : ":").Append(CultureInfo.InvariantCulture, $"{bytes[12]}.{bytes[13]}.{bytes[14]}.{bytes[15]}");
        return text.ToString();
    }
}
