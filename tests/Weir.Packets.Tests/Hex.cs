namespace Weir.Packets.Tests;

internal static class Hex
{
    /// <summary>Hexadecimal digits with white space anywhere.</summary>
    public static byte[] Bytes(string text) => Convert.FromHexString(string.Concat(text.Where(c => !char.IsWhiteSpace(c))));
}
