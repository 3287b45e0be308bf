using System.Text;

namespace Weir.Packets.Http;

/// <summary>The request line of HTTP/1 and its Host header, RFC 9112 3.</summary>
/// <remarks>
/// <code>
/// method SP request-target SP HTTP/1.digit CRLF
/// *( field-name ":" OWS value OWS CRLF )
/// CRLF
/// </code>
/// Reading ends at the Host header, or at the empty line when there is none. This knows a protocol, it is no server: it looks only at what
/// it needs to be sure.
/// </remarks>
public readonly ref struct HttpRequestHead
{
    /// <summary>The longest method: IANA's longest is UPDATEREDIRECTREF, 17.</summary>
    public const int MaxMethod = 24;

    /// <summary>Bytes within which the request line has to end.</summary>
    public const int MaxLine = 8192;

    private HttpRequestHead(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target, byte minorVersion, ReadOnlySpan<byte> host)
    {
        Method = method;
        Target = target;
        MinorVersion = minorVersion;
        Host = host;
    }

    /// <summary>Empty until the request line is whole.</summary>
    public ReadOnlySpan<byte> Method { get; }

    public ReadOnlySpan<byte> Target { get; }

    /// <summary>1 of HTTP/1.1.</summary>
    public byte MinorVersion { get; }

    /// <summary>The Host header's value with its port; without one the authority of an absolute target; else empty.</summary>
    public ReadOnlySpan<byte> Host { get; }

    /// <summary>The host as text (allocates); null without one.</summary>
    public string? HostText() => Host.IsEmpty ? null : Encoding.Latin1.GetString(Host);

    public static ReadOutcome Read(ReadOnlySpan<byte> stream, out HttpRequestHead head)
    {
        head = default;
        ReadOnlySpan<byte> rest = stream;
        if (!HttpText.TryTakeLine(ref rest, out ReadOnlySpan<byte> line))
        {
            return line.Length < MaxLine && IsRequestLineSoFar(line) ? ReadOutcome.NeedsMore : ReadOutcome.Mismatch;
        }

        if (line.Length > MaxLine || !TrySplit(line, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> target, out ReadOnlySpan<byte> version))
        {
            return ReadOutcome.Mismatch;
        }

        byte minorVersion = (byte)(version[7] - '0');
        ReadOnlySpan<byte> authority = Authority(method, target);
        while (true)
        {
            head = new HttpRequestHead(method, target, minorVersion, authority);
            if (!HttpText.TryTakeLine(ref rest, out line))
            {
                return ReadOutcome.NeedsMore;
            }

            if (line.IsEmpty)
            {
                return ReadOutcome.Complete;
            }

            int colon = line.IndexOf((byte)':');
            if (colon <= 0)
            {
                return ReadOutcome.Mismatch;
            }

            if (Ascii.EqualsIgnoreCase(line[..colon], "host"u8))
            {
                head = new HttpRequestHead(method, target, minorVersion, HttpText.TrimBlanks(line[(colon + 1)..]));
                return ReadOutcome.Complete;
            }
        }
    }

    private static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> target, out ReadOnlySpan<byte> version)
    {
        int first = line.IndexOf((byte)' ');
        int last = line.LastIndexOf((byte)' ');
        if (first < 1 || first > MaxMethod || last <= first + 1)
        {
            method = target = version = [];
            return false;
        }

        method = line[..first];
        target = line[(first + 1)..last];
        version = line[(last + 1)..];
        return HttpText.IsToken(method) && HttpText.IsVisible(target) && HttpText.IsHttp1Version(version);
    }

    /// <summary>Whether a line without its end could still become a request line.</summary>
    private static bool IsRequestLineSoFar(ReadOnlySpan<byte> line)
    {
        // The CR of a line end whose LF is not there yet.
        if (!line.IsEmpty && line[^1] == '\r')
        {
            return TrySplit(line[..^1], out _, out _, out _);
        }

        int first = line.IndexOf((byte)' ');
        if (first < 0)
        {
            return line.Length <= MaxMethod && HttpText.IsToken(line);
        }

        if (first is 0 or > MaxMethod || !HttpText.IsToken(line[..first]))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = line[(first + 1)..];
        int second = rest.IndexOf((byte)' ');
        return second < 0
            ? HttpText.IsVisible(rest)
            : second > 0 && HttpText.IsVisible(rest[..second]) && rest.Length - second - 1 <= 8 && HttpText.IsHttp1VersionSoFar(rest[(second + 1)..]);
    }

    /// <summary>RFC 9112 3.2.2 and 3.2.3: the authority of <c>http://authority/path</c>, and CONNECT's whole target.</summary>
    private static ReadOnlySpan<byte> Authority(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target)
    {
        if (method.SequenceEqual("CONNECT"u8))
        {
            return target;
        }

        int scheme = target.IndexOf("://"u8);
        if (scheme <= 0 || target[0] == '/')
        {
            return [];
        }

        ReadOnlySpan<byte> authority = target[(scheme + 3)..];
        int end = authority.IndexOfAny((byte)'/', (byte)'?');
        return end < 0 ? authority : authority[..end];
    }
}
