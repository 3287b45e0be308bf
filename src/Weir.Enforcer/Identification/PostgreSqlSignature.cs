using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Enforcer.Identification;

/// <summary>PostgreSQL: the client's StartupMessage, SSLRequest, GSSENCRequest or CancelRequest (documentation, "Message Formats").</summary>
internal static class PostgreSqlSignature
{
    private const int CancelRequest = 80877102;
    private const int SslRequest = 80877103;
    private const int GssEncryptionRequest = 80877104;
    private const int LongestStartup = 10_000;

    public static SignatureMatch Match(ReadOnlySpan<byte> client)
    {
        // A length of at most 10,000 begins with two zero bytes.
        if (client.Length > 0 && client[0] != 0 || client.Length > 1 && client[1] != 0)
            return SignatureMatch.No;
        if (client.Length < 8)
            return SignatureMatch.NeedMore;
        int length = ReadInt32BigEndian(client);
        int code = ReadInt32BigEndian(client[4..]);
        return code switch
        {
            SslRequest or GssEncryptionRequest => length == 8 ? SignatureMatch.Yes : SignatureMatch.No,
            CancelRequest => length is >= 16 and <= 272 ? SignatureMatch.Yes : SignatureMatch.No,
            _ when code >> 16 == 3 && (code & 0xFFFF) < 100 && length is >= 9 and <= LongestStartup => MatchParameters(client[8..]),
            _ => SignatureMatch.No,
        };
    }

    /// <summary>Protocol 3: pairs of zero-terminated names and values; the first name is lower-case text, usually "user".</summary>
    private static SignatureMatch MatchParameters(ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length == 0)
            return SignatureMatch.NeedMore;
        return parameters[0] is (>= (byte)'a' and <= (byte)'z') or (byte)'_' ? SignatureMatch.Yes : SignatureMatch.No;
    }
}
