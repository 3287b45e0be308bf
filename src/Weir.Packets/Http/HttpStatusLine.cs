namespace Weir.Packets.Http;

/// <summary>The first line of an HTTP/1 response, RFC 9112 4: <c>HTTP/1.digit SP three digits [SP reason] CRLF</c>.</summary>
public readonly ref struct HttpStatusLine
{
    public const int MaxLine = 1024;

    private const int VersionSize = 8;
    private const int StatusOffset = VersionSize + 1;
    private const int StatusEnd = StatusOffset + 3;

    private HttpStatusLine(byte minorVersion, ushort status, ReadOnlySpan<byte> reason)
    {
        MinorVersion = minorVersion;
        Status = status;
        Reason = reason;
    }

    public byte MinorVersion { get; }

    public ushort Status { get; }

    public ReadOnlySpan<byte> Reason { get; }

    public static ReadOutcome Read(ReadOnlySpan<byte> stream, out HttpStatusLine response)
    {
        response = default;
        ReadOnlySpan<byte> rest = stream;
        bool isWhole = HttpText.TryTakeLine(ref rest, out ReadOnlySpan<byte> line);
        if (line.Length > MaxLine || !IsStatusLineSoFar(line))
        {
            return ReadOutcome.Mismatch;
        }

        if (!isWhole)
        {
            return ReadOutcome.NeedsMore;
        }

        if (line.Length < StatusEnd)
        {
            return ReadOutcome.Mismatch;
        }

        int status = ((line[StatusOffset] - '0') * 100) + ((line[StatusOffset + 1] - '0') * 10) + (line[StatusOffset + 2] - '0');
        ReadOnlySpan<byte> reason = line.Length > StatusEnd ? line[(StatusEnd + 1)..] : [];
        response = new HttpStatusLine((byte)(line[VersionSize - 1] - '0'), (ushort)status, reason);
        return ReadOutcome.Complete;
    }

    private static bool IsStatusLineSoFar(ReadOnlySpan<byte> line)
    {
        if (!HttpText.IsHttp1VersionSoFar(line))
        {
            return false;
        }

        if (line.Length > VersionSize && line[VersionSize] != ' ')
        {
            return false;
        }

        for (int i = StatusOffset; i < Math.Min(line.Length, StatusEnd); i++)
        {
            if (line[i] is < (byte)'0' or > (byte)'9')
            {
                return false;
            }
        }

        return line.Length <= StatusEnd || line[StatusEnd] is (byte)' ' or (byte)'\r';
    }
}
