namespace Weir.TcpIp.Tcp;

/// <summary>Connections in the order in which they came, each once: linked through the connections themselves, so that adding costs no memory.</summary>
internal sealed class ConnectionQueue(ConnectionQueueKind kind)
{
    private readonly int _kind = (int)kind;
    private TcpConnection? _first;
    private TcpConnection? _last;

    public bool IsEmpty => _first is null;

    public int Count { get; private set; }

    public bool Contains(TcpConnection connection) => connection.Links[_kind].IsQueued;

    public void Add(TcpConnection connection)
    {
        ref QueueLink link = ref connection.Links[_kind];
        if (link.IsQueued)
            return;
        (link.IsQueued, link.Previous) = (true, _last);
        if (_last is null)
            _first = connection;
        else
            _last.Links[_kind].Next = connection;
        _last = connection;
        Count++;
    }

    /// <summary>Takes one out, wherever it stands.</summary>
    public void Remove(TcpConnection connection)
    {
        ref QueueLink link = ref connection.Links[_kind];
        if (!link.IsQueued)
            return;
        if (link.Previous is null)
            _first = link.Next;
        else
            link.Previous.Links[_kind].Next = link.Next;
        if (link.Next is null)
            _last = link.Previous;
        else
            link.Next.Links[_kind].Previous = link.Previous;
        link = default;
        Count--;
    }

    public bool TryTake(out TcpConnection connection)
    {
        if (_first is null)
        {
            connection = null!;
            return false;
        }

        connection = _first;
        Remove(connection);
        return true;
    }
}

/// <summary>The queues that a connection can be in.</summary>
internal enum ConnectionQueueKind
{
    Transmit,
    Notify,
    /// <summary>Writers that wait for memory.</summary>
    Memory,
    /// <summary>Peers that wait for a window.</summary>
    Window,
    TimeWait,
}

/// <summary>A connection's place in one queue.</summary>
internal struct QueueLink
{
    public TcpConnection? Next;
    public TcpConnection? Previous;
    public bool IsQueued;
}

/// <summary>A connection's places.</summary>
[System.Runtime.CompilerServices.InlineArray(5)]
internal struct QueueLinks
{
    private QueueLink _first;
}
