using System.Numerics;
using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Tcp;

/// <summary>How far the memory of all connections lets one offer a window, and what that offer may come to. A mutable struct, a field of the receiving half.</summary>
/// <remarks>
/// What was offered stays offered (RFC 9293 3.8.6), so it has to be counted before it arrives: a connection in use counts with the ring that the bytes
/// still to come may need. One that rests does not: idle peers would take the memory from the busy ones. Who rests is found out only when memory is short.
/// Close to the limit the edge goes no further than the ring that is rented, or a few segments: net/ipv4/tcp_output.c __tcp_select_window.
/// </remarks>
internal struct ReceiveRoom(TcpMemory memory)
{
    /// <summary>As long as the limit allows anything: a ring of so much, or one segment.</summary>
    private const int SmallestRing = 8192;

    /// <summary>Something has come since it last rested.</summary>
    private bool _isInUse;

    /// <summary>Bytes that the ring may grow by before the peer has used up its window.</summary>
    public readonly int Promised(ByteStream stream, long window) =>
        _isInUse && !stream.IsClosed ? Math.Max(0, ByteStream.RingFor((int)(stream.BytesBuffered + window)) - stream.Allocated) : 0;

    /// <summary>Bytes behind RCV.NXT that may be offered: a question, which changes nothing.</summary>
    /// <param name="stream">What is received.</param>
    /// <param name="window">Bytes that are on offer now.</param>
    /// <param name="mss">The largest payload.</param>
    /// <param name="syn">The first offer: it is never nothing, since a window of zero would have to be opened again before the handshake is done.</param>
    public readonly int Offer(ByteStream stream, long window, int mss, bool syn)
    {
        if (!IsShort(stream, window))
            return stream.AvailableCapacity;

        long own = stream.Allocated + Promised(stream, window);
        long least = Math.Max(SmallestRing, BitOperations.RoundUpToPowerOf2((uint)mss));
        long ring = Math.Max(stream.Allocated, RoundDown(own + memory.Room));
        if (syn || own + memory.Spare >= least)
            ring = Math.Max(ring, least);
        return (int)Math.Clamp(ring - stream.BytesBuffered, 0, stream.AvailableCapacity);
    }

    /// <summary>The common memory does not let one offer all that the reader has room for.</summary>
    public readonly bool IsShort(ByteStream stream, long window) =>
        memory.Room < 2L * stream.Capacity && !Fits(stream, window); // The ring may be twice the capacity.

    /// <summary>Less is offered than the reader has room for: then idle connections are looked for.</summary>
    public readonly void NoteIfShort(ByteStream stream, long window)
    {
        if (IsShort(stream, window))
            memory.IsShort = true;
    }

    /// <summary>The whole capacity may be offered: it makes sense that it grows.</summary>
    public readonly bool Fits(ByteStream stream, long window) =>
        ByteStream.RingFor(stream.Capacity) - stream.Allocated - Promised(stream, window) <= memory.Room;

    /// <summary>Something has come, or is surely about to.</summary>
    public void Use() => _isInUse = true;

    /// <summary>Nothing has come for long.</summary>
    public void Rest() => _isInUse = false;

    private static long RoundDown(long bytes) => bytes <= 0 ? 0 : 1L << BitOperations.Log2((ulong)bytes);
}
