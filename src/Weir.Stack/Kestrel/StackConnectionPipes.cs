using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Weir.Stack.Streams;

namespace Weir.Stack.Kestrel;

/// <summary>A stream between two pipes that are always read and always written, as Kestrel's own transport has sockets (aspnetcore, SocketConnection).</summary>
/// <remarks>
/// Kestrel relies on it. It hears of a client that is gone by <see cref="Closed"/> alone, also while a request is served and nobody reads: so the client's
/// FIN is looked for at all times, and is the end of the connection, though TCP would let the other direction go on. And a flush never throws: what can't be
/// sent is dropped, and the end is told by the token and by the input. A client that closes its direction with its request (nc -N) has a good chance of an
/// answer, no more and no less than on sockets.
/// </remarks>
internal sealed class StackConnectionPipes : IDuplexPipe, IAsyncDisposable
{
    private const int SmallestRead = 4096;

    // SocketTransportOptions.MaxReadBufferSize and MaxWriteBufferSize as they are by default.
    private static readonly PipeOptions InputOptions = OptionsOf(1 << 20, PipeScheduler.ThreadPool);

    // Who flushes sends as well: an answer does not wait for another thread.
    private static readonly PipeOptions OutputOptions = OptionsOf(1 << 16, PipeScheduler.Inline);

    private readonly Pipe _input = new(InputOptions), _output = new(OutputOptions);
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _told = new();
    private readonly NotingReader _reader;
    private readonly TcpStream _stream;
    private readonly TimeSpan _patience;
    private readonly Task _receiving, _sending;
    private Exception? _endReason;
    private bool _hasReceived;

    /// <param name="stream">Closed with the pipes.</param>
    /// <param name="patience">How long who is given the connection may take to begin with what has come, before it is told that nothing more comes.</param>
    internal StackConnectionPipes(TcpStream stream, TimeSpan patience)
    {
        _stream = stream;
        _patience = patience;
        Closed = _closed.Token;
        _reader = new NotingReader(_input.Reader);
        _receiving = ReceiveAsync();
        _sending = SendAsync();
    }

    public PipeReader Input => _reader;

    public PipeWriter Output => _output.Writer;

    /// <summary>Nothing more comes: the client has closed its direction, or the connection is over. Cancelled after the input was completed.</summary>
    internal CancellationToken Closed { get; }

    /// <summary>Resets the connection. Who reads is told why.</summary>
    internal void Abort(Exception reason)
    {
        End(reason);
        _output.Reader.CancelPendingRead();
    }

    /// <summary>After what was written has been sent.</summary>
    public async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync().ConfigureAwait(false);
        await Output.CompleteAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        await _receiving.ConfigureAwait(false);
        _closed.Dispose();
    }

    private async Task ReceiveAsync()
    {
        Exception? failure = null;
        try
        {
            while (await ReceiveSomeAsync().ConfigureAwait(false))
            {
            }
        }
#pragma warning disable CA1031 // Whatever it is, it is for who reads.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = Translate(exception);
        }

        await _input.Writer.CompleteAsync(Volatile.Read(ref _endReason) ?? failure).ConfigureAwait(false);
        if (failure is null && _hasReceived)
            await _reader.WaitUntilInUseAsync(_patience).ConfigureAwait(false);

        // Not before who was just given a request: its work is in the same queue.
        _ = ThreadPool.UnsafeQueueUserWorkItem(static pipes => pipes.TellClosed(), this, preferLocal: false);
        await _told.Task.ConfigureAwait(false);
    }

    private void TellClosed()
    {
        try
        {
            _closed.Cancel();
        }
#pragma warning disable CA1031 // Thrown by who registered, and not for who closes the connection.
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        _told.SetResult();
    }

    private async ValueTask<bool> ReceiveSomeAsync()
    {
        // Without a buffer, as long as nothing has come.
        await _stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
        var count = await _stream.ReadAsync(_input.Writer.GetMemory(SmallestRead)).ConfigureAwait(false);
        if (count == 0)
            return false;
        _hasReceived = true;
        _input.Writer.Advance(count);
        var flushed = await _input.Writer.FlushAsync().ConfigureAwait(false);
        return !flushed.IsCompleted && !flushed.IsCanceled;
    }

    private async Task SendAsync()
    {
        Exception? failure = null;
        try
        {
            while (await SendSomeAsync().ConfigureAwait(false))
            {
            }
        }
#pragma warning disable CA1031 // Whatever it is, the connection is over.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = Translate(exception);
        }

        End(failure);
        await _output.Reader.CompleteAsync().ConfigureAwait(false);
        _input.Writer.CancelPendingFlush();
    }

    private async ValueTask<bool> SendSomeAsync()
    {
        var read = await _output.Reader.ReadAsync().ConfigureAwait(false);
        if (read.IsCanceled)
            return false;
        foreach (var segment in read.Buffer)
            await _stream.WriteAsync(segment).ConfigureAwait(false);
        _output.Reader.AdvanceTo(read.Buffer.End);
        return !read.IsCompleted;
    }

    /// <summary>The first reason counts; null: all was sent.</summary>
    private void End(Exception? reason)
    {
        if (Interlocked.CompareExchange(ref _endReason, reason ?? new ConnectionAbortedException("The connection was closed after all was sent."), null) is not null)
            return;
        _reader.Use();
        if (reason is null)
            _stream.Dispose();
        else
            _stream.Abort();
    }

    /// <summary>What Kestrel knows and does not warn of: clients reset, and stacks end.</summary>
    private static Exception Translate(Exception exception) => exception is IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset } }
        ? new ConnectionResetException(exception.Message, exception)
        : new ConnectionAbortedException(exception.Message, exception);

    private static PipeOptions OptionsOf(int most, PipeScheduler reader) =>
        new(readerScheduler: reader, writerScheduler: PipeScheduler.ThreadPool, pauseWriterThreshold: most, resumeWriterThreshold: most / 2, useSynchronizationContext: false);
}
