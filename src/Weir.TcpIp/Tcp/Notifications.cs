using Weir.TcpIp.Tcp.Listening;

namespace Weir.TcpIp.Tcp;

/// <summary>What is to be told to observers and listeners: at the end of each call of the layer, so that nobody hears of a connection in the middle of a segment.</summary>
internal sealed class Notifications(TcpLayer layer)
{
    private readonly ConnectionQueue _toNotify = new(ConnectionQueueKind.Notify);
    private readonly Queue<TcpListener> _acceptable = new();
    private bool _notifying;

    public void Add(TcpConnection connection)
    {
        if (connection.Observer is not null && connection.PendingEvents != TcpEvents.None)
            _toNotify.Add(connection);
    }

    public void Add(TcpListener listener)
    {
        if (listener.IsAcceptable || listener.Options.Acceptable is null)
            return;
        listener.IsAcceptable = true;
        _acceptable.Enqueue(listener);
    }

    public void Deliver()
    {
        if (_notifying || (_toNotify.IsEmpty && _acceptable.Count == 0))
            return;
        _notifying = true;
        try
        {
            while (DeliverNext())
            {
            }
        }
        finally
        {
            // What an observer throws is the caller's; the others are told with the next call.
            _notifying = false;
        }
    }

    private bool DeliverNext()
    {
        if (_toNotify.TryTake(out TcpConnection connection))
        {
            TcpEvents events = connection.PendingEvents;
            connection.PendingEvents = TcpEvents.None;
            try
            {
                connection.Observer?.Notify(connection, events);
            }
            finally
            {
                layer.Flush(connection);
            }

            return true;
        }

        if (!_acceptable.TryDequeue(out TcpListener? listener))
            return false;
        listener.IsAcceptable = false;
        listener.Options.Acceptable!(listener);
        return true;
    }
}
