using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Weir.Stack.Kestrel;

/// <summary>A listener of the stack as Kestrel wants it.</summary>
internal sealed class StackConnectionListener(TcpStackListener listener) : IConnectionListener
{
    public EndPoint EndPoint => listener.LocalEndPoint;

    /// <summary>Null: the listener is closed.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await listener.TryAcceptAsync(cancellationToken).ConfigureAwait(false) is { } stream ? new StackConnectionContext(stream) : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => listener.DisposeAsync();

    public ValueTask DisposeAsync() => listener.DisposeAsync();
}
