using System.Text;

namespace Weir.Enforcer.Identification;

/// <summary>HTTP/1: a request line (RFC 9112 3), and HTTP/2: its preface (RFC 9113 3.4). The client speaks first in both.</summary>
internal static class HttpSignature
{
    /// <summary>A request line longer than this is taken for one when all of it so far is visible ASCII.</summary>
    public const int EnoughOfALine = 1024;

    private const int LongestMethod = 20;

    public static SignatureMatch MatchHttp2(ReadOnlySpan<byte> client) => Prefix.Match(client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);

    public static SignatureMatch Match(ReadOnlySpan<byte> client)
    {
        int method = client.IndexOfAnyExceptInRange((byte)'A', (byte)'Z');
        if (method < 0)
            return client.Length <= LongestMethod ? SignatureMatch.NeedMore : SignatureMatch.No;
        // RFC 9110 9.1 allows more than capital letters; the methods in its registry are some, with "-" in a few of WebDAV's.
        if (client[method] == (byte)'-' && method > 0)
        {
            int rest = client[method..].IndexOf((byte)' ');
            if (rest < 0)
                return client.Length <= LongestMethod && !client.ContainsAnyExceptInRange((byte)'-', (byte)'Z') ? SignatureMatch.NeedMore : SignatureMatch.No;
            method += rest;
        }
        if (method is < 3 or > LongestMethod || client[method] != (byte)' ')
            return SignatureMatch.No;

        ReadOnlySpan<byte> line = client[(method + 1)..];
        int end = line.IndexOf("\r\n"u8);
        if (end >= 0)
            return line[..end].EndsWith(" HTTP/1.1"u8) || line[..end].EndsWith(" HTTP/1.0"u8) ? SignatureMatch.Yes : SignatureMatch.No;
        if (line.Length > 0 && line[^1] == (byte)'\r')
            line = line[..^1];
        if (!Prefix.IsVisible(line))
            return SignatureMatch.No;
        return client.Length < EnoughOfALine ? SignatureMatch.NeedMore : SignatureMatch.Yes;
    }

    /// <summary>The Host of a request. <see cref="SignatureMatch.NeedMore"/>: the header section is not complete; No: it has none.</summary>
    public static SignatureMatch FindHost(ReadOnlySpan<byte> client, out ReadOnlySpan<byte> host)
    {
        host = default;
        int lineEnd = client.IndexOf("\r\n"u8);
        while (lineEnd >= 0)
        {
            client = client[(lineEnd + 2)..];
            lineEnd = client.IndexOf("\r\n"u8);
            if (lineEnd == 0)
                return SignatureMatch.No;
            if (lineEnd > 5 && Ascii.EqualsIgnoreCase(client[..5], "host:"u8))
            {
                host = client[5..lineEnd].Trim((byte)' ').Trim((byte)'\t');
                return host.IsEmpty ? SignatureMatch.No : SignatureMatch.Yes;
            }
        }
        return SignatureMatch.NeedMore;
    }
}
