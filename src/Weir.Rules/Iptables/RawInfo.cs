using System.Globalization;

namespace Weir.Rules.Iptables;

/// <summary>An extension's bytes as the kernel keeps them, and the revision that says how to read them.</summary>
/// <param name="Hex">Two digits for each byte, lower case.</param>
public readonly record struct RawInfo(uint Revision, string Hex)
{
    public override string ToString() => $"{Revision}:{Hex}";

    internal static RawInfo? Parse(string text)
    {
        var colon = text.IndexOf(':');
        if (colon < 0 || !uint.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
            return null;
        var hex = text[(colon + 1)..];
        return hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigitLower) ? new RawInfo(revision, hex) : null;
    }
}
