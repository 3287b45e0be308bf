namespace Weir.Enforcer.Identification;

/// <summary>MySQL and MariaDB: the server speaks first, with a handshake packet of protocol version 10 ("Protocol::HandshakeV10").</summary>
internal static class MySqlSignature
{
    private const int HeaderSize = 4;
    private const int LongestVersion = 64;

    public static SignatureMatch Match(ReadOnlySpan<byte> server)
    {
        // Length (3 bytes, little endian), sequence 0, version 10.
        if (server.Length > 1 && server[1] > 1 || server.Length > 2 && server[2] != 0 || server.Length > 3 && server[3] != 0
            || server.Length > HeaderSize && server[HeaderSize] != 10)
        {
            return SignatureMatch.No;
        }
        if (server.Length <= HeaderSize + 1)
            return SignatureMatch.NeedMore;
        if (server[0] + (server[1] << 8) < 30)
            return SignatureMatch.No;
        ReadOnlySpan<byte> version = server[(HeaderSize + 1)..];
        int end = version.IndexOf((byte)0);
        if (end < 0)
            return version.Length < LongestVersion && Prefix.IsVisible(version) ? SignatureMatch.NeedMore : SignatureMatch.No;
        return end is > 0 and < LongestVersion && char.IsAsciiDigit((char)version[0]) && Prefix.IsVisible(version[..end]) ? SignatureMatch.Yes : SignatureMatch.No;
    }
}
