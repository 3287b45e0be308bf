using System.Text;

namespace Weir.Enforcer.Identification;

/// <summary>Redis: a command as an array of bulk strings (RESP), or the inline PING that health checks send.</summary>
internal static class RedisSignature
{
    public static SignatureMatch Match(ReadOnlySpan<byte> client)
    {
        if (client.Length == 0)
            return SignatureMatch.NeedMore;
        return client[0] == (byte)'*' ? MatchArray(client[1..]) : MatchInlinePing(client);
    }

    private static SignatureMatch MatchArray(ReadOnlySpan<byte> bytes)
    {
        SignatureMatch count = SkipNumber(ref bytes);
        if (count != SignatureMatch.Yes)
            return count;
        if (bytes.Length == 0)
            return SignatureMatch.NeedMore;
        if (bytes[0] != (byte)'$')
            return SignatureMatch.No;
        bytes = bytes[1..];
        return SkipNumber(ref bytes);
    }

    /// <summary>One to seven digits, CR, LF.</summary>
    private static SignatureMatch SkipNumber(ref ReadOnlySpan<byte> bytes)
    {
        int digits = bytes.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits < 0)
            return bytes.Length <= 7 ? SignatureMatch.NeedMore : SignatureMatch.No;
        if (digits is 0 or > 7)
            return SignatureMatch.No;
        SignatureMatch end = Prefix.Match(bytes[digits..], "\r\n"u8);
        if (end == SignatureMatch.Yes)
            bytes = bytes[(digits + 2)..];
        return end;
    }

    private static SignatureMatch MatchInlinePing(ReadOnlySpan<byte> client)
    {
        int compared = Math.Min(client.Length, 4);
        if (!Ascii.EqualsIgnoreCase(client[..compared], "PING"u8[..compared]))
            return SignatureMatch.No;
        if (client.Length <= 4)
            return SignatureMatch.NeedMore;
        ReadOnlySpan<byte> rest = client[4..];
        return rest[0] == (byte)'\n' ? SignatureMatch.Yes : Prefix.Match(rest, "\r\n"u8);
    }
}
