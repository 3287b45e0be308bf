using Weir.TcpIp.Tcp;

namespace Weir.Stack.Services;

/// <summary>RFC 863: takes what comes, and closes when the client has closed.</summary>
public sealed class DiscardService : ITcpObserver
{
    /// <inheritdoc/>
    public void Notify(TcpConnection connection, TcpEvents events)
    {
        while (connection.Peek() is { IsEmpty: false } bytes)
            connection.Consume(bytes.Length);
        if (connection.IsReadFinished)
            connection.CloseWrite();
    }
}
