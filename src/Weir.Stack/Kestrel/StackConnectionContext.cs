using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Weir.Stack.Streams;

namespace Weir.Stack.Kestrel;

/// <summary>A connection of the stack as Kestrel wants it.</summary>
internal sealed class StackConnectionContext : ConnectionContext
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static long _lastNumber;

    private readonly TcpStream _stream;
    private readonly StackConnectionPipes _pipes;

    /// <inheritdoc cref="StackConnectionPipes(TcpStream, TimeSpan)"/>
    internal StackConnectionContext(TcpStream stream, TimeSpan? patience = null)
    {
        _stream = stream;
        _pipes = new StackConnectionPipes(stream, patience ?? Patience);
        Transport = _pipes;
        ConnectionClosed = _pipes.Closed;
        ConnectionId = $"weir-{Interlocked.Increment(ref _lastNumber)}";
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    /// <summary>Middleware may put its own in the place, TLS for example.</summary>
    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get => _stream.LocalEndPoint; set => throw new NotSupportedException(); }

    public override EndPoint? RemoteEndPoint { get => _stream.RemoteEndPoint; set => throw new NotSupportedException(); }

    public override CancellationToken ConnectionClosed { get; set; }

    public override void Abort(ConnectionAbortedException abortReason) => _pipes.Abort(abortReason);

    public override async ValueTask DisposeAsync()
    {
        await _pipes.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
