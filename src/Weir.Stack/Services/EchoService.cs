using Weir.TcpIp.Tcp;

namespace Weir.Stack.Services;

/// <summary>RFC 862: gives back what comes, and closes when the client has closed and has it all.</summary>
public sealed class EchoService : ITcpObserver
{
    /// <inheritdoc/>
    public void Notify(TcpConnection connection, TcpEvents events)
    {
        while (connection.Peek() is { IsEmpty: false } bytes)
        {
            var count = connection.Write(bytes);
            if (count == 0)
                return;
            connection.Consume(count);
        }

        if (connection.IsReadFinished)
            connection.CloseWrite();
    }
}
