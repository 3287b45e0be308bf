namespace Weir.Netlink.Tests;

/// <summary>Hexadecimal text with comments: from <c>#</c> to the line's end.</summary>
internal static class Hex
{
    public static byte[] Parse(string text) =>
        Convert.FromHexString(string.Concat(text.Split('\n').Select(line => line.Split('#')[0])).Replace(" ", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal));

    public static void Equal(string expected, byte[] actual) =>
        Assert.Equal(Convert.ToHexStringLower(Parse(expected)), Convert.ToHexStringLower(actual));
}
