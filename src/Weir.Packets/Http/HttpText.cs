using System.Buffers;

namespace Weir.Packets.Http;

/// <summary>The character classes and lines of HTTP/1, RFC 9110 5.6.2 and RFC 9112 2.2.</summary>
internal static class HttpText
{
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> VisibleBytes = SearchValues.Create([.. Enumerable.Range(0x21, 0x5E).Select(i => (byte)i), .. Enumerable.Range(0x80, 0x80).Select(i => (byte)i)]);

    public static bool IsToken(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(TokenBytes);

    /// <summary>No space and no control character; bytes above 127 are let pass, as servers do.</summary>
    public static bool IsVisible(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExcept(VisibleBytes);

    /// <summary>Cuts a line off: its end is LF, a CR before it does not count. False when the end is not there.</summary>
    public static bool TryTakeLine(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        int end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            line = rest;
            return false;
        }

        line = rest[..end];
        if (!line.IsEmpty && line[^1] == '\r')
        {
            line = line[..^1];
        }

        rest = rest[(end + 1)..];
        return true;
    }

    public static ReadOnlySpan<byte> TrimBlanks(ReadOnlySpan<byte> bytes) => bytes.Trim(" \t"u8);

    /// <summary>"HTTP/1." and a digit.</summary>
    public static bool IsHttp1Version(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 8 && bytes.StartsWith("HTTP/1."u8) && bytes[7] is >= (byte)'0' and <= (byte)'9';

    /// <summary>Whether bytes could still become an HTTP/1 version.</summary>
    public static bool IsHttp1VersionSoFar(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= 7 ? "HTTP/1."u8.StartsWith(bytes) : IsHttp1Version(bytes[..8]);
}
