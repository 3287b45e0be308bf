namespace Weir.TcpIp.Tcp;

/// <summary>Connections in TIME-WAIT, the oldest first: of too many it goes before its time.</summary>
internal sealed class TimeWaitQueue(int most, TcpCounters counters)
{
    private readonly ConnectionQueue _connections = new(ConnectionQueueKind.TimeWait);

    public void Add(TcpConnection connection)
    {
        _connections.Add(connection);
        while (_connections.Count > most && _connections.TryTake(out TcpConnection oldest))
        {
            counters.TimeWaitEvicted++;
            oldest.End(TcpError.None);
        }
    }

    /// <summary>Its time is over, or its addresses and ports were taken again.</summary>
    public void Remove(TcpConnection connection) => _connections.Remove(connection);
}
