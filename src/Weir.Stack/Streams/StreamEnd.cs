using System.Net.Sockets;
using Weir.TcpIp.Tcp;

namespace Weir.Stack.Streams;

/// <summary>A connection as a stream sees it: the stack's events on one side, waiting callers on the other.</summary>
/// <remarks>Everything here happens under the loop's gate, whichever thread holds it.</remarks>
#pragma warning disable CA1001 // The source has neither a timer nor a handle, and its token outlives all of this.
internal sealed class StreamEnd(StackLoop loop) : ITcpObserver
#pragma warning restore CA1001
{
    private readonly AsyncSignal _connected = new(loop), _readable = new(loop), _writable = new(loop);
    private readonly CancellationTokenSource _closed = new();
    private TcpConnection? _connection;
    private Exception? _failure;
    private bool _isReleased, _isClosed, _isConnected, _isWriteClosed;

    internal Lock Gate => loop.Gate;

    internal TcpConnection Connection => _connection ?? throw new InvalidOperationException("not connected");

    /// <summary>When nothing more will come or go.</summary>
    internal CancellationToken Closed => _closed.Token;

    /// <summary>All that was written has arrived, or never will. Before the handshake is done nothing can be written.</summary>
    internal bool IsDelivered => _isClosed || !_isConnected || _connection is null or { IsDelivered: true };

    internal void Attach(TcpConnection connection, bool isConnected)
    {
        _connection = connection;
        _isConnected = isConnected;
    }

    public void Notify(TcpConnection connection, TcpEvents events)
    {
        _connection ??= connection;
        if ((events & TcpEvents.Closed) != 0)
        {
            _isClosed = true;
            loop.Remove(this);
            _connected.Set();
            _ = ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
        }

        if ((events & TcpEvents.Connected) != 0)
        {
            _isConnected = true;
            _connected.Set();
        }

        if (_isReleased)
            return;

        if ((events & (TcpEvents.Readable | TcpEvents.ReadClosed | TcpEvents.Closed)) != 0)
            _readable.Set();
        if ((events & (TcpEvents.Writable | TcpEvents.Closed)) != 0)
            _writable.Set();
    }

    /// <summary>Waits until the handshake is done.</summary>
    /// <exception cref="SocketException">It failed.</exception>
    internal async ValueTask ConnectedAsync(CancellationToken cancel)
    {
        ValueTask wait = default;
        var mustWait = false;
        lock (Gate)
        {
            if (!_isConnected && !_isClosed && _failure is null)
            {
                wait = _connected.Wait();
                mustWait = true;
            }
        }

        if (mustWait)
        {
            using var registration = Register(static end => end._connected, cancel);
            await wait.ConfigureAwait(false);
        }

        lock (Gate)
        {
            if (!_isConnected)
                throw _failure ?? new SocketException((int)SocketErrorOf(Connection.Error));
        }
    }

    /// <summary>Takes what is there; -1: nothing yet, and the signal tells when.</summary>
    internal int Read(Span<byte> buffer, out ValueTask wait)
    {
        wait = default;
        ThrowIfReleased();
        var connection = Connection;
        if (connection.Read(buffer) is > 0 and var count)
        {
            loop.Changed();
            return count;
        }

        if (connection.IsReadFinished || (buffer.IsEmpty && connection.Available > 0))
            return 0;
        ThrowIfFailed();
        if (_isClosed)
            return 0;
        wait = _readable.Wait();
        return -1;
    }

    /// <summary>Gives as much as there is room for; 0: none, and the signal tells when there is.</summary>
    internal int Write(ReadOnlySpan<byte> buffer, out ValueTask wait)
    {
        wait = default;
        ThrowIfReleased();
        ThrowIfFailed();
        if (_isClosed)
            throw new IOException("The connection is closed.");
        if (_isWriteClosed)
            throw new IOException("This direction of the connection is closed.", new SocketException((int)SocketError.Shutdown));
        var count = Connection.Write(buffer);
        if (count > 0)
            loop.Changed();
        else
            wait = _writable.Wait();
        return count;
    }

    /// <summary>What waited for an ACK goes at once, as with TCP_NODELAY (net/ipv4/tcp.c __tcp_sock_set_nodelay).</summary>
    internal void SetNoDelay(bool value)
    {
        Connection.NoDelay = value;
        loop.Changed();
    }

    internal void CloseWrite()
    {
        ThrowIfReleased();
        if (_isClosed)
            return;
        Connection.CloseWrite();
        _isWriteClosed = true;
        _writable.Set(); // Who waits for room waits in vain.
        loop.Changed();
    }

    internal void Abort()
    {
        _isReleased = true;
        Release(new IOException("The connection was aborted."));
        if (_connection is not { } connection || _failure is not null)
            return;
        if (_isClosed)
            connection.Close();
        else
            connection.Abort();
        loop.Changed();
    }

    /// <summary>As close(2): what was written is still delivered; what was not read resets the connection.</summary>
    internal void Close()
    {
        if (_isReleased)
            return;
        _isReleased = true;
        Release(new ObjectDisposedException(nameof(TcpStream)));
        if (_connection is not { } connection || _failure is not null)
            return;

        // Of one that has ended too: what was not read is let go.
        connection.Close();
        loop.Changed();
    }

    /// <summary>The stack has ended.</summary>
    internal void Fail(Exception exception)
    {
        _failure ??= exception;
        _isClosed = true;
        Release(exception);
        _ = ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
    }

    internal CancellationTokenRegistration RegisterRead(CancellationToken cancel) => Register(static end => end._readable, cancel);

    internal CancellationTokenRegistration RegisterWrite(CancellationToken cancel) => Register(static end => end._writable, cancel);

    private CancellationTokenRegistration Register(Func<StreamEnd, AsyncSignal> signal, CancellationToken cancel) =>
        cancel.CanBeCanceled
            ? cancel.UnsafeRegister(
                static (state, token) =>
                {
                    var (end, signal) = ((StreamEnd, Func<StreamEnd, AsyncSignal>))state!;
                    lock (end.Gate)
                        signal(end).Fail(new OperationCanceledException(token));
                },
                (this, signal))
            : default;

    private void Release(Exception exception)
    {
        _connected.Fail(exception);
        _readable.Fail(exception);
        _writable.Fail(exception);
    }

    private void ThrowIfReleased() => ObjectDisposedException.ThrowIf(_isReleased, typeof(TcpStream));

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw new IOException(failure.Message, failure);
        if (_connection is { Error: not TcpError.None and var error })
            throw new IOException($"The connection has failed: {Words(error)}.", new SocketException((int)SocketErrorOf(error)));
    }

    private static string Words(TcpError error) => error switch
    {
        TcpError.Refused => "nothing listens there",
        TcpError.Reset => "the peer has reset it",
        TcpError.TimedOut => "the peer does not answer",
        TcpError.Unreachable => "the peer can't be reached",
        _ => "it was aborted",
    };

    private static SocketError SocketErrorOf(TcpError error) => error switch
    {
        TcpError.Refused => SocketError.ConnectionRefused,
        TcpError.Reset => SocketError.ConnectionReset,
        TcpError.TimedOut => SocketError.TimedOut,
        TcpError.Unreachable => SocketError.HostUnreachable,
        _ => SocketError.ConnectionAborted,
    };
}
