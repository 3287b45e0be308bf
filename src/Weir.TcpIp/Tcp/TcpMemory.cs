namespace Weir.TcpIp.Tcp;

/// <summary>What all connections of a layer hold together in buffers, and the bound on it.</summary>
internal sealed class TcpMemory(long limit)
{
    public long Used { get; private set; }

    /// <summary>Nothing more is taken in; what is there may be read and acknowledged.</summary>
    public bool IsFull => Used >= limit;

    public void Charge(long bytes) => Used += bytes;

    /// <summary>Drops what a connection keeps out of order (RFC 2018 8). True: that was enough.</summary>
    public bool MakeRoom(TcpConnection connection)
    {
        connection.DropOutOfOrder();
        return !IsFull;
    }
}
