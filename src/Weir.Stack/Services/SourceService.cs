using Weir.TcpIp.Tcp;

namespace Weir.Stack.Services;

/// <summary>In the place of RFC 864: sends the bytes 0 to 255 over and over as fast as the client takes them, until it is gone.</summary>
public sealed class SourceService : ITcpObserver
{
    private static readonly byte[] Pattern = MakePattern();

    private int _phase;

    /// <inheritdoc/>
    public void Notify(TcpConnection connection, TcpEvents events)
    {
        while (connection.Peek() is { IsEmpty: false } bytes)
            connection.Consume(bytes.Length);
        if ((events & TcpEvents.Closed) != 0)
            return;
        while (connection.Write(Pattern.AsSpan(_phase)) is > 0 and var count)
            _phase = (_phase + count) & 255;
    }

    private static byte[] MakePattern()
    {
        var pattern = new byte[1 << 16];
        for (var i = 0; i < pattern.Length; i++)
            pattern[i] = (byte)i;
        return pattern;
    }
}
