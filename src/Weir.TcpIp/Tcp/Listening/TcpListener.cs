namespace Weir.TcpIp.Tcp.Listening;

/// <summary>RFC 9293's LISTEN: takes SYNs, and hands out the connections that come of them.</summary>
public sealed class TcpListener : IDisposable
{
    /// <summary>So long after the last cookie an ACK may still bring one back.</summary>
    private const long CookieLife = 128 * TimeSpan.TicksPerSecond;

    private readonly TcpLayer _layer;
    private readonly Queue<TcpConnection> _backlog = new();
    private bool _disposed;
    private long _lastCookie = long.MinValue / 2;

    internal TcpListener(TcpLayer layer, TcpListenOptions options)
    {
        _layer = layer;
        Options = options;
    }

    public TcpListenOptions Options { get; }

    /// <summary>Connections in the handshake, deferred ones included.</summary>
    public int HalfOpen { get; private set; }

    /// <summary>Connections that wait for <see cref="TryAccept"/>.</summary>
    public int Waiting => _backlog.Count;

    internal bool IsAcceptable { get; set; }

    /// <summary>RFC 9293 3.10.1, passive: a connection whose handshake is done; it may have ended since.</summary>
    public bool TryAccept(out TcpConnection connection)
    {
        if (!_backlog.TryDequeue(out TcpConnection? first))
        {
            connection = null!;
            return false;
        }

        connection = first;
        return true;
    }

    /// <summary>Listens no more. What was not accepted is aborted, handshakes that are going on when they are done.</summary>
    public void Dispose()
    {
        _disposed = true;
        _layer.Delete(this);
        while (_backlog.TryDequeue(out TcpConnection? connection))
            connection.Abort();
    }

    internal bool HasRoom => _backlog.Count < Options.Backlog;

    /// <summary>The last ACK of a handshake finds no room: it is dropped, and the handshake stays where it is (net/ipv4/tcp_minisocks.c tcp_check_req, listen_overflow).</summary>
    internal bool DropsLastAck => !HasRoom && !_disposed && !Options.AbortOnOverflow;

    internal bool WantsCookie => HalfOpen >= Options.MaxHalfOpen;

    internal void CookieSent(long now) => _lastCookie = now;

    internal bool MayHaveSentCookies(long now) => now - _lastCookie < CookieLife;

    internal void Opened(TcpConnection connection)
    {
        connection.Listener = this;
        HalfOpen++;
    }

    /// <summary>The handshake is done. Without room, which <see cref="DropsLastAck"/> keeps from happening unless it was asked for, the peer gets a reset.</summary>
    internal void Established(TcpConnection connection)
    {
        HalfOpen--;
        connection.Listener = null;
        if (!HasRoom || _disposed)
        {
            connection.Abort();
            return;
        }

        _backlog.Enqueue(connection);
        _layer.Acceptable(this);
    }

    /// <summary>The handshake came to nothing.</summary>
    internal void Failed(TcpConnection connection)
    {
        HalfOpen--;
        connection.Listener = null;
    }
}
