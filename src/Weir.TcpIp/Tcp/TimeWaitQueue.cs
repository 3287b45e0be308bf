namespace Weir.TcpIp.Tcp;

/// <summary>Connections in TIME-WAIT, the oldest first: of too many it goes before its time.</summary>
internal sealed class TimeWaitQueue(int most, TcpCounters counters)
{
    private readonly Queue<TcpConnection> _connections = new();

    public void Add(TcpConnection connection)
    {
        if (connection.IsInTimeWait)
            return;
        connection.IsInTimeWait = true;
        _connections.Enqueue(connection);
        while (_connections.Count > most || (_connections.TryPeek(out TcpConnection? first) && first.State == TcpState.Closed))
        {
            TcpConnection oldest = _connections.Dequeue();
            if (oldest.State != TcpState.Closed)
                counters.TimeWaitEvicted++;
            oldest.End(TcpError.None);
        }
    }
}
