namespace Weir.TcpIp.Tcp;

/// <summary>What all connections of a layer hold together in buffers, what peers were promised, and the bound on it.</summary>
/// <remarks>The last quarter is kept for what can't be foreseen: peers that were idle with a window, and writers. Until there new windows grow as readers like (net.ipv4.tcp_mem has the same three steps).</remarks>
internal sealed class TcpMemory(long limit)
{
    private const int MostVainOffers = 4;

    private readonly ConnectionQueue _waiting = new(ConnectionQueueKind.Memory);
    private readonly ConnectionQueue _heldBack = new(ConnectionQueueKind.Window);
    private bool _telling;
    private long _nextSweep;

    public long Used { get; private set; }

    /// <summary>Bytes that buffers in use may grow by for windows that are given away.</summary>
    public long Promised { get; private set; }

    /// <summary>No buffer is made or grows; what is there may be filled, read and acknowledged.</summary>
    public bool IsFull => Used >= limit;

    /// <summary>Half of it is in use: what is kept out of order has to be worth its place.</summary>
    public bool IsHalfFull => Used >= limit / 2;

    /// <summary>Bytes below the limit that nobody was promised; less than nothing is possible.</summary>
    public long Spare => limit - Used - Promised;

    /// <summary>Bytes by which windows and buffers may grow: up to three quarters of the limit.</summary>
    public long Room => Spare - (limit / 4);

    /// <summary>Somebody was offered less than the reader had room for.</summary>
    public bool IsShort { get; set; }

    /// <summary>Memory is short, and idle connections have not been looked for in the last second.</summary>
    public bool TryBeginSweep(long now)
    {
        if (!IsShort || now < _nextSweep)
            return false;
        (IsShort, _nextSweep) = (false, now + TimeSpan.TicksPerSecond);
        return true;
    }

    public void Charge(long held, long promised)
    {
        Used += held;
        Promised += promised;
        if (_telling)
            return;
        _telling = true;
        while (!IsFull && _waiting.TryTake(out TcpConnection writer))
            writer.TellWriter();

        // Each offer is charged before the next is made. Who needs more than there is comes back behind the others.
        for (int vain = 0; vain < MostVainOffers && Spare > 0 && _heldBack.TryTake(out TcpConnection reader);)
        {
            if (reader.TellPeer())
                continue;
            _heldBack.Add(reader);
            vain++;
        }

        _telling = false;
    }

    /// <summary>The connection's writer is told when there is memory again: it may have nothing of its own in the network that would bring it on.</summary>
    public void WaitFor(TcpConnection connection) => _waiting.Add(connection);

    public bool Waits(TcpConnection connection) => _waiting.Contains(connection);

    /// <summary>The connection's peer is told when there is memory again: its own question would come late.</summary>
    public void HoldBack(TcpConnection connection) => _heldBack.Add(connection);

    /// <summary>It is closed: while the memory stays full nothing else would let it go.</summary>
    public void Forget(TcpConnection connection)
    {
        _waiting.Remove(connection);
        _heldBack.Remove(connection);
    }

    /// <summary>Room for text that came.</summary>
    /// <returns>False: it is not taken, and comes again.</returns>
    public bool HasRoomFor(TcpConnection connection, in ArrivedSegment segment)
    {
        if (!IsHalfFull || connection.ReceiveSide.HasPlaceFor(segment.Seq, segment.Payload.Length))
            return true;
        IsShort = true;
        if (connection.ReceiveSide.IsFarAhead(segment.Seq, segment.Payload.Length))
            return false;
        if (!IsFull)
            return true;

        // RFC 2018 8: what is kept out of order may be dropped.
        connection.DropOutOfOrder();
        return !IsFull;
    }
}
