namespace Weir.Packets.Http;

/// <summary>The 24 bytes that an HTTP/2 client with prior knowledge sends first, RFC 9113 3.4.</summary>
public static class Http2Preface
{
    public static ReadOnlySpan<byte> Bytes => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public static ReadOutcome Match(ReadOnlySpan<byte> stream)
    {
        int length = Math.Min(stream.Length, Bytes.Length);
        if (!stream[..length].SequenceEqual(Bytes[..length]))
        {
            return ReadOutcome.Mismatch;
        }

        return length == Bytes.Length ? ReadOutcome.Complete : ReadOutcome.NeedsMore;
    }
}
