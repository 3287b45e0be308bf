using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Weir.Rules.Tc;

/// <summary>Addresses as tc writes them: MACs as 48-bit numbers, prefixes with or without a length.</summary>
public static class TcAddresses
{
    public static bool TryParseMac(string text, out ulong mac)
    {
        mac = 0;
        var parts = text.Split(':');
        foreach (var part in parts)
        {
            if (part.Length is 0 or > 2 || !byte.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
                return false;
            mac = mac << 8 | number;
        }

        return parts.Length == 6;
    }

    public static string PrintMac(ulong mac) => string.Join(':', Enumerable.Range(0, 6).Select(i => $"{(byte)(mac >> (40 - (8 * i))):x2}"));

    public static bool TryParsePrefix(string text, AddressFamily family, out IPAddress address, out int length)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var bits = family == AddressFamily.InterNetwork ? 32 : 128;
        length = bits;
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var parsed) || parsed.AddressFamily != family || (family == AddressFamily.InterNetwork && !text.Contains('.', StringComparison.Ordinal)))
        {
            address = IPAddress.None;
            return false;
        }

        address = parsed;
        return slash < 0 || (int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) && length <= bits);
    }
}
