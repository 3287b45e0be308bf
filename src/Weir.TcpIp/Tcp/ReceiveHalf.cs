using Weir.TcpIp.Streams;
using Weir.TcpIp.Tcp.Options;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

/// <summary>The receive sequence variables of RFC 9293 3.3.1, what was received, and when it is acknowledged. Positions count from the peer's SYN, which is 0.</summary>
internal sealed class ReceiveHalf
{
    /// <summary>A reader who took nothing for so long has a peer who sent nothing, if nothing is left.</summary>
    private const long IdleTime = TimeSpan.TicksPerSecond;

    /// <summary>A hole of a few segments is no waste.</summary>
    private const int NearBy = 16 * 1024;

    private readonly TcpProfile _profile;
    private readonly Reassembler _reassembler;
    private ReceiveAutotune _autotune;
    private RecentRuns _recent;
    private ReceiveRoom _room;
    private long _advertised;
    private long _gapSince;

    public ReceiveHalf(TcpProfile profile, TcpMemory memory)
    {
        _profile = profile;
        _room = new ReceiveRoom(memory);
        Stream = new ByteStream(profile.ReceiveCapacity);
        _reassembler = new Reassembler(Stream);
        Ack = new DelayedAck(profile.DelayedAck.Ticks);
    }

    public ByteStream Stream { get; }

    public uint Irs { get; private set; }

    /// <summary>RCV.NXT.</summary>
    public long RcvNxt { get; private set; }

    /// <summary>RCV.NXT as it is on the wire.</summary>
    public uint NextWire { get; private set; }

    /// <summary>RCV.WND as the peer knows it; it never takes back what it has given (RFC 9293 3.8.6).</summary>
    public long RcvWnd => Math.Max(0, _advertised - RcvNxt);

    /// <summary>The peer's SYN has come.</summary>
    public bool IsSynchronized { get; private set; }

    /// <summary>Rcv.Wind.Shift: RFC 7323 2.2. Our offer; 0 unless the peer scales too.</summary>
    public int Shift { get; set; }

    /// <summary>Last.ACK.sent, RFC 7323 4.3.</summary>
    public long LastAckSent { get; private set; }

    public bool FinReceived => Stream.IsClosed;

    /// <summary>Bytes of memory that what was received takes.</summary>
    public long Allocated => Stream.Allocated + _reassembler.Allocated;

    /// <summary>Bytes of memory that the window on offer may take beyond what is rented.</summary>
    public int Promised => _room.Promised(Stream, RcvWnd);

    /// <summary>The peer has no window to speak of, though the reader left room: the common memory lacks it.</summary>
    public bool IsHeldBack => RcvWnd < WorthTelling && Stream.AvailableCapacity - RcvWnd >= WorthTelling && IsSynchronized && !FinReceived;

    public bool HasGaps => _reassembler.BytesPending > 0;

    /// <summary>A SACK option would say something.</summary>
    public bool HasSackToSend => HasGaps || _recent.HasDuplicate;

    public DelayedAck Ack;

    /// <summary>The largest payload that we let the peer send.</summary>
    public int Mss { get; set; } = 536;

    /// <summary>RFC 9293 3.8.6.2.2, receiver's silly window avoidance: the edge moves by a segment or half the buffer, not by less.</summary>
    private int WorthTelling => Math.Min(Stream.Capacity / 2, Mss);

    /// <summary>The smallest shift that can tell of the largest window.</summary>
    public static int ShiftFor(int capacity)
    {
        int shift = 0;
        while (shift < 14 && (ushort.MaxValue << shift) < capacity)
            shift++;
        return shift;
    }

    public void Synchronize(uint irs)
    {
        Irs = irs;
        IsSynchronized = true;
        Advance();
    }

    /// <summary>RFC 9293 3.10.7.4, first: the four cases of the table.</summary>
    /// <remarks>But for the edge: what is empty may lie there, since a peer that has sent a whole window, of which the front was lost, still acknowledges (net/ipv4/tcp_input.c tcp_sequence).</remarks>
    public bool IsAcceptable(long seq, int length)
    {
        long window = RcvWnd;
        if (length == 0)
            return seq >= RcvNxt && seq <= RcvNxt + window;
        return window > 0 && seq < RcvNxt + window && seq + length > RcvNxt;
    }

    /// <summary>Text that needs no more memory than is held already.</summary>
    public bool HasPlaceFor(long seq, int length) =>
        Stream.BytesBuffered + (seq + length - RcvNxt) <= Stream.Allocated && (seq <= RcvNxt || !_reassembler.IsListFull);

    /// <summary>Text so far ahead of its place that the ring, which reaches to it, would be mostly empty: the largest part of a window was lost, or somebody makes a byte cost a window.</summary>
    public bool IsFarAhead(long seq, int length)
    {
        long reach = Stream.BytesBuffered + (seq + length - RcvNxt);
        return seq > RcvNxt && reach > NearBy && reach / 4 > Stream.BytesBuffered + _reassembler.BytesPending + length;
    }

    /// <summary>Takes text and FIN of an acceptable segment, cut to the window.</summary>
    public void Take(long seq, ReadOnlySpan<byte> payload, bool fin, long now)
    {
        long excess = seq + payload.Length - (RcvNxt + RcvWnd);
        if (excess > 0)
        {
            payload = payload[..(int)Math.Max(0, payload.Length - excess)];
            fin = false;
        }

        if (seq > RcvNxt || HasGaps)
        {
            TakeOutOfOrder(seq, payload, fin, now);
        }
        else
        {
            if (seq + payload.Length <= RcvNxt && payload.Length > 0)
                _recent.Duplicate(Irs + (uint)seq, Irs + (uint)(seq + payload.Length));
            Insert(seq, payload, fin);
            Ack.Received(payload.Length, Mss, now);
        }

        if (fin)
            Ack.Now();
        Advance();
    }

    /// <summary>A segment with text echoes one of our timestamps.</summary>
    public void NoteEcho(uint echo, int length, in Timestamps timestamps, long now)
    {
        // What is not a full segment waited for the peer's program, more likely than for the path.
        if (!_autotune.IsNew(echo) || length < Mss / 2)
            return;
        if (timestamps.SentAt(echo, now) is >= 0 and var sentAt)
            _autotune.Sample(echo, Math.Max(1, now - sentAt));
    }

    /// <summary>Everything that came lies before RCV.NXT: RFC 2883.</summary>
    public void NoteDuplicate(long seq, int length) => _recent.Duplicate(Irs + (uint)seq, Irs + (uint)(seq + length));

    public int FillSack(Span<(uint Left, uint Right)> blocks) => _recent.Fill(blocks, _reassembler.Pending, Irs + 1);

    /// <summary>The reader has taken bytes. True: the peer should hear of it now.</summary>
    public bool Consume(int count, long srtt, long now)
    {
        Stream.Pop(count);
        bool fits = _room.Fits(Stream, RcvWnd);
        _autotune.Consumed(Stream, fits ? _profile.MaxReceiveCapacity : Stream.Capacity, srtt, now);
        if (!fits)
            Stream.ForgetPeak();

        _room.NoteIfShort(Stream, RcvWnd);

        // The kernel's tcp_cleanup_rbuf: worth a segment of its own once the window at least doubles.
        long opened = RightEdge(syn: false) - _advertised;
        return opened >= WorthTelling && opened >= RcvWnd && !Stream.IsClosed;
    }

    /// <summary>The window field of a segment that goes out now.</summary>
    /// <remarks>Rounded down to what the scale can say: the peer may see the edge go back by less than one step, which RFC 7323 2.4 allows; we accept what was given.</remarks>
    public ushort Advertise(bool scaled)
    {
        int shift = scaled ? Shift : 0;
        _room.NoteIfShort(Stream, RcvWnd);
        long edge = RightEdge(syn: !scaled);
        if (edge - _advertised >= WorthTelling)
            _advertised = Math.Max(_advertised, Math.Min(edge, RcvNxt + ((long)ushort.MaxValue << shift)));
        return (ushort)Math.Min(RcvWnd >> shift, ushort.MaxValue);
    }

    /// <summary>Offers what there is memory for again, to a peer that was held back. False: not enough to tell.</summary>
    public bool Reopen()
    {
        long before = _advertised;
        Advertise(scaled: true);
        if (_advertised == before)
            return false;
        _room.Use();
        return true;
    }

    /// <summary>Memory is short: what an idle peer may still send counts no longer, and what waits behind a hole that was not filled for long is dropped (RFC 2018 8; net/ipv4/tcp_input.c tcp_prune_ofo_queue).</summary>
    public void RestIfIdle(long now)
    {
        if (Stream.BytesBuffered > 0 || now - _autotune.RoundStart <= IdleTime || (HasGaps && now - _gapSince <= IdleTime))
            return;
        Discard();
        _room.Rest();
    }

    /// <summary>The peer is told of RCV.NXT.</summary>
    public void AckSent()
    {
        Ack.Sent();
        LastAckSent = RcvNxt;
    }

    public void Discard() => _reassembler.Discard();

    private long RightEdge(bool syn) => RcvNxt + _room.Offer(Stream, RcvWnd, Mss, syn);

    private void TakeOutOfOrder(long seq, ReadOnlySpan<byte> payload, bool fin, long now)
    {
        // RFC 5681 4.2: out of order, or filling a gap: the sender wants to know at once.
        int before = _reassembler.BytesPending;
        if (before == 0)
            _gapSince = now;
        ulong pushed = Stream.BytesPushed;
        Insert(seq, payload, fin);
        if (payload.Length > 0 && _reassembler.BytesPending == before && Stream.BytesPushed == pushed && Holds(seq, payload.Length))
            _recent.Duplicate(Irs + (uint)seq, Irs + (uint)(seq + payload.Length));
        if (seq > RcvNxt && payload.Length > 0)
            _recent.Received((ulong)(seq - 1));
        Ack.Now();
    }

    /// <summary>All of it lies before RCV.NXT or in one run: what there was no place for does not.</summary>
    private bool Holds(long seq, int length)
    {
        ReadOnlySpan<(ulong Start, ulong End)> runs = _reassembler.Pending;
        return seq + length <= RcvNxt || (RecentRuns.Find(runs, (ulong)(Math.Max(seq, RcvNxt) - 1)) is >= 0 and var run && runs[run].End >= (ulong)(seq + length - 1));
    }

    private void Insert(long seq, ReadOnlySpan<byte> payload, bool fin)
    {
        // Stream index 0 is position 1, behind the SYN.
        if (seq < 1)
        {
            int before = (int)Math.Min(1 - seq, payload.Length);
            payload = payload[before..];
            seq = 1;
        }

        _reassembler.Insert((ulong)(seq - 1), payload, fin);
        _room.Use();
    }

    private void Advance()
    {
        RcvNxt = 1 + (long)Stream.BytesPushed + (Stream.IsClosed ? 1 : 0);
        NextWire = Irs + (uint)RcvNxt;
        _advertised = Math.Max(_advertised, RcvNxt);
    }
}
