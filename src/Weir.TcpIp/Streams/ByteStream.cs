using System.Buffers;
using System.Numerics;

namespace Weir.TcpIp.Streams;

/// <summary>A bounded stream of bytes: pushed at one end, popped at the other, in order.</summary>
/// <remarks>
/// The bytes lie in a ring. It is rented from the array pool with the first byte, doubled up to the capacity as more are held, and given
/// back when none is left: an idle stream has no buffer. Spans that it hands out hold until the next call that changes the stream.
/// Not for two threads at once.
/// </remarks>
public sealed class ByteStream
{
    /// <summary>Bytes of the largest capacity: 1 GiB.</summary>
    public const int MaxCapacity = 1 << 30;

    private const int SmallestRing = 256;

    // The ring's size is a power of two; mask is one less, and -1 while there is no ring. A rented array may be longer.
    private byte[] ring = [];
    private int mask = -1;
    private int head;
    private int buffered;
    private int held;
    private int capacity;

    // The most that the present ring held. The next one starts with room for as much: a stream in use does not grow anew each time that it runs empty.
    private int peak;

    /// <param name="capacity">Bytes that it holds at most: 0 to <see cref="MaxCapacity"/>.</param>
    public ByteStream(int capacity)
    {
        CheckCapacity(capacity);
        this.capacity = capacity;
    }

    /// <summary>Bytes ever pushed: the stream index of the next one.</summary>
    public ulong BytesPushed { get; private set; }

    /// <summary>Bytes ever popped.</summary>
    public ulong BytesPopped => BytesPushed - (uint)buffered;

    public int BytesBuffered => buffered;

    /// <summary>Bytes that can be pushed now.</summary>
    public int AvailableCapacity => capacity - buffered;

    /// <summary>May grow, never shrink: room that a peer was told of stays.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than before, or more than <see cref="MaxCapacity"/>.</exception>
    public int Capacity
    {
        get => capacity;
        set
        {
            CheckCapacity(value);
            ArgumentOutOfRangeException.ThrowIfLessThan(value, capacity);
            capacity = value;
        }
    }

    /// <summary>Bytes of the ring that is rented now.</summary>
    internal int Allocated => mask + 1;

    /// <summary>The ring that so many bytes need.</summary>
    internal static int RingFor(int bytes) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(bytes, SmallestRing));

    /// <summary>The end was reached at the writing side: nothing more is pushed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Closed, and everything was popped.</summary>
    public bool IsFinished => IsClosed && buffered == 0;

    /// <summary>The stream broke off. Does not close it, and stays.</summary>
    public bool HasError { get; private set; }

    /// <summary>Takes as much as there is room for, and nothing after <see cref="Close"/>.</summary>
    /// <returns>Bytes taken from the front of <paramref name="data"/>.</returns>
    public int Push(ReadOnlySpan<byte> data)
    {
        int count = Math.Min(data.Length, AvailableCapacity);
        if (count == 0 || IsClosed)
        {
            return 0;
        }

        Store(0, data[..count]);
        Advance(count);
        return count;
    }

    public void Close() => IsClosed = true;

    public void SetError() => HasError = true;

    /// <summary>The longest contiguous piece at the front: empty only if nothing is buffered.</summary>
    public ReadOnlySpan<byte> Peek() => ring.AsSpan(head, Math.Min(buffered, mask + 1 - head));

    /// <summary>The longest contiguous piece that starts <paramref name="offset"/> bytes behind the front: a sender reads unacknowledged data again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or more than is buffered.</exception>
    public ReadOnlySpan<byte> PeekAt(int offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset, (uint)buffered);
        int start = (head + offset) & mask;
        return ring.AsSpan(start, Math.Min(buffered - offset, mask + 1 - start));
    }

    /// <summary>What starts <paramref name="offset"/> bytes behind the front, where it lies: in two pieces if the ring ends between them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less is buffered than that.</exception>
    internal void PeekAt(int offset, int length, out ReadOnlySpan<byte> first, out ReadOnlySpan<byte> second)
    {
        first = PeekAt(offset);
        first = first[..Math.Min(first.Length, length)];
        second = first.Length < length ? PeekAt(offset + first.Length)[..(length - first.Length)] : default;
    }

    /// <summary>Fills <paramref name="destination"/> with what starts <paramref name="offset"/> bytes behind the front. Pops nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less is buffered than that.</exception>
    public void CopyTo(int offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)offset + destination.Length, buffered);
        int start = (head + offset) & mask;
        int first = Math.Min(destination.Length, mask + 1 - start);
        ring.AsSpan(start, first).CopyTo(destination);
        if (first < destination.Length)
        {
            ring.AsSpan(0, destination.Length - first).CopyTo(destination[first..]);
        }
    }

    /// <summary>Drops bytes from the front; all of them if <paramref name="count"/> is more than is buffered.</summary>
    public void Pop(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        count = Math.Min(count, buffered);
        head = (head + count) & mask;
        buffered -= count;
        GiveBackIfEmpty();
    }

    /// <summary>Moves bytes from the front into <paramref name="destination"/>.</summary>
    /// <returns>How many: less than asked for only if no more are buffered.</returns>
    public int Read(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, buffered);
        CopyTo(0, destination[..count]);
        Pop(count);
        return count;
    }

    /// <summary>Puts bytes in place <paramref name="offset"/> bytes behind the last pushed one, without pushing them.</summary>
    /// <remarks>The reassembler's way to keep what came too early. The caller keeps offset and length within <see cref="AvailableCapacity"/>.</remarks>
    internal void Store(int offset, ReadOnlySpan<byte> data)
    {
        offset += buffered;
        if (offset + data.Length > mask + 1)
        {
            Grow(offset + data.Length);
        }

        int start = (head + offset) & mask;
        int first = Math.Min(data.Length, mask + 1 - start);
        data[..first].CopyTo(ring.AsSpan(start));
        if (first < data.Length)
        {
            data[first..].CopyTo(ring);
        }
    }

    /// <summary>Pushes bytes that are in place already.</summary>
    internal void Advance(int count)
    {
        BytesPushed += (uint)count;
        buffered += count;
        peak = Math.Max(peak, buffered);
    }

    /// <summary>Says how many bytes are in place behind the pushed ones: while there are any, the ring stays.</summary>
    internal void Hold(int count)
    {
        held = count;
        GiveBackIfEmpty();
    }

    /// <summary>The next ring begins small: memory is short.</summary>
    internal void ForgetPeak() => peak = 0;

    private static void CheckCapacity(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(Capacity));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxCapacity, nameof(Capacity));
    }

    private void Grow(int size)
    {
        int old = mask + 1;
        size = RingFor(old == 0 ? Math.Max(size, peak) : size);
        peak = old == 0 ? 0 : peak;
        byte[] larger = ArrayPool<byte>.Shared.Rent(size);
        if (old > 0)
        {
            // The whole ring, since held bytes lie behind the buffered ones.
            ring.AsSpan(head, old - head).CopyTo(larger);
            ring.AsSpan(0, head).CopyTo(larger.AsSpan(old - head));
            ArrayPool<byte>.Shared.Return(ring);
        }

        ring = larger;
        mask = size - 1;
        head = 0;
    }

    private void GiveBackIfEmpty()
    {
        if ((buffered | held) != 0 || mask < 0)
        {
            return;
        }

        ArrayPool<byte>.Shared.Return(ring);
        ring = [];
        mask = -1;
        head = 0;
    }
}
