using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using Weir.TcpIp.Tcp;

namespace Weir.Stack.Streams;

/// <summary>A connection of a <see cref="TcpStack"/> as a .NET stream.</summary>
/// <remarks>
/// One reader and one writer at a time: a second one gets an InvalidOperationException, and the first goes on. A write waits while the send buffer is full; a read waits for bytes and returns 0 after the peer's FIN.
/// The directions close apart: <see cref="CloseWrite"/> sends a FIN and reading goes on. Disposing closes as close(2) does: what was written is
/// still delivered, what was not read resets the connection.
/// </remarks>
public sealed class TcpStream : Stream, IDuplexPipe
{
    private readonly StreamEnd _end;
    private PipeReader? _input;
    private PipeWriter? _output;

    internal TcpStream(StreamEnd end)
    {
        _end = end;
        LocalEndPoint = EndPoints.Of(end.Connection.LocalAddress, end.Connection.LocalPort);
        RemoteEndPoint = EndPoints.Of(end.Connection.RemoteAddress, end.Connection.RemotePort);
    }

    /// <summary>Of a connection that a transparent listener took: where the client wanted to go.</summary>
    public IPEndPoint LocalEndPoint { get; }

    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>Of a connection that was taken: what the one who decided on it left (<see cref="IncomingConnection.Owner"/>, <see cref="TcpIp.Tcp.Listening.PendingConnection.Owner"/>).</summary>
    public object? Owner => _end.Connection.Owner;

    /// <summary>Like struct tcp_info.</summary>
    public TcpConnectionInfo Info
    {
        get
        {
            lock (_end.Gate)
                return _end.Connection.Info;
        }
    }

    /// <summary>Small writes are sent at once, without waiting for an ACK (Nagle's algorithm is off).</summary>
    public bool NoDelay
    {
        get
        {
            lock (_end.Gate)
                return _end.Connection.NoDelay;
        }
        set
        {
            lock (_end.Gate)
                _end.SetNoDelay(value);
        }
    }

    /// <summary>Cancelled when both directions are closed or the connection has failed.</summary>
    public CancellationToken Closed => _end.Closed;

    /// <inheritdoc/>
    public PipeReader Input => _input ??= PipeReader.Create(this, new StreamPipeReaderOptions(bufferSize: 16384, minimumReadSize: 4096, leaveOpen: true, useZeroByteReads: true));

    /// <inheritdoc/>
    public PipeWriter Output => _output ??= PipeWriter.Create(this, new StreamPipeWriterOptions(minimumBufferSize: 16384, leaveOpen: true));

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Ends this direction: the peer reads what was written, and then the end. Reading goes on.</summary>
    public void CloseWrite()
    {
        lock (_end.Gate)
            _end.CloseWrite();
    }

    /// <summary>Ends both directions at once with a reset.</summary>
    public void Abort()
    {
        lock (_end.Gate)
            _end.Abort();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (true)
        {
            ValueTask wait;
            lock (_end.Gate)
            {
                var count = _end.Read(buffer.Span, out wait);
                if (count >= 0)
                    return count;
            }

            using var registration = _end.RegisterRead(cancellationToken);
            await wait.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (!buffer.IsEmpty)
        {
            ValueTask wait;
            int count;
            lock (_end.Gate)
                count = _end.Write(buffer.Span, out wait);
            buffer = buffer[count..];
            if (count > 0)
                continue;
            using var registration = _end.RegisterWrite(cancellationToken);
            await wait.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <summary>Nothing waits here: what is written is sent as soon as windows allow.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_end.Gate)
                _end.Close();
        }

        base.Dispose(disposing);
    }
}
