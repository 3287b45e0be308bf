namespace Weir.TcpIp.Tcp;

/// <summary>Connections in the order in which they came, each once: linked through the connections themselves, so that adding costs no memory.</summary>
internal sealed class ConnectionQueue(ConnectionQueueKind kind)
{
    private readonly int _kind = (int)kind;
    private TcpConnection? _first;
    private TcpConnection? _last;

    public bool IsEmpty => _first is null;

    public bool Contains(TcpConnection connection) => connection.Links[_kind].Previous is not null || _first == connection;

    public void Add(TcpConnection connection)
    {
        if (Contains(connection))
            return;
        if (_last is null)
        {
            _first = connection;
        }
        else
        {
            connection.Links[_kind].Previous = _last;
            _last.Links[_kind].Next = connection;
        }

        _last = connection;
    }

    /// <summary>Takes one out, wherever it stands.</summary>
    public void Remove(TcpConnection connection)
    {
        if (!Contains(connection))
            return;
        ref QueueLink link = ref connection.Links[_kind];
        if (link.Previous is null)
            _first = link.Next;
        else
            link.Previous.Links[_kind].Next = link.Next;
        if (link.Next is null)
            _last = link.Previous;
        else
            link.Next.Links[_kind].Previous = link.Previous;
        link = default;
    }

    public bool TryTake(out TcpConnection connection)
    {
        if (_first is null)
        {
            connection = null!;
            return false;
        }

        connection = _first;
        ref QueueLink link = ref connection.Links[_kind];
        _first = link.Next;
        if (_first is null)
            _last = null;
        else
            _first.Links[_kind].Previous = null;
        link = default;
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
}

/// <summary>A connection's place in one queue.</summary>
internal struct QueueLink
{
    public TcpConnection? Next;
    public TcpConnection? Previous;
}

/// <summary>A connection's places.</summary>
[System.Runtime.CompilerServices.InlineArray(4)]
internal struct QueueLinks
{
    private QueueLink _first;
}
