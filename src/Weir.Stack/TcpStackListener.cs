using System.Net;
using System.Threading.Channels;
using Weir.Stack.Streams;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack;

/// <summary>Takes connections for a <see cref="TcpStack"/>.</summary>
public sealed class TcpStackListener : IAsyncDisposable
{
    private readonly Channel<TcpStream> _accepted = Channel.CreateUnbounded<TcpStream>();
    private readonly List<(StackLoop Loop, TcpListener Listener)> _listeners = [];
    private readonly int _backlog;

    internal TcpStackListener(IPEndPoint endpoint, int backlog)
    {
        LocalEndPoint = endpoint;
        _backlog = backlog;
    }

    /// <summary>As it was asked for.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>The next connection whose handshake is done.</summary>
    /// <exception cref="ObjectDisposedException">The listener is closed, or its stack has ended.</exception>
    public async ValueTask<TcpStream> AcceptAsync(CancellationToken cancellationToken = default) =>
        await TryAcceptAsync(cancellationToken).ConfigureAwait(false) ?? throw new ObjectDisposedException(nameof(TcpStackListener));

    /// <summary>As <see cref="AcceptAsync"/>; null when the listener is closed or its stack has ended.</summary>
    public async ValueTask<TcpStream?> TryAcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!_accepted.Reader.TryRead(out var stream))
                continue;
            PullAll();
            return stream;
        }

        return null;
    }

    /// <summary>Listens no more. Connections that nobody has accepted are reset; those that were go on.</summary>
    public ValueTask DisposeAsync()
    {
        _accepted.Writer.TryComplete();
        foreach (var (loop, listener) in _listeners)
        {
            lock (loop.Gate)
            {
                loop.Remove(this);
                if (loop.HasEnded)
                    continue;
                listener.Dispose();
                loop.Changed();
            }
        }

        while (_accepted.Reader.TryRead(out var stream))
            stream.Abort();
        return ValueTask.CompletedTask;
    }

    internal void Opened(StackLoop loop, TcpListener listener)
    {
        _listeners.Add((loop, listener));
        lock (loop.Gate)
        {
            loop.Add(this);
            if (loop.HasEnded)
                End();
        }
    }

    /// <summary>The stack has ended: nobody will come any more.</summary>
    internal void End() => _accepted.Writer.TryComplete();

    /// <summary>Under the loop's gate: takes what the layer has, as far as there is room here. The rest waits there, and when it is full too, SYNs are dropped.</summary>
    internal void Pull(StackLoop loop, TcpListener listener)
    {
        // What waits is written before the room is read, and PullAll makes room before it reads what waits: one of the two sees the other.
        Interlocked.MemoryBarrier();
        while (_accepted.Reader.Count < _backlog && listener.TryAccept(out var connection))
        {
            if (connection.State == TcpState.Closed)
                continue;
            // One that was decided on has its end already.
            var end = connection.Observer as StreamEnd ?? new StreamEnd(loop);
            end.Attach(connection, isConnected: true);
            if (!_accepted.Writer.TryWrite(new TcpStream(end)))
            {
                connection.Abort();
                continue;
            }

            loop.Add(end);
            connection.Observer = end;
        }
    }

    private void PullAll()
    {
        foreach (var (loop, listener) in _listeners)
        {
            // Read without the gate: one that is missed is seen by the loop, for which there is room now.
            if (listener.Waiting == 0)
                continue;
            lock (loop.Gate)
            {
                if (!loop.HasEnded)
                    Pull(loop, listener);
            }
        }
    }
}
