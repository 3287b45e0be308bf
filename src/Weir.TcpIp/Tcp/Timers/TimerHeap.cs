namespace Weir.TcpIp.Tcp.Timers;

/// <summary>One entry for each connection that waits for time: a 4-ary heap by the earliest deadline.</summary>
/// <remarks>
/// A deadline that moves later, as the retransmission timer does with each ACK, leaves the entry where it is: it comes up early, and is
/// put back. So a segment costs a comparison, not a sift.
/// </remarks>
internal sealed class TimerHeap
{
    private const int Arity = 4;

    private Entry[] _entries = new Entry[64];

    public int Count { get; private set; }

    public long Next => Count == 0 ? Deadline.Never : _entries[0].At;

    /// <summary>Sees to it that the connection comes up at its deadline, or before.</summary>
    public void Schedule(TcpConnection connection, long at)
    {
        int index = connection.TimerIndex;
        if (index < 0)
        {
            if (at != Deadline.Never)
                Insert(connection, at);
        }
        else if (at < _entries[index].At)
        {
            Rise(index, new Entry(at, connection));
        }
    }

    /// <summary>Takes out one whose entry is due; it may be early.</summary>
    public bool TryTakeDue(long now, out TcpConnection connection)
    {
        if (Count == 0 || _entries[0].At > now)
        {
            connection = null!;
            return false;
        }

        connection = _entries[0].Connection;
        RemoveAt(0);
        return true;
    }

    public void Remove(TcpConnection connection)
    {
        if (connection.TimerIndex >= 0)
            RemoveAt(connection.TimerIndex);
    }

    private void Insert(TcpConnection connection, long at)
    {
        if (Count == _entries.Length)
            Array.Resize(ref _entries, 2 * Count);
        Rise(Count++, new Entry(at, connection));
    }

    private void RemoveAt(int index)
    {
        _entries[index].Connection.TimerIndex = -1;
        Entry last = _entries[--Count];
        _entries[Count] = default;
        if (index == Count)
            return;
        if (index > 0 && last.At < _entries[(index - 1) / Arity].At)
            Rise(index, last);
        else
            Sink(index, last);
    }

    private void Rise(int index, Entry entry)
    {
        while (index > 0 && entry.At < _entries[(index - 1) / Arity].At)
        {
            Place(index, _entries[(index - 1) / Arity]);
            index = (index - 1) / Arity;
        }

        Place(index, entry);
    }

    private void Sink(int index, Entry entry)
    {
        while ((index * Arity) + 1 < Count)
        {
            int first = (index * Arity) + 1;
            int least = first;
            for (int child = first + 1; child < Math.Min(first + Arity, Count); child++)
            {
                if (_entries[child].At < _entries[least].At)
                    least = child;
            }

            if (_entries[least].At >= entry.At)
                break;
            Place(index, _entries[least]);
            index = least;
        }

        Place(index, entry);
    }

    private void Place(int index, Entry entry)
    {
        _entries[index] = entry;
        entry.Connection.TimerIndex = index;
    }

    private readonly record struct Entry(long At, TcpConnection Connection);
}
