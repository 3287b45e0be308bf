namespace Weir.TcpIp.Devices;

/// <summary>Packets, each with a word about it, one behind another in a ring of bytes, each in one piece. First in, first out.</summary>
/// <remarks>
/// <code>
///         taken     read ─► oldest … newest ◄─ write
/// [ free ][ in use by its receiver ][ waiting ][ free, possibly continued at the beginning ]
/// </code>
/// A packet that does not fit behind the last one begins at 0. The packet taken last stays in place until the next take.
/// </remarks>
internal sealed class PacketQueue<T>
    where T : struct
{
    private readonly int _capacity;
    private readonly int _packets;
    private Slot[] _slots = [];
    private byte[] _bytes = [];
    private uint _head;
    private uint _tail;
    private int _write;
    private bool _holdsTaken;

    public PacketQueue(int capacity, int packets)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        if (packets < 2 || (packets & (packets - 1)) != 0)
            throw new ArgumentOutOfRangeException(nameof(packets), packets, "must be a power of 2, and at least 2");
        _capacity = capacity;
        _packets = packets;
    }

    public int Count => (int)(_tail - _head) - (_holdsTaken ? 1 : 0);

    /// <summary>Empty: there is no room.</summary>
    public Span<byte> Rent(int length)
    {
        if (_tail - _head == (uint)_packets || length <= 0)
            return default;
        if (_bytes.Length == 0)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(_capacity);
            _slots = new Slot[_packets];
        }

        int start = Place(length);
        if (start < 0)
            return default;
        _write = start;
        return _bytes.AsSpan(start, length);
    }

    /// <summary>The packet that was rented last waits now.</summary>
    public void Commit(int length, in T about)
    {
        ref Slot slot = ref _slots[_tail & (uint)(_slots.Length - 1)];
        slot.Start = _write;
        slot.Length = length;
        slot.About = about;
        _tail++;
        _write += length;
    }

    public bool TryTake(out Span<byte> packet, out T about)
    {
        if (_holdsTaken)
        {
            _head++;
            _holdsTaken = false;
            if (_head == _tail)
                _write = 0; // The memory that was used last is the warmest.
        }

        if (_head == _tail)
        {
            packet = default;
            about = default;
            return false;
        }

        ref readonly Slot slot = ref _slots[_head & (uint)(_slots.Length - 1)];
        packet = _bytes.AsSpan(slot.Start, slot.Length);
        about = slot.About;
        _holdsTaken = true;
        return true;
    }

    /// <summary>Where the next packet can begin; -1: nowhere.</summary>
    private int Place(int length)
    {
        if (_head == _tail)
            return length <= _capacity ? 0 : -1;

        int oldest = _slots[_head & (uint)(_slots.Length - 1)].Start;
        if (_write > oldest)
            return _capacity - _write >= length ? _write : oldest >= length ? 0 : -1;

        // The write position has wrapped: free is what lies before the oldest. Equal: full, since the queue is not empty.
        return oldest - _write >= length ? _write : -1;
    }

    private struct Slot
    {
        public int Start;
        public int Length;
        public T About;
    }
}
