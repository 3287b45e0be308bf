namespace Weir.TcpIp.Tcp;

/// <summary>What all connections of a layer hold together in buffers, and the bound on it.</summary>
internal sealed class TcpMemory(long limit)
{
    private readonly Queue<TcpConnection> _waiting = new();

    public long Used { get; private set; }

    /// <summary>No buffer is made or grows; what is there may be filled, read and acknowledged.</summary>
    public bool IsFull => Used >= limit;

    public void Charge(long bytes)
    {
        Used += bytes;
        while (!IsFull && _waiting.TryDequeue(out TcpConnection? connection))
        {
            connection.WaitsForMemory = false;
            connection.TellWriter();
        }
    }

    /// <summary>The connection's writer is told when there is memory again: it may have nothing of its own in the network that would bring it on.</summary>
    public void WaitFor(TcpConnection connection)
    {
        if (connection.WaitsForMemory)
            return;
        connection.WaitsForMemory = true;
        _waiting.Enqueue(connection);
    }

    /// <summary>Drops what a connection keeps out of order (RFC 2018 8). True: that was enough.</summary>
    public bool MakeRoom(TcpConnection connection)
    {
        connection.DropOutOfOrder();
        return !IsFull;
    }
}
