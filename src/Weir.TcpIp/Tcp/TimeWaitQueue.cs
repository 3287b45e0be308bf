namespace Weir.TcpIp.Tcp;

/// <summary>Connections in TIME-WAIT, the oldest first: of too many it goes before its time.</summary>
/// <remarks>An array: links through thousands of connections that nobody looks at otherwise cost a twentieth of the rate at which they come and go. One that leaves early stays in it until it is the oldest, or until such are more than half.</remarks>
internal sealed class TimeWaitQueue(int most, TcpCounters counters)
{
    /// <summary>Fewer that have left are not worth a look.</summary>
    private const int FewLeft = 64;

    private readonly Queue<TcpConnection> _connections = new();

    /// <summary>Those of them that are still in TIME-WAIT.</summary>
    private int _waiting;

    /// <summary>Connections that it holds in memory.</summary>
    public int Held => _connections.Count;

    public void Add(TcpConnection connection)
    {
        if (connection.IsInTimeWait)
            return;
        connection.IsInTimeWait = true;
        _connections.Enqueue(connection);
        _waiting++;
        while (_waiting > most)
            Evict(_connections.Dequeue());
        if (_connections.Count - _waiting > _waiting + FewLeft)
            DropLeft();
        while (_connections.TryPeek(out TcpConnection? first) && !first.IsInTimeWait)
            _connections.Dequeue();
    }

    /// <summary>Its time is over, or its addresses and ports were taken again.</summary>
    public void Remove(TcpConnection connection)
    {
        if (!connection.IsInTimeWait)
            return;
        connection.IsInTimeWait = false;
        _waiting--;
    }

    private void Evict(TcpConnection oldest)
    {
        if (!oldest.IsInTimeWait)
            return;
        counters.TimeWaitEvicted++;
        oldest.End(TcpError.None);
    }

    private void DropLeft()
    {
        for (int count = _connections.Count; count > 0; count--)
        {
            TcpConnection connection = _connections.Dequeue();
            if (connection.IsInTimeWait)
                _connections.Enqueue(connection);
        }
    }
}
