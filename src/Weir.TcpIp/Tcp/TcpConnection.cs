using Weir.Packets;
using Weir.TcpIp.Tcp.Listening;
using Weir.TcpIp.Tcp.Options;
using Weir.TcpIp.Tcp.Security;
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
/// Before you change this read RFC 9293 3.10 with 5961 (forged segments), 7323 (timestamps, PAWS), and for sending 5681, 6298, 6675, 8985.
/// Not done: urgent data (taken as ordinary data, RFC 6093), Fast Open, security options.
/// </para>
/// </remarks>
public sealed class TcpConnection
{
    private readonly TcpLayer _layer;
    private readonly ISegmentPath _path;
    private readonly TcpProfile _profile;
    private readonly SendHalf _send;
    private readonly ReceiveHalf _receive;
    private readonly uint _timestampOffset;
    private ChallengeLimit _challenges;
    private IdleProbes _idle;
    private long _stateDeadline = Deadline.Never;
    private uint _tsRecent;
    private long _tsRecentAt;
    private bool _timestamps;
    private bool _selectiveAcks;
    private bool _scaled;
    private bool _ecnEcho;
    private bool _ecnAsked;
    private bool _writerWaits;
    private bool _readerGone;
    private bool _softUnreachable;
    private int _peerMss = DefaultMss;
    private long _segmentsSent;
    private long _segmentsReceived;

    /// <summary>RFC 9293 3.7.1: what a peer takes that does not say.</summary>
    private const int DefaultMss = 536;

    internal TcpConnection(TcpLayer layer, ISegmentPath path, in FourTuple tuple, TcpProfile profile, uint iss, uint timestampOffset)
    {
        _layer = layer;
        _path = path;
        _profile = profile;
        Tuple = tuple;
        _timestampOffset = timestampOffset;
        _send = new SendHalf(profile, iss);
        _receive = new ReceiveHalf(profile) { Mss = OwnMss() };
        _idle = new IdleProbes(profile.KeepAlive);
    }

    public TcpState State { get; private set; }

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
                _layer.Notify(this);
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
            _layer.Want(this);
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

    public TcpConnectionInfo Info => new()
    {
        State = State,
        Srtt = new TimeSpan(_send.Rtt.Srtt),
        RttVar = new TimeSpan(_send.Rtt.RttVar),
        MinRtt = new TimeSpan(_send.Rtt.MinRtt),
        Rto = new TimeSpan(_send.Rtt.Rto),
        Cwnd = _send.Congestion.Cwnd,
        Ssthresh = _send.Congestion.Ssthresh,
        SndMss = _send.Mss,
        SndWnd = _send.SndWnd,
        RcvWnd = _receive.RcvWnd,
        InFlight = _send.Board.Pipe,
        SendBuffered = _send.Queue.BytesBuffered,
        SendCapacity = _send.Queue.Capacity,
        ReceiveBuffered = _receive.Stream.BytesBuffered,
        ReceiveCapacity = _receive.Stream.Capacity,
        BytesAcked = Math.Max(0, _send.SndUna - 1),
        BytesReceived = (long)_receive.Stream.BytesPushed,
        SegmentsSent = _segmentsSent,
        SegmentsReceived = _segmentsReceived,
        Retransmissions = _send.Retransmissions,
        Timeouts = _send.TotalTimeouts,
        Timestamps = _timestamps,
        SelectiveAcknowledgment = _selectiveAcks,
        WindowScaling = _scaled,
        Ecn = _send.Ecn,
    };

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

    internal long Allocated => _send.Queue.Allocated + _receive.Stream.Allocated + _send.Board.Allocated;

    internal uint TsRecent => _tsRecent;

    internal bool HasTimestamps => _timestamps;

    internal uint RcvNxtWire => _receive.NextWire;

    internal ReceiveHalf ReceiveSide => _receive;

    internal SendHalf SendSide => _send;

    /// <summary>Bytes of a segment's header with the options that each one has.</summary>
    internal int HeaderLength => TcpHeader.Size + (_timestamps ? SegmentOptions.TimestampsLength : 0);

    internal long NextDeadline => State == TcpState.Closed
        ? Deadline.Never
        : Math.Min(Math.Min(_send.NextDeadline, _receive.Ack.At), Math.Min(_stateDeadline, _idle.At));

    internal bool HasSomethingToSend => _receive.Ack.IsDue || _send.HasSomethingToSend;

    private bool CanWrite => State is TcpState.SynSent or TcpState.SynReceived or TcpState.Established or TcpState.CloseWait && !_send.FinQueued;

    // 3.10.1 OPEN, active: the layer has chosen addresses and ports.
    internal void Open(long now)
    {
        State = TcpState.SynSent;
        _ecnAsked = _profile.Ecn == EcnMode.Request;
        _receive.Shift = ReceiveHalf.ShiftFor(_profile.MaxReceiveCapacity);
        _send.Synchronize(now);
    }

    // 3.10.7.2, third: a listener has got a SYN.
    internal void OpenPassively(in ArrivedSegment syn)
    {
        State = TcpState.SynReceived;
        _receive.Shift = ReceiveHalf.ShiftFor(_profile.MaxReceiveCapacity);
        TakeSyn(syn);
        _send.Synchronize(syn.Now);
        _segmentsReceived++;
    }

    // A SYN cookie came back: the SYN and its answer were never stored, and are made up here.
    internal void OpenFromCookie(in ArrivedSegment syn)
    {
        OpenPassively(syn);
        _send.Board.ForgetLosses();

        // The window that the SYN,ACK had.
        _receive.Advertise(scaled: false);
    }

    /// <summary>Asks the listener's callback; the SYN waits for the answer.</summary>
    internal AcceptDecision Ask(TcpListener listener, long now)
    {
        if (listener.Options.Accept is not { } accept)
            return AcceptDecision.Accept;
        Pending = new PendingConnection(_layer, this);
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
                _layer.Want(this);
                break;
            case AcceptDecision.Reject:
                _layer.SendReset(_path, Tuple, 0, _receive.NextWire, withAck: true);
                End(TcpError.Aborted);
                break;
            case AcceptDecision.Drop:
                End(TcpError.Aborted);
                break;
        }
    }

    internal void DropOutOfOrder() => _receive.Discard();

    /// <summary>3.10.2 SEND. Takes as much as there is room for; 0: none, or closed. <see cref="TcpEvents.Writable"/> follows a write that was cut short.</summary>
    public int Write(ReadOnlySpan<byte> data)
    {
        if (!CanWrite)
            return 0;
        int taken = _layer.Memory.IsFull ? 0 : _send.Write(data);
        _writerWaits |= taken < data.Length;
        _layer.Charge(this);
        _layer.Want(this);
        return taken;
    }

    /// <summary>3.10.3 RECEIVE: the bytes at the front, as many as lie together; valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek() => _receive.Stream.Peek();

    /// <summary>Takes bytes from the front. The peer hears of the room when it is worth a segment.</summary>
    public void Consume(int count)
    {
        if (_receive.Consume(count, _send.Rtt.Srtt, _layer.Now) && State is TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2)
        {
            _receive.Ack.Now();
            _layer.Want(this);
        }

        _layer.Charge(this);
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
        _layer.Want(this);
    }

    /// <summary>Closes both directions: nobody reads any more. Data that is unread or still comes is answered with a reset (RFC 9293 3.6.1), so that the peer knows.</summary>
    public void Close()
    {
        _readerGone = true;
        if (Available > 0 || State == TcpState.SynSent)
        {
            Abort();
            return;
        }

        CloseWrite();
        if (State == TcpState.FinWait2)
            WaitForFin(_layer.Now);
        _layer.Schedule(this);
    }

    /// <summary>3.10.5 ABORT: the peer gets a reset, everything queued is dropped.</summary>
    public void Abort()
    {
        if (State is TcpState.Closed)
            return;
        if (State is not (TcpState.SynSent or TcpState.TimeWait) && _receive.IsSynchronized)
            _layer.SendReset(_path, Tuple, _send.Iss + (uint)_send.SndNxt, _receive.NextWire, withAck: true);
        End(TcpError.Aborted);
    }

    // 3.10.7 SEGMENT ARRIVES. CLOSED (3.10.7.1) and LISTEN (3.10.7.2) are the layer's.
    internal void Receive(ref ArrivedSegment segment)
    {
        _segmentsReceived++;
        _idle.Heard(segment.Now);
        segment.Ack = ArrivedSegment.Unwrap(segment.Acknowledgment, _send.Iss, _send.SndUna);
        if (State == TcpState.SynSent)
        {
            ReceiveInSynSent(ref segment);
            return;
        }

        segment.Seq = ArrivedSegment.Unwrap(segment.Sequence, _receive.Irs, _receive.RcvNxt);
        if (IsPredicted(segment))
            ReceivePredicted(segment);
        else
            ReceiveInOtherStates(ref segment);
    }

    /// <summary>Van Jacobson's header prediction: the next segment of an open connection in order, or an acknowledgment, with nothing unusual. All checks of 3.10.7.4 are then known to pass.</summary>
    private bool IsPredicted(in ArrivedSegment segment) =>
        State == TcpState.Established
        && (segment.Flags & ~TcpFlags.PSH) == TcpFlags.ACK
        && segment.Seq == _receive.RcvNxt
        && segment.Payload.Length <= _receive.RcvWnd
        && segment.Ack >= _send.SndUna && segment.Ack <= _send.SndNxt
        && segment.Options.HasTimestamps == _timestamps
        && (!_timestamps || (int)(segment.Options.TsVal - _tsRecent) >= 0)
        && segment.Options.SackCount == 0
        && segment.Ecn != CongestionExperienced;

    private void ReceivePredicted(in ArrivedSegment segment)
    {
        if (_timestamps)
            (_tsRecent, _tsRecentAt) = (segment.Options.TsVal, segment.Now);
        if (segment.Ack > _send.SndUna || segment.Payload.IsEmpty || (long)segment.Window << _send.Shift != _send.SndWnd)
            Acknowledge(segment);
        else
            _send.UpdateWindow(segment.Seq, segment.Ack, _send.SndWnd);
        if (segment.Payload.IsEmpty)
            return;

        TakeText(segment);
        if (_receive.FinReceived)
            TakeFin(segment);
    }

    // 3.10.7.3 SYN-SENT STATE.
    private void ReceiveInSynSent(ref ArrivedSegment segment)
    {
        // First, the ACK bit.
        bool acceptable = segment.Has(TcpFlags.ACK) && segment.Ack > 0 && segment.Ack <= _send.SndNxt;
        if (segment.Has(TcpFlags.ACK) && !acceptable)
        {
            if (!segment.Has(TcpFlags.RST))
                _layer.SendReset(_path, Tuple, segment.Acknowledgment, 0, withAck: false);
            return;
        }

        // Second, the RST bit: only an acknowledged one can be ours (RFC 5961 3.2).
        if (segment.Has(TcpFlags.RST))
        {
            if (acceptable)
                End(TcpError.Refused);
            return;
        }

        // Third, security: none. Fourth, the SYN bit.
        if (!segment.Has(TcpFlags.SYN))
            return;

        TakeSyn(segment);
        if (!acceptable)
        {
            // Simultaneous open: our SYN goes again, now with the ACK.
            State = TcpState.SynReceived;
            SynchronizeAgain();
            return;
        }

        _send.Ecn = _ecnAsked && segment.Has(TcpFlags.ECE) && !segment.Has(TcpFlags.CWR);
        Establish(segment, segment.Window);
        _receive.Ack.Now();

        // Text and FIN of the SYN,ACK: on to the sixth step.
        segment.Seq = 1;
        TakeText(segment);
        TakeFin(segment);
    }

    // 3.10.7.4 Other states.
    private void ReceiveInOtherStates(ref ArrivedSegment segment)
    {
        if (!CheckSequence(segment) || !CheckReset(segment) || !CheckSyn(segment) || !CheckAck(ref segment))
            return;
        if (_readerGone && !segment.Payload.IsEmpty && segment.Seq + segment.Payload.Length > _receive.RcvNxt)
        {
            // RFC 9293 3.6.1, RFC 1122 4.2.2.13: data that nobody will read.
            Abort();
            return;
        }

        if (segment.Has(TcpFlags.SYN))
            return;
        TakeText(segment);
        TakeFin(segment);
    }

    // First, check sequence number.
    private bool CheckSequence(in ArrivedSegment segment)
    {
        if (_timestamps && !CheckTimestamps(segment))
            return false;

        // The other half of a simultaneous open lies before RCV.NXT: its SYN has come already (RFC 9293 3.5, figure 7).
        if (State == TcpState.SynReceived && Listener is null && segment.Has(TcpFlags.SYN) && segment.Has(TcpFlags.ACK) && segment.Seq == 0)
            return true;
        if (!_receive.IsAcceptable(segment.Seq, segment.Length))
            return RefuseSequence(segment);

        // RFC 7323 4.3 (2): the timestamp of the segment that the last ACK asked for.
        if (_timestamps && segment.Seq <= _receive.RcvNxt)
            (_tsRecent, _tsRecentAt) = (segment.Options.TsVal, segment.Now);
        return true;
    }

    /// <summary>RFC 7323 5.3 R1: an old timestamp makes the segment a stray of an earlier time.</summary>
    private bool CheckTimestamps(in ArrivedSegment segment)
    {
        if (segment.Has(TcpFlags.RST))
            return true;
        if (!segment.Options.HasTimestamps)
        {
            // RFC 7323 3.2: SHOULD be dropped without a word.
            _layer.Counters.TimestampMissing++;
            return false;
        }

        // 5.5: a connection that was idle for 24 days forgets.
        if ((int)(segment.Options.TsVal - _tsRecent) >= 0 || segment.Now - _tsRecentAt > 24 * TimeSpan.TicksPerDay)
            return true;
        _layer.Counters.PawsRejected++;
        AnswerWithAck(segment);
        return false;
    }

    private bool RefuseSequence(in ArrivedSegment segment)
    {
        if (segment.Has(TcpFlags.RST))
            return false;

        // The peer has not got our SYN,ACK: it repeats its SYN.
        if (State == TcpState.SynReceived && segment.Has(TcpFlags.SYN) && segment.Seq == 0)
        {
            SynchronizeAgain();
            return false;
        }

        if (segment.Payload.Length > 0 && segment.Seq + segment.Payload.Length <= _receive.RcvNxt)
            _receive.NoteDuplicate(segment.Seq, segment.Payload.Length);
        if (State == TcpState.TimeWait && segment.Has(TcpFlags.FIN))
            EnterTimeWait(segment.Now);

        // The ACK of a zero-window probe or a keep-alive still counts: it is taken before the answer goes out.
        if (segment.Has(TcpFlags.ACK) && !segment.Has(TcpFlags.SYN) && segment.Ack >= _send.SndUna && segment.Ack <= _send.SndNxt
            && segment.Seq >= _receive.RcvNxt - 1 && segment.Seq <= _receive.RcvNxt && State is not (TcpState.SynReceived or TcpState.TimeWait))
        {
            Acknowledge(segment);
        }

        AnswerWithAck(segment);
        return false;
    }

    // Second, check the RST bit: RFC 5961 3.2.
    private bool CheckReset(in ArrivedSegment segment)
    {
        if (!segment.Has(TcpFlags.RST))
            return true;
        if (segment.Seq != _receive.RcvNxt)
        {
            SendChallenge(segment.Now);
            return false;
        }

        // RFC 1337: TIME-WAIT is not ended by a reset.
        if (State == TcpState.TimeWait)
            return false;
        End(State == TcpState.SynReceived && Listener is null ? TcpError.Refused : TcpError.Reset);
        return false;
    }

    // Third, security: none. Fourth, check the SYN bit: RFC 5961 4.2.
    private bool CheckSyn(in ArrivedSegment segment)
    {
        if (!segment.Has(TcpFlags.SYN))
            return true;

        // Simultaneous open: the peer's SYN came alone, and now with its ACK.
        if (State == TcpState.SynReceived && segment.Seq == 0)
            return true;
        SendChallenge(segment.Now);
        return false;
    }

    // Fifth, check the ACK field.
    private bool CheckAck(ref ArrivedSegment segment)
    {
        if (!segment.Has(TcpFlags.ACK))
            return false;
        if (Pending is not null)
            return false;

        if (State == TcpState.SynReceived)
        {
            if (segment.Ack <= _send.SndUna || segment.Ack > _send.SndNxt)
            {
                _layer.SendReset(_path, Tuple, segment.Acknowledgment, 0, withAck: false);
                return false;
            }

            Establish(segment, segment.Has(TcpFlags.SYN) ? segment.Window : (long)segment.Window << _send.Shift);
            return State != TcpState.Closed;
        }

        // RFC 5961 5.2: an ACK of what was never sent, or was sent long ago.
        if (segment.Ack > _send.SndNxt || segment.Ack < _send.SndUna - _send.MaxSndWnd)
        {
            _layer.Counters.UnacceptableAcks++;
            SendChallenge(segment.Now);
            return false;
        }

        if (segment.Ack >= _send.SndUna)
            Acknowledge(segment);
        return CheckFinAcknowledged(segment);
    }

    private void Acknowledge(in ArrivedSegment segment)
    {
        long window = (long)segment.Window << _send.Shift;

        // RFC 5681 2: what makes an ACK a duplicate.
        bool duplicate = segment.Ack == _send.SndUna && segment.Length == 0 && window == _send.SndWnd && _send.Board.Count > 0;
        long echoed = _timestamps && segment.Options.HasTimestamps ? SentAtOf(segment.Options.TsEcr, segment.Now) : -1;
        bool unsent = _send.HasUnsent;
        _send.UpdateWindow(segment.Seq, segment.Ack, window);
        _send.Acknowledge(segment, echoed, duplicate);
        if (_send.Ecn && segment.Has(TcpFlags.ECE))
            _send.CongestionEchoed(segment.Now);
        _softUnreachable = false;
        if (_writerWaits && CanWrite && _send.Queue.AvailableCapacity >= _send.Queue.Capacity / 3)
        {
            _writerWaits = false;
            Raise(TcpEvents.Writable);
        }

        if (unsent || _send.Board.Lost > 0)
            _layer.Want(this);
    }

    // 3.10.7.4, fifth, from FIN-WAIT-1 on.
    private bool CheckFinAcknowledged(in ArrivedSegment segment)
    {
        switch (State)
        {
            case TcpState.FinWait1 when _send.FinAcknowledged:
                State = TcpState.FinWait2;
                if (_readerGone)
                    WaitForFin(segment.Now);
                return true;
            case TcpState.Closing when _send.FinAcknowledged:
                EnterTimeWait(segment.Now);
                return false;
            case TcpState.LastAck when _send.FinAcknowledged:
                End(TcpError.None);
                return false;
            case TcpState.TimeWait:
                // All that can come is the peer's FIN again, and that is outside the window.
                return false;
            default:
                return true;
        }
    }

    // Sixth, URG: taken as data (RFC 6093). Seventh, process the segment text.
    private void TakeText(in ArrivedSegment segment)
    {
        if (segment.Payload.IsEmpty)
            return;
        if (State is not (TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2))
            return;

        NoteEcn(segment);
        if (_layer.Memory.IsFull && !_layer.Memory.MakeRoom(this))
        {
            // A byte that there is no room for was not received: the peer sends it again.
            _layer.Counters.MemoryDrops++;
            return;
        }

        ulong before = _receive.Stream.BytesPushed;
        bool inOrder = segment.Seq <= _receive.RcvNxt && !_receive.HasGaps;
        _receive.Take(segment.Seq, segment.Payload, segment.Has(TcpFlags.FIN), segment.Now);
        if (_receive.Stream.BytesPushed != before)
            Raise(TcpEvents.Readable);
        if (!inOrder)
            SendAck();
        else if (_receive.Ack.IsDue)
            _layer.Want(this);
    }

    // Eighth, check the FIN bit.
    private void TakeFin(in ArrivedSegment segment)
    {
        if (segment.Has(TcpFlags.FIN) && segment.Payload.IsEmpty && !_receive.FinReceived
            && State is TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2)
        {
            _receive.Take(segment.Seq, default, fin: true, segment.Now);
            _layer.Want(this);
        }

        if (!_receive.FinReceived)
            return;

        // The FIN has its place in the sequence space: it counts once all before it is there.
        switch (State)
        {
            case TcpState.Established:
                State = TcpState.CloseWait;
                break;
            case TcpState.FinWait1:
                State = TcpState.Closing;
                break;
            case TcpState.FinWait2:
                EnterTimeWait(segment.Now);
                break;
            default:
                return;
        }

        _layer.Want(this);
        Raise(TcpEvents.ReadClosed);
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
        if (!_send.Expire(this, now))
        {
            End(_softUnreachable ? TcpError.Unreachable : TcpError.TimedOut);
            return;
        }

        if (HasSomethingToSend)
            _layer.Want(this);
    }

    /// <summary>Sends what is due. False: the path had no room.</summary>
    internal bool Transmit(long now, ref int quantum)
    {
        if (State == TcpState.Closed || Pending is not null)
            return true;
        if (State != TcpState.TimeWait)
        {
            UpdateMss();
            if (!_send.Transmit(this, now, ref quantum))
                return false;
        }

        return !_receive.Ack.IsDue || SendAck();
    }

    // 3.9.2.2: what ICMP says.
    internal void ReceiveError(in TcpIcmpError error, long now)
    {
        // RFC 5927 4.1: only about a segment that is in the network.
        long quoted = ArrivedSegment.Unwrap(error.Sequence, _send.Iss, _send.SndUna);
        if (quoted < _send.SndUna || quoted >= Math.Max(_send.SndNxt, 1))
            return;

        if (error.Kind == TcpIcmpErrorKind.PacketTooBig)
        {
            if (_send.Mtu.PacketTooBig(error.MaxSegment, _send.Mss + HeaderLength))
            {
                UpdateMss();
                _send.ResendFront();
                _layer.Want(this);
            }

            return;
        }

        // RFC 5461, RFC 9293 3.9.2.2: hard errors end a handshake; an open connection goes on and retransmits.
        if (error.Kind is TcpIcmpErrorKind.PortUnreachable or TcpIcmpErrorKind.ProtocolUnreachable or TcpIcmpErrorKind.Prohibited && State == TcpState.SynSent)
            End(error.Kind == TcpIcmpErrorKind.Prohibited ? TcpError.Unreachable : TcpError.Refused);
        else
            _softUnreachable = true;
    }

    internal void PathChanged() => UpdateMss();

    /// <summary>Payload of the largest super-segment; one segment's where the device does not cut.</summary>
    internal int MaxOffloadPayload(int mss)
    {
        int offload = Math.Min(_path.MaxSegmentOffload, ushort.MaxValue - 60) - HeaderLength;
        return offload < 2 * mss ? mss : offload - (offload % mss);
    }

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
        _layer.Remove(this);
        if (!told)
            Raise(TcpEvents.Closed);
    }

    private const byte CongestionExperienced = 3;

    private void Raise(TcpEvents events)
    {
        PendingEvents |= events;
        _layer.Notify(this);
    }

    private int OwnMss() => Math.Min(_path.MaxSegment - TcpHeader.Size, _profile.MaxPayload);

    private void UpdateMss()
    {
        int segment = Math.Min(Math.Min(_path.MaxSegment, _peerMss + TcpHeader.Size), _send.Mtu.Limit);
        _send.Mtu.Bound(Math.Min(_path.MaxSegment, _peerMss + TcpHeader.Size));
        int mss = Math.Min(segment - HeaderLength, _profile.MaxPayload);
        if (mss != _send.Mss && _send.SndUna > 0)
            _send.ChangeMss(Math.Max(mss, 1));
    }

    /// <summary>RCV.NXT, IRS and the options of the peer's SYN.</summary>
    private void TakeSyn(in ArrivedSegment syn)
    {
        _receive.Synchronize(syn.Sequence);
        if (syn.Options.Mss > 0)
            _peerMss = Math.Max((int)syn.Options.Mss, 64);
        _timestamps = _profile.Timestamps && syn.Options.HasTimestamps;
        (_tsRecent, _tsRecentAt) = (syn.Options.TsVal, syn.Now);
        _selectiveAcks = _profile.SelectiveAcknowledgment && syn.Options.SackPermitted;
        _scaled = _profile.WindowScaling && syn.Options.HasWindowScale;
        _send.Shift = _scaled ? syn.Options.WindowScale : 0;
        if (!_scaled)
            _receive.Shift = 0;
        if (State == TcpState.SynReceived)
            _send.Ecn = _profile.Ecn != EcnMode.Off && syn.Has(TcpFlags.ECE) && syn.Has(TcpFlags.CWR);
    }

    private void Establish(in ArrivedSegment segment, long window)
    {
        int mss = Math.Min(Math.Min(Math.Min(_path.MaxSegment, _peerMss + TcpHeader.Size), _send.Mtu.Limit) - HeaderLength, _profile.MaxPayload);
        _send.Start(Math.Max(mss, 1), _selectiveAcks);
        _send.UpdateWindow(segment.Seq, segment.Ack, window);
        _send.Acknowledge(segment, _timestamps ? SentAtOf(segment.Options.TsEcr, segment.Now) : -1, duplicateAck: false);
        State = _send.FinQueued ? TcpState.FinWait1 : TcpState.Established;
        _idle.Start(segment.Now);
        Raise(TcpEvents.Connected);
        Listener?.Established(this);
        _layer.Want(this);
    }

    private void EnterTimeWait(long now)
    {
        bool told = State == TcpState.TimeWait;
        State = TcpState.TimeWait;
        _stateDeadline = now + _profile.TimeWait.Ticks;
        _send.Clear();
        _layer.EnterTimeWait(this);
        if (!told)
            Raise(TcpEvents.Closed);
    }

    private void SynchronizeAgain()
    {
        _send.SynchronizeAgain();
        _layer.Want(this);
    }

    private void WaitForFin(long now) => _stateDeadline = now + _profile.FinWait2.Ticks;

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
        SendControl(_send.SndNxt - 1, TcpFlags.ACK);
        return true;
    }

    /// <summary>RFC 3168 6.1.3: tell of congestion until the peer says that it has slowed down.</summary>
    private void NoteEcn(in ArrivedSegment segment)
    {
        if (!_send.Ecn)
            return;
        if (segment.Has(TcpFlags.CWR))
            _ecnEcho = false;
        if (segment.Ecn == CongestionExperienced)
        {
            _ecnEcho = true;
            _receive.Ack.Now();
        }
    }

    private void AnswerWithAck(in ArrivedSegment segment)
    {
        // Data is always answered: it can't be part of a war of ACKs (net/ipv4/tcp_input.c tcp_oow_rate_limited).
        if (segment.Payload.Length > 0 || segment.Has(TcpFlags.FIN) || _challenges.TryTake(segment.Now))
            SendAck();
    }

    private void SendChallenge(long now)
    {
        if (!_challenges.TryTake(now))
            return;
        _layer.Counters.ChallengeAcks++;
        SendAck();
    }

    private bool SendAck()
    {
        if (SendControl(_send.SndNxt, TcpFlags.ACK))
            return true;
        _receive.Ack.Now();
        _layer.Want(this);
        return false;
    }

    private bool SendControl(long position, TcpFlags flags) => Write(position, 0, flags, 0, isNew: false);

    /// <summary>Writes and sends one segment of <paramref name="length"/> in sequence space from <paramref name="position"/>. False: the path had no room.</summary>
    internal bool Emit(long position, int length, int segmentSize, bool isNew)
    {
        long end = position + length;
        TcpFlags flags = _receive.IsSynchronized ? TcpFlags.ACK : TcpFlags.None;
        if (position == 0)
            return Write(0, 0, flags | TcpFlags.SYN, 0, isNew: false);

        int payload = (int)(Math.Min(end, _send.End) - position);
        if (end > _send.End)
            flags |= TcpFlags.FIN;
        if (end >= _send.End)
            flags |= TcpFlags.PSH;
        if (isNew && _send.CwrDue && payload > 0)
        {
            flags |= TcpFlags.CWR;
            _send.CwrDue = false;
        }

        return Write(position, payload, flags, segmentSize, isNew);
    }

    private bool Write(long position, int payload, TcpFlags flags, int segmentSize, bool isNew)
    {
        Span<byte> options = stackalloc byte[TcpHeader.MaxSize - TcpHeader.Size];
        bool syn = (flags & TcpFlags.SYN) != 0;
        int optionLength = syn ? WriteSynOptions(options, ref flags) : WriteOptions(options, payload);
        int header = TcpHeader.Size + optionLength;
        Span<byte> segment = _path.Begin(header + payload);
        if (segment.IsEmpty)
            return false;

        if (_ecnEcho && !syn)
            flags |= TcpFlags.ECE;
        new TcpHeader
        {
            SourcePort = Tuple.LocalPort,
            DestinationPort = Tuple.RemotePort,
            Sequence = _send.Iss + (uint)position,
            Acknowledgment = (flags & TcpFlags.ACK) != 0 ? _receive.NextWire : 0,
            HeaderLength = (byte)header,
            Flags = flags,
            Window = _receive.Advertise(scaled: !syn),
        }.WriteTo(segment);
        options[..optionLength].CopyTo(segment[TcpHeader.Size..]);
        if (payload > 0)
            _send.Queue.CopyTo((int)(position - Math.Max(_send.SndUna, 1)), segment.Slice(header, payload));

        // RFC 3168 6.1.4 to 6.1.6: only new data is marked as ECN-capable.
        _path.Send(header + payload, segmentSize, (byte)(_send.Ecn && isNew && payload > 0 ? 2 : 0));
        _segmentsSent++;
        _layer.Counters.SegmentsSent++;
        if ((flags & TcpFlags.ACK) != 0)
            _receive.Ack.Sent();
        return true;
    }

    private int WriteOptions(Span<byte> options, int payload)
    {
        int length = 0;
        if (_timestamps)
        {
            SegmentOptions.WriteTimestamps(options, TsVal(_layer.Now), _tsRecent);
            length = SegmentOptions.TimestampsLength;
        }

        // With a payload the options would make the segment too long: what is out of order is told by pure ACKs.
        return _selectiveAcks && payload == 0 && _receive.HasSackToSend ? length + WriteSack(options[length..]) : length;
    }

    private int WriteSack(Span<byte> options)
    {
        Span<(uint Left, uint Right)> blocks = stackalloc (uint Left, uint Right)[_timestamps ? 3 : 4];
        int count = _receive.FillSack(blocks);
        if (count == 0)
            return 0;
        options[0] = options[1] = (byte)TcpOptionKind.TCPOPT_NOP;
        var writer = new TcpOptionWriter(options[2..]);
        writer.WriteSack(blocks[..count]);
        return 2 + 2 + (8 * count);
    }

    private int WriteSynOptions(Span<byte> options, ref TcpFlags flags)
    {
        // An answer offers only what the peer has offered.
        bool answer = _receive.IsSynchronized;
        var writer = new TcpOptionWriter(options);
        if (_profile.AnnounceMss)
            writer.WriteMaximumSegmentSize((ushort)Math.Min(OwnMss(), ushort.MaxValue));
        if (answer ? _selectiveAcks : _profile.SelectiveAcknowledgment)
            writer.WriteSackPermitted();
        if (answer ? _timestamps : _profile.Timestamps)
            writer.WriteTimestamps(TsVal(_layer.Now), answer ? _tsRecent : 0);
        if (answer ? _scaled : _profile.WindowScaling)
            writer.WriteWindowScale((byte)_receive.Shift);

        // RFC 3168 6.1.1; a SYN that was not answered goes without (6.1.1.1).
        if (answer && _send.Ecn)
            flags |= TcpFlags.ECE;
        else if (!answer && _ecnAsked && _send.Timeouts == 0)
            flags |= TcpFlags.ECE | TcpFlags.CWR;
        return writer.Finish().Length;
    }

    private uint TsVal(long now) => _timestampOffset + (uint)(now / TimeSpan.TicksPerMillisecond);

    /// <summary>When the segment was sent whose timestamp is echoed; -1: it can't be ours.</summary>
    private long SentAtOf(uint echo, long now)
    {
        long milliseconds = now / TimeSpan.TicksPerMillisecond;
        long at = milliseconds + (int)(echo - _timestampOffset - (uint)milliseconds);
        return at < 0 || at > milliseconds ? -1 : at * TimeSpan.TicksPerMillisecond;
    }
}
