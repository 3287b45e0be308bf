using System.Buffers;
using System.Numerics;

namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>Segment records in order of sequence numbers: a ring, rented when the first is added and given back with the last. A mutable struct, a field of the scoreboard.</summary>
internal struct SegmentRing
{
    private const int SmallestRing = 16;

    private SegmentRecord[] _records = [];
    private int _mask = -1;
    private int _head;

    public SegmentRing()
    {
    }

    public int Count { readonly get; private set; }

    /// <summary>Bytes of memory that it has rented.</summary>
    public readonly int Allocated => (_mask + 1) * 24;

    public readonly ref SegmentRecord this[int index] => ref _records[(_head + index) & _mask];

    public readonly ref SegmentRecord First => ref _records[_head];

    public void Add(in SegmentRecord record)
    {
        if (Count == _mask + 1)
            Resize(Math.Max(SmallestRing, 2 * Count));
        _records[(_head + Count++) & _mask] = record;
    }

    public void RemoveFirst()
    {
        _head = (_head + 1) & _mask;
        Count--;
    }

    /// <summary>The first that starts at a position or behind it.</summary>
    public readonly int FirstAtOrBehind(long position)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (this[middle].Start < position)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>The segment that the byte before a position lies in; -1: that is in front of all.</summary>
    public readonly int IndexBefore(long position) => FirstAtOrBehind(position) - 1;

    /// <summary>Cuts every segment that is longer. Returns how many pieces more those have that the peer has reported; -1: none was longer.</summary>
    public int Split(int longest)
    {
        int pieces = 0;
        for (int i = 0; i < Count; i++)
            pieces += (this[i].Length + longest - 1) / longest;
        if (pieces == Count)
            return -1;

        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(pieces, SmallestRing));
        SegmentRecord[] ring = ArrayPool<SegmentRecord>.Shared.Rent(size);
        int filled = 0;
        int sackedMore = 0;
        for (int i = 0; i < Count; i++)
        {
            SegmentRecord record = this[i];
            for (long at = record.Start; at < record.End; at += longest)
                ring[filled++] = record with { Start = at, Length = (int)Math.Min(longest, record.End - at), Skip = 1 };
            sackedMore += record.Has(SegmentFlags.Sacked) ? ((record.Length + longest - 1) / longest) - 1 : 0;
        }

        ArrayPool<SegmentRecord>.Shared.Return(_records);
        (_records, _mask, _head, Count) = (ring, size - 1, 0, filled);
        return sackedMore;
    }

    /// <summary>Forgets all, and gives the memory back.</summary>
    public void Clear()
    {
        Count = 0;
        if (_records.Length == 0)
            return;
        ArrayPool<SegmentRecord>.Shared.Return(_records);
        (_records, _mask, _head) = ([], -1, 0);
    }

    private void Resize(int size)
    {
        SegmentRecord[] larger = ArrayPool<SegmentRecord>.Shared.Rent(size);
        for (int i = 0; i < Count; i++)
            larger[i] = this[i];
        if (_records.Length > 0)
            ArrayPool<SegmentRecord>.Shared.Return(_records);
        (_records, _mask, _head) = (larger, size - 1, 0);
    }
}
