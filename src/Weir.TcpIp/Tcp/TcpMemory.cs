namespace Weir.TcpIp.Tcp;

/// <summary>What all connections of a layer hold together in buffers, and the bound on it.</summary>
internal sealed class TcpMemory(long limit)
{
    private readonly ConnectionQueue _waiting = new(ConnectionQueueKind.Memory);

    public long Used { get; private set; }

    /// <summary>No buffer is made or grows; what is there may be filled, read and acknowledged.</summary>
    public bool IsFull => Used >= limit;

    public void Charge(long bytes)
    {
        Used += bytes;
        while (!IsFull && _waiting.TryTake(out TcpConnection connection))
            connection.TellWriter();
    }

    /// <summary>The connection's writer is told when there is memory again: it may have nothing of its own in the network that would bring it on.</summary>
    public void WaitFor(TcpConnection connection) => _waiting.Add(connection);

    public bool Waits(TcpConnection connection) => _waiting.Contains(connection);

    /// <summary>It is closed: while the memory stays full nothing else would let it go.</summary>
    public void Forget(TcpConnection connection) => _waiting.Remove(connection);

    /// <summary>Drops what a connection keeps out of order (RFC 2018 8). True: that was enough.</summary>
    public bool MakeRoom(TcpConnection connection)
    {
        connection.DropOutOfOrder();
        return !IsFull;
    }
}
