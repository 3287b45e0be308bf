using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Weir.Stack.Streams;

namespace Weir.Stack.Kestrel;

/// <summary>A connection of the stack as Kestrel wants it.</summary>
internal sealed class StackConnectionContext : ConnectionContext
{
    private static long _lastNumber;

    private readonly TcpStream _stream;

    internal StackConnectionContext(TcpStream stream)
    {
        _stream = stream;
        Transport = stream;
        ConnectionClosed = stream.Closed;
        ConnectionId = $"weir-{Interlocked.Increment(ref _lastNumber)}";
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get => _stream.LocalEndPoint; set => throw new NotSupportedException(); }

    public override EndPoint? RemoteEndPoint { get => _stream.RemoteEndPoint; set => throw new NotSupportedException(); }

    public override CancellationToken ConnectionClosed { get; set; }

    public override void Abort(ConnectionAbortedException abortReason) => _stream.Abort();

    public override async ValueTask DisposeAsync()
    {
        await _stream.Input.CompleteAsync().ConfigureAwait(false);
        await _stream.Output.CompleteAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
