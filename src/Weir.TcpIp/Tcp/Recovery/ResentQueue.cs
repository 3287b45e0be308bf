namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>Segments that were sent again, in the order of that: where RFC 8985 5.1 wants to look through what is out by time, those that were sent once are so by number. A mutable struct, a field of the scoreboard.</summary>
/// <remarks>What has become of a segment meanwhile shows when its turn comes: its record is not there any more, or says that it arrived, or went again.</remarks>
internal struct ResentQueue
{
    /// <summary>Room for so many is kept for the next loss, and does not count.</summary>
    private const int SmallQueue = 32;
    private const int EntrySize = 16;

    private Queue<(long SentAt, long End)>? _entries;

    public ResentQueue()
    {
    }

    /// <summary>Bytes of memory that it holds.</summary>
    public readonly int Allocated => _entries is { Capacity: > SmallQueue and var capacity } ? capacity * EntrySize : 0;

    /// <summary>A segment went out again. Returns true when there are so many entries that the stale ones should be thrown out.</summary>
    public bool Add(in SegmentRecord record, int segments)
    {
        _entries ??= new Queue<(long SentAt, long End)>(SmallQueue);
        _entries.Enqueue((record.SentAt, record.End));
        return _entries.Count > 2 * segments + SmallQueue;
    }

    /// <summary>The next one that still waits; those before it that do not are forgotten. Its index in the ring; -1: none.</summary>
    public readonly int Oldest(in SegmentRing ring, ref int visits)
    {
        while (_entries is not null && _entries.TryPeek(out (long SentAt, long End) entry))
        {
            visits++;
            int index = ring.IndexBefore(entry.End);
            if (index >= 0 && IsWaiting(ring[index], entry))
                return index;
            _entries.Dequeue();
        }

        return -1;
    }

    /// <summary>Finds them anew in the records.</summary>
    public void Rebuild(in SegmentRing ring)
    {
        Clear();
        List<(long SentAt, long End)> found = [];
        for (int i = 0; i < ring.Count; i++)
        {
            ref SegmentRecord record = ref ring[i];
            if ((record.Flags & (SegmentFlags.Retransmitted | SegmentFlags.Lost | SegmentFlags.Sacked)) == SegmentFlags.Retransmitted)
                found.Add((record.SentAt, record.End));
        }

        found.Sort();
        if (found.Count == 0)
            return;
        _entries ??= new Queue<(long SentAt, long End)>(found.Count);
        foreach ((long SentAt, long End) entry in found)
            _entries.Enqueue(entry);
    }

    public void Clear()
    {
        _entries?.Clear();
        if (_entries?.Capacity > SmallQueue)
            _entries = null;
    }

    private static bool IsWaiting(in SegmentRecord record, (long SentAt, long End) entry) =>
        record.End == entry.End && record.SentAt == entry.SentAt && (record.Flags & (SegmentFlags.Sacked | SegmentFlags.Lost)) == 0;
}
