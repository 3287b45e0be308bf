using Weir.Packets;
using Weir.TcpIp.Tcp.Arriving;
using Weir.TcpIp.Tcp.Listening;
using Weir.TcpIp.Tcp.Options;
using Weir.TcpIp.Tcp.Recovery;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

/// <summary>A TCP connection: RFC 9293 with the section numbers of its part 3.10, the part that says what each event does in each state.</summary>
/// <remarks>
/// <para>
/// Theory of operation. What the application does (3.10.1 to 3.10.6), a segment that arrives (3.10.7) and a timer that runs out (3.10.8)
/// change the variables of two halves: <see cref="SendHalf"/> has SND.UNA, SND.NXT, the queue, the scoreboard and all that decides what is
/// sent when; <see cref="ReceiveHalf"/> has RCV.NXT, the window, reassembly and the delayed ACK. Nothing is sent meanwhile, except answers
/// that must not be merged (duplicate and challenge ACKs, resets): <see cref="Transmit"/> gives out what is due when the layer asks.
/// </para>
/// <para>
/// Sequence numbers are 64-bit positions that count from each side's SYN, so that comparisons are those of numbers; only the wire has them
/// modulo 2^32. A connection has one entry in the layer's timer heap, for the earliest of its deadlines.
/// </para>
/// <para>
/// What has rules of its own is a type of its own: <see cref="SegmentArrives"/> and its steps (3.10.7), <see cref="SegmentWriter"/> (what goes out).
/// </para>
/// <para>
/// Before you change this read RFC 9293 3.10 with 5961 (forged segments), 7323 (timestamps, PAWS), and for sending 5681, 6298, 6675, 8985.
/// Not done: urgent data (taken as ordinary data, RFC 6093), Fast Open, security options.
/// </para>
/// </remarks>
public sealed class TcpConnection
{
    private readonly SendHalf _send;
    private readonly ReceiveHalf _receive;
    private IdleProbes _idle;
    private long _stateDeadline = Deadline.Never;
    private bool _writerWaits;
    private long _segmentsReceived;

    /// <summary>RFC 9293 3.7.1: what a peer takes that does not say.</summary>
    private const int DefaultMss = 536;

    internal TcpConnection(TcpLayer layer, ISegmentPath path, in FourTuple tuple, TcpProfile profile, uint iss, uint timestampOffset)
    {
        Layer = layer;
        Path = path;
        Profile = profile;
        Tuple = tuple;
        Timestamps = new Timestamps(timestampOffset);
        _send = new SendHalf(profile, iss, layer.Memory);
        _receive = new ReceiveHalf(profile, layer.Memory) { Mss = OwnMss() };
        _idle = new IdleProbes(profile.KeepAlive);
        Writer = new SegmentWriter(this);
    }

    public TcpState State { get; internal set; }

    public UInt128 LocalAddress => Tuple.LocalAddress;

    public ushort LocalPort => Tuple.LocalPort;

    public UInt128 RemoteAddress => Tuple.RemoteAddress;

    public ushort RemotePort => Tuple.RemotePort;

    /// <summary>Why it ended, once it has; <see cref="TcpError.None"/> as long as nothing went wrong.</summary>
    public TcpError Error { get; private set; }

    /// <summary>Is told what happens. What happened before it was set is told then.</summary>
    public ITcpObserver? Observer
    {
        get;
        set
        {
            field = value;
            if (value is not null)
                Layer.Notify(this);
        }
    }

    /// <summary>Whatever the user of the connection wants to find again.</summary>
    public object? Owner { get; set; }

    /// <summary>True: small segments do not wait for the ACK of earlier ones (Nagle is off).</summary>
    public bool NoDelay
    {
        get => _send.NoDelay;
        set
        {
            _send.NoDelay = value;
            Layer.Want(this);
        }
    }

    /// <summary>The peer's FIN was reached, and everything before it read.</summary>
    public bool IsReadFinished => _receive.Stream.IsFinished;

    /// <summary>Bytes that can be read.</summary>
    public int Available => _receive.Stream.BytesBuffered;

    /// <summary>The peer has acknowledged all that was written, and the FIN if there is one.</summary>
    public bool IsDelivered => _send.IsDelivered;

    /// <summary>Bytes that can be written now.</summary>
    public int WriteRoom => CanWrite ? _send.Queue.AvailableCapacity : 0;

    /// <summary>The interface that its first segment came in on; 0 for those that were opened here.</summary>
    public int Interface { get; internal init; }

    public TcpConnectionInfo Info => TcpConnectionInfo.Of(this, _segmentsReceived);

    internal readonly FourTuple Tuple;

    internal int TimerIndex { get; set; } = -1;

    /// <summary>Its places in the layer's queues.</summary>
    internal QueueLinks Links;

    internal bool IsInTimeWait { get; set; }

    internal TcpEvents PendingEvents { get; set; }

    internal TcpListener? Listener { get; set; }

    /// <summary>The accept callback has not decided: the SYN is not answered yet.</summary>
    internal PendingConnection? Pending { get; set; }

    /// <summary>Bytes of memory that are charged to the layer's limit.</summary>
    internal long Charged { get; set; }

    /// <summary>Bytes more that the layer expects it to take.</summary>
    internal int ChargedPromise { get; set; }

    internal long Allocated => _send.Queue.Allocated + _receive.Allocated + _send.Board.Allocated;

    /// <summary>Bytes that its buffers may still grow by for what the peer may send.</summary>
    internal int Promised => State == TcpState.Closed ? 0 : _receive.Promised;

    internal TcpLayer Layer { get; }

    internal ISegmentPath Path { get; }

    internal TcpProfile Profile { get; }

    internal SendHalf SendSide => _send;

    internal ReceiveHalf ReceiveSide => _receive;

    internal SegmentWriter Writer { get; }

    internal Timestamps Timestamps;

    /// <summary>What the peer's SYN said of the largest payload.</summary>
    internal int PeerMss { get; set; } = DefaultMss;

    internal bool SelectiveAcks { get; set; }

    /// <summary>Both ends scale their windows.</summary>
    internal bool Scaled { get; set; }

    internal bool EcnAsked { get; private set; }

    /// <summary>Nobody reads any more.</summary>
    internal bool ReaderGone { get; private set; }

    /// <summary>ICMP said that the peer can't be reached, and nothing has come from it since.</summary>
    internal bool SoftUnreachable { get; set; }

    /// <summary>Bytes of a segment's header with the options that each one has.</summary>
    internal int HeaderLength => TcpHeader.Size + (Timestamps.Agreed ? SegmentOptions.TimestampsLength : 0);

    internal long NextDeadline => State == TcpState.Closed
        ? Deadline.Never
        : Math.Min(Math.Min(_send.Timers.NextDeadline, _receive.Ack.At), Math.Min(_stateDeadline, _idle.At));

    internal bool HasSomethingToSend => _receive.Ack.IsDue || _send.HasSomethingToSend;

    private bool CanWrite => State is TcpState.SynSent or TcpState.SynReceived or TcpState.Established or TcpState.CloseWait && !_send.FinQueued;

    // 3.10.1 OPEN, active: the layer has chosen addresses and ports.
    internal void Open(long now)
    {
        State = TcpState.SynSent;
        EcnAsked = Profile.Ecn == EcnMode.Request;
        _receive.Shift = ReceiveHalf.ShiftFor(Profile.MaxReceiveCapacity);
        _send.Synchronize(now);
    }

    // 3.10.7.2, third: a listener has got a SYN.
    internal void OpenPassively(in ArrivedSegment syn)
    {
        State = TcpState.SynReceived;
        _receive.Shift = ReceiveHalf.ShiftFor(Profile.MaxReceiveCapacity);
        new Handshake(this).TakeSyn(syn);
        _send.Synchronize(syn.Now);
        _segmentsReceived++;
    }

    // A SYN cookie came back: the SYN and its answer were never stored, and are made up here.
    internal void OpenFromCookie(in ArrivedSegment syn)
    {
        OpenPassively(syn);
        _send.Board.ForgetLosses();

        // When the SYN,ACK went is not known: its acknowledgment measures no round trip, but for its timestamp.
        _send.Board[0].Flags = SegmentFlags.Retransmitted;

        // The window that the SYN,ACK had.
        _receive.Advertise(scaled: false);
        _receive.AckSent();
    }

    /// <summary>Asks the listener's callback; the SYN waits for the answer.</summary>
    internal AcceptDecision Ask(TcpListener listener, long now)
    {
        if (listener.Options.Accept is not { } accept)
            return AcceptDecision.Accept;
        Pending = new PendingConnection(Layer, this);
        _stateDeadline = now + listener.Options.DeferTimeout.Ticks;
        return accept(Pending);
    }

    /// <summary>What is done with the SYN.</summary>
    internal void Decide(AcceptDecision decision, long now)
    {
        switch (decision)
        {
            case AcceptDecision.Accept:
                (Pending, _stateDeadline) = (null, Deadline.Never);
                Layer.Want(this);
                break;
            case AcceptDecision.Drop:
            case AcceptDecision.Unreachable when TcpLayer.TrySendUnreachable(Path, Tuple, _receive.NextWire - 1):
                End(TcpError.Aborted);
                break;
            case AcceptDecision.Reject:
            case AcceptDecision.Unreachable:
                Layer.SendReset(Path, Tuple, 0, _receive.NextWire, withAck: true);
                End(TcpError.Aborted);
                break;
        }
    }

    /// <summary>3.10.2 SEND. Takes as much as there is room for; 0: none, or closed. <see cref="TcpEvents.Writable"/> follows a write that was cut short.</summary>
    public int Write(ReadOnlySpan<byte> data)
    {
        if (!CanWrite)
            return 0;
        bool isFull = Layer.Memory.IsFull;
        int taken = _send.Write(isFull ? data[..Math.Min(data.Length, _send.Queue.Allocated - _send.Queue.BytesBuffered)] : data);
        _writerWaits |= taken < data.Length;
        if (isFull && _writerWaits)
            Layer.Memory.WaitFor(this);
        Layer.Charge(this);
        Layer.Want(this);
        return taken;
    }

    /// <summary>3.10.3 RECEIVE: the bytes at the front, as many as lie together; valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek() => _receive.Stream.Peek();

    /// <summary>Takes bytes from the front. The peer hears of the room when it is worth a segment.</summary>
    public void Consume(int count)
    {
        if (_receive.Consume(count, _send.Rtt.Srtt, Layer.Now) && State is TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2)
        {
            _receive.Ack.Now();
            Layer.Want(this);
        }

        if (_receive.IsHeldBack)
            Layer.Memory.HoldBack(this);
        Layer.Charge(this);
    }

    /// <summary>Takes bytes from the front into <paramref name="destination"/>; 0: nothing there.</summary>
    public int Read(Span<byte> destination)
    {
        int count = Math.Min(destination.Length, Available);
        _receive.Stream.CopyTo(0, destination[..count]);
        Consume(count);
        return count;
    }

    /// <summary>3.10.4 CLOSE of our direction: a FIN follows what is queued. The peer may still send.</summary>
    public void CloseWrite()
    {
        if (_send.FinQueued || State is TcpState.Closed or TcpState.TimeWait)
            return;

        // In SYN-SENT too it waits for the handshake, as in SYN-RECEIVED: what was written is to arrive.
        _send.Close();
        State = State switch
        {
            TcpState.Established => TcpState.FinWait1,
            TcpState.CloseWait => TcpState.LastAck,
            _ => State,
        };
        Layer.Want(this);
    }

    /// <summary>Closes both directions: nobody reads any more. Data that is unread or still comes is answered with a reset (RFC 9293 3.6.1), so that the peer knows.</summary>
    public void Close()
    {
        ReaderGone = true;
        if (State is TcpState.Closed or TcpState.TimeWait)
        {
            // The peer has closed as well: it hears no more, and nobody reads what is left.
            LetGoOfUnread();
            return;
        }

        if (Available > 0 || State == TcpState.SynSent)
        {
            Abort();
            return;
        }

        CloseWrite();
        if (State == TcpState.FinWait2)
            WaitForFin(Layer.Now);
        Layer.Schedule(this);
    }

    /// <summary>3.10.5 ABORT: the peer gets a reset, everything queued is dropped.</summary>
    public void Abort()
    {
        if (State is TcpState.Closed)
        {
            LetGoOfUnread();
            return;
        }

        if (State is not (TcpState.SynSent or TcpState.TimeWait) && _receive.IsSynchronized)
            Layer.SendReset(Path, Tuple, _send.Iss + (uint)_send.SndNxt, _receive.NextWire, withAck: true);
        End(TcpError.Aborted);
    }

    /// <summary>3.10.7 SEGMENT ARRIVES. CLOSED (3.10.7.1) and LISTEN (3.10.7.2) are the layer's.</summary>
    internal void Receive(ref ArrivedSegment segment)
    {
        _segmentsReceived++;
        _idle.Heard(segment.Now);
        new SegmentArrives(this).Receive(ref segment);
    }

    // 3.10.8 TIMEOUTS.
    internal void Expire(long now)
    {
        if (now >= _stateDeadline)
        {
            _stateDeadline = Deadline.Never;
            End(TcpError.None);
            return;
        }

        if (now >= _receive.Ack.At)
            _receive.Ack.Now();
        if (_idle.IsDue(now) && !ProbeIdle(now))
            return;
        if (!_send.Timers.Expire(this, now))
        {
            End(SoftUnreachable ? TcpError.Unreachable : TcpError.TimedOut);
            return;
        }

        if (HasSomethingToSend)
            Layer.Want(this);
    }

    /// <summary>Sends what is due. False: the path had no room.</summary>
    internal bool Transmit(long now, ref int quantum)
    {
        if (State == TcpState.Closed || Pending is not null)
            return true;
        if (State != TcpState.TimeWait)
        {
            PathChanged();
            if (!_send.Transmission.Transmit(this, now, ref quantum))
                return false;
        }

        return !_receive.Ack.IsDue || Writer.SendAck();
    }

    // 3.9.2.2: what ICMP says.
    internal void ReceiveError(in TcpIcmpError error, long now) => new ErrorArrives(this).Receive(error, now);

    internal void DropOutOfOrder() => _receive.Discard();

    /// <summary>Ends it: out of all tables. Without an error what was received can still be read.</summary>
    internal void End(TcpError error)
    {
        if (State == TcpState.Closed)
            return;
        bool told = State == TcpState.TimeWait;
        State = TcpState.Closed;
        Error = error;
        _send.Clear();
        _receive.Discard();
        if (error != TcpError.None)
            _receive.Stream.Pop(_receive.Stream.BytesBuffered);
        Layer.Remove(this);
        if (!told)
            Raise(TcpEvents.Closed);
    }

    internal void EnterTimeWait(long now)
    {
        bool told = State == TcpState.TimeWait;
        State = TcpState.TimeWait;
        _stateDeadline = now + Profile.TimeWait.Ticks;
        _send.Clear();
        Layer.EnterTimeWait(this);
        if (!told)
            Raise(TcpEvents.Closed);
    }

    internal void WaitForFin(long now) => _stateDeadline = now + Profile.FinWait2.Ticks;

    internal void Raise(TcpEvents events)
    {
        PendingEvents |= events;
        Layer.Notify(this);
    }

    /// <summary>There is room again for a writer that waits: a third of the buffer.</summary>
    internal void TellWriter()
    {
        if (!_writerWaits || !CanWrite || _send.Queue.AvailableCapacity < _send.Queue.Capacity / 3)
            return;
        _writerWaits = false;
        Raise(TcpEvents.Writable);
    }

    /// <summary>There is memory again for a peer that was held back. False: still not enough.</summary>
    internal bool TellPeer()
    {
        if (State is not (TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2) || !_receive.IsHeldBack)
            return true;
        if (!_receive.Reopen())
            return false;
        _receive.Ack.Now();
        Layer.Want(this);
        Layer.Charge(this);
        return true;
    }

    internal void StartIdle(long now) => _idle.Start(now);

    internal int OwnMss() => Math.Min(Path.MaxSegment - TcpHeader.Size, Profile.MaxPayload);

    /// <summary>Takes in what path and peer carry now; <paramref name="tooBig"/>: of the segments that are too long for it so many were dropped for that.</summary>
    internal void PathChanged(int tooBig = 0)
    {
        int segment = Math.Min(Math.Min(Path.MaxSegment, PeerMss + TcpHeader.Size), _send.Mtu.Limit);
        _send.Mtu.Bound(Math.Min(Path.MaxSegment, PeerMss + TcpHeader.Size));
        int mss = Math.Min(segment - HeaderLength, Profile.MaxPayload);
        if (mss != _send.Mss && _send.SndUna > 0)
            _send.ChangeMss(Math.Max(mss, 1), tooBig);
    }

    /// <summary>Payload of the largest super-segment; one segment's where the device does not cut.</summary>
    internal int MaxOffloadPayload(int mss)
    {
        int offload = Math.Min(Path.MaxSegmentOffload, ushort.MaxValue - 60) - HeaderLength;
        return offload < 2 * mss ? mss : offload - (offload % mss);
    }

    private void LetGoOfUnread()
    {
        _receive.Stream.Pop(Available);
        Layer.Charge(this);
    }

    private bool ProbeIdle(long now)
    {
        bool waiting = State is TcpState.Established or TcpState.CloseWait or TcpState.FinWait2;
        if (!waiting || _send.Board.Count > 0)
        {
            _idle.Start(now);
            return true;
        }

        if (!_idle.Probe(now))
        {
            End(TcpError.TimedOut);
            return false;
        }

        // RFC 9293 3.8.4: SEG.SEQ = SND.NXT-1, without data: what the peer has to answer.
        Writer.SendControl(_send.SndNxt - 1, TcpFlags.ACK);
        return true;
    }
}
