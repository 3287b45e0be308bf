using Weir.TcpIp.Streams;
using Weir.TcpIp.Tcp.Congestion;
using Weir.TcpIp.Tcp.Options;
using Weir.TcpIp.Tcp.Recovery;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

/// <summary>The send sequence variables of RFC 9293 3.3.1, what is queued and what is in the network. Positions count from our SYN, which is 0; data starts at 1.</summary>
internal sealed class SendHalf
{
    /// <summary>Segments in the network at most: 384 KiB of records.</summary>
    public const int MaxSegments = 16384;

    private readonly TcpProfile _profile;
    private UserTimeout _userTimeout;
    private PersistTimer _persist;
    private long _lastSent;
    private bool _synSent;
    private long _ecnEnd = -1;
    private long _roundEnd;
    private long _roundFlight;
    private long _priorFlight;

    public SendHalf(TcpProfile profile, uint iss)
    {
        _profile = profile;
        Iss = iss;
        Queue = new ByteStream(profile.SendCapacity);
        Rtt = new RttEstimator(profile);
        Congestion = profile.CongestionControl();
        Recovery = new LossRecovery(Board, Congestion);
        _userTimeout = new UserTimeout(profile.UserTimeout?.Ticks ?? 0);
        NoDelay = profile.NoDelay;
    }

    public uint Iss { get; }

    public long SndUna { get; private set; }

    public long SndNxt { get; private set; }

    public long SndWnd { get; private set; }

    /// <summary>The largest window that the peer ever had: RFC 9293 3.8.6.2.1.</summary>
    public long MaxSndWnd { get; private set; }

    /// <summary>SND.WL1 and SND.WL2: the segment that last changed the window.</summary>
    public long SndWl1 { get; private set; }

    public long SndWl2 { get; private set; }

    /// <summary>Snd.Wind.Shift, RFC 7323 2.2.</summary>
    public int Shift { get; set; }

    /// <summary>Payload of a full segment, options taken off.</summary>
    public int Mss { get; private set; } = 536;

    public bool NoDelay { get; set; }

    public bool FinQueued { get; private set; }

    public bool Ecn { get; set; }

    /// <summary>RFC 3168 6.1.2: the next new data carries CWR.</summary>
    public bool CwrDue { get; set; }

    public ByteStream Queue { get; }

    public Scoreboard Board { get; } = new();

    public ICongestionControl Congestion { get; }

    public LossRecovery Recovery { get; }

    public RttEstimator Rtt;

    public PathMtu Mtu = new();

    /// <summary>Time-outs in a row; what ends a connection.</summary>
    public int Timeouts { get; private set; }

    public long TotalTimeouts { get; private set; }

    public long Retransmissions { get; private set; }

    /// <summary>Retransmission or persist timer.</summary>
    public long RetransmitAt { get; private set; } = Deadline.Never;

    /// <summary>Tail loss probe, RFC 8985 7.</summary>
    public long ProbeAt { get; private set; } = Deadline.Never;

    public long NextDeadline => Math.Min(Math.Min(RetransmitAt, ProbeAt), Math.Min(Recovery.ReorderDeadline, _userTimeout.At));

    /// <summary>Behind the last byte that was written.</summary>
    public long End => 1 + (long)Queue.BytesPushed;

    public bool HasUnsent => SndNxt < End + (FinQueued ? 1 : 0);

    public bool IsDelivered => SndUna >= End + (FinQueued ? 1 : 0);

    public bool FinAcknowledged => FinQueued && SndUna > End;

    public bool HasSomethingToSend => HasUnsent || Board.Lost > 0;

    private bool IsHandshaking => SndUna == 0;

    public int Write(ReadOnlySpan<byte> data)
    {
        if (FinQueued)
            return 0;
        return Queue.Push(data);
    }

    public void Close()
    {
        FinQueued = true;
        Queue.Close();
    }

    /// <summary>Our SYN goes with the next transmit.</summary>
    public void Synchronize(long now)
    {
        Board.Add(0, 1, now);
        SndNxt = 1;
        Recovery.SendAgain(0);
        _userTimeout.Waiting(now);
    }

    /// <summary>Not yet answered: the SYN goes out once more, in the form of the present state.</summary>
    public void SynchronizeAgain()
    {
        if (IsHandshaking && Board.Count > 0)
            Recovery.SendAgain(0);
    }

    /// <summary>The handshake is done: the peer's options are known.</summary>
    public void Start(int mss, bool selectiveAcks)
    {
        bool synTimedOut = TotalTimeouts > 0;
        Mss = mss;
        (Recovery.Smss, Recovery.SelectiveAcks) = (mss, selectiveAcks);

        // RFC 6928 2, RFC 5681 3.1: one segment if the SYN had to be sent again.
        Congestion.Start(mss, synTimedOut ? mss : (long)_profile.InitialWindowSegments * mss);
        if (synTimedOut)
            Rtt.HandshakeTimedOut();
    }

    /// <summary>The path or the options changed. What is out and too long is cut and sent again when the path became narrower.</summary>
    public void ChangeMss(int mss)
    {
        if (mss == Mss)
            return;
        bool narrower = mss < Mss;
        (Mss, Recovery.Smss) = (mss, mss);
        Congestion.Start(mss, 0);
        if (!narrower || Board.Count == 0)
            return;
        Board.Split(mss);
    }

    /// <summary>A segment on its way was too large: the front goes again, now smaller.</summary>
    public void ResendFront()
    {
        if (Board.Count > 0)
            Recovery.SendAgain(0);
    }

    /// <summary>SND.WND from a segment, RFC 9293 3.10.7.4, fifth: only from one that is not older than the last that set it.</summary>
    /// <remarks>Data that goes again has an old SEG.SEQ and yet the newest acknowledgment and window: what acknowledges more is newer (net/ipv4/tcp_input.c tcp_may_update_window).</remarks>
    public void UpdateWindow(long seq, long ack, long window)
    {
        if (ack <= SndUna && (SndWl1 > seq || (SndWl1 == seq && SndWl2 > ack)))
            return;
        (SndWl1, SndWl2) = (seq, ack);
        if (SndWnd == 0 && window > 0)
        {
            _persist.Opened();

            // The probe was most likely thrown away.
            if (Board.Count == 1 && !IsHandshaking)
                Recovery.SendAgain(0);
        }

        SndWnd = window;
        MaxSndWnd = Math.Max(MaxSndWnd, window);
    }

    /// <summary>RFC 9293 3.10.7.4, fifth: SND.UNA =&lt; SEG.ACK =&lt; SND.NXT.</summary>
    public void Acknowledge(in ArrivedSegment segment, long echoedSentAt, bool duplicateAck)
    {
        long now = segment.Now;
        long flight = Board.Outstanding;
        Delivery delivery = Delivery.At(now, Rtt.MinRtt, echoedSentAt);
        _persist.Answered();
        Board.Acknowledge(segment.Ack, ref delivery);
        if (segment.Options.SackCount > 0 && Recovery.SelectiveAcks)
            TakeSack(segment, ref delivery);
        if (segment.Ack > SndUna)
            Advance(segment.Ack, now, ref delivery);

        var sample = new AckSample
        {
            Acked = delivery.Acked,
            Rtt = new TimeSpan(delivery.OnceSentAt >= 0 ? now - delivery.OnceSentAt : 0),
            Srtt = new TimeSpan(Rtt.Srtt),
            Now = new TimeSpan(now),
            WindowLimited = IsWindowLimited(segment.Ack, flight),
            SndNxt = SndNxt,
            SndUna = SndUna,
        };
        Recovery.Acknowledged(delivery, sample, duplicateAck, Rtt);
        if (Mtu.ProbeEnd >= 0)
            JudgeProbe(now);
        if (delivery.Acked > 0 || Board.Count == 0)
            Rearm(now);
    }

    /// <summary>RFC 3168 6.1.2: the network marked a packet.</summary>
    public void CongestionEchoed(long now)
    {
        if (SndUna <= _ecnEnd || !Recovery.CongestionMarked(SndUna, SndNxt, new TimeSpan(now)))
            return;
        _ecnEnd = SndNxt;
        CwrDue = true;
    }

    /// <summary>Sends what windows and algorithms allow. False: the path had no room.</summary>
    public bool Transmit(TcpConnection connection, long now, ref int quantum)
    {
        while (quantum > 0 && Board.FirstLost() is >= 0 and var lost)
        {
            if (!MayRetransmit(lost))
                return true;
            if (!Retransmit(connection, lost, now))
                return false;
            quantum--;
        }

        return IsHandshaking || TransmitNew(connection, now, ref quantum);
    }

    /// <summary>A timer may be due.</summary>
    /// <returns>False: the peer does not answer any more.</returns>
    public bool Expire(TcpConnection connection, long now)
    {
        if (now >= _userTimeout.At)
            return false;
        if (now >= Recovery.ReorderDeadline)
            Recovery.Reconsider(now, SndNxt, Rtt);
        if (now >= RetransmitAt)
            return RetransmissionTimeout(connection, now);
        if (now >= ProbeAt)
            ProbeTail(connection, now);
        return true;
    }

    public void Clear()
    {
        Board.Clear();
        Queue.Pop(Queue.BytesBuffered);
        (RetransmitAt, ProbeAt) = (Deadline.Never, Deadline.Never);
        SndUna = SndNxt;
        _userTimeout.Progress(0, stillWaiting: false);
    }

    private void Advance(long ack, long now, ref Delivery delivery)
    {
        int data = (int)(Math.Min(ack, End) - Math.Max(SndUna, 1));
        if (data > 0)
            Queue.Pop(data);
        SndUna = ack;
        Timeouts = 0;
        _userTimeout.Progress(now, Board.Count > 0);

        // RFC 6298 3 and RFC 7323 4: a round trip from a segment that was sent once, else from the echo of its timestamp.
        if (delivery.OnceSentAt >= 0)
            Rtt.Sample(now - delivery.OnceSentAt);
        else if (delivery.EchoedSentAt >= 0)
            Rtt.Sample(now - delivery.EchoedSentAt);
        else
            Rtt.Acknowledged();

        // Room for what the window may take: twice, so that the writer is never what is waited for.
        if (Queue.Capacity < _profile.MaxSendCapacity && 2 * Congestion.Cwnd > Queue.Capacity && Congestion.Cwnd < int.MaxValue)
            Queue.Capacity = (int)Math.Min(2 * Congestion.Cwnd, _profile.MaxSendCapacity);
    }

    private void TakeSack(in ArrivedSegment segment, ref Delivery delivery)
    {
        for (int i = 0; i < segment.Options.SackCount; i++)
        {
            (uint leftWire, uint rightWire) = segment.Options.Sack[i];
            long left = ArrivedSegment.Unwrap(leftWire, Iss, SndUna);
            long right = left + (int)(rightWire - leftWire);
            if (i == 0 && left < right && right <= segment.Ack)
                delivery.Duplicate = true;
            else if (left >= segment.Ack && left < right && right <= SndNxt)
                Board.Sack(left, right, ref delivery);
        }
    }

    private bool IsWindowLimited(long ack, long flight)
    {
        if (ack >= _roundEnd)
            (_roundEnd, _priorFlight, _roundFlight) = (SndNxt, Math.Max(_roundFlight, flight), Board.Outstanding);
        long most = Math.Max(Math.Max(_priorFlight, _roundFlight), flight);
        return Congestion.Cwnd < Congestion.Ssthresh ? 2 * most >= Congestion.Cwnd : 4 * most >= 3 * Congestion.Cwnd;
    }

    private bool MayRetransmit(int index) => index == 0 || Recovery.Room >= Math.Min(Board[index].Length, Mss) || Board.Pipe <= 0;

    private bool Retransmit(TcpConnection connection, int index, long now)
    {
        ref SegmentRecord record = ref Board[index];
        if (!connection.Emit(record.Start, record.Length, 0, isNew: false))
            return false;

        Board.MarkRetransmitted(ref record, now);
        if (_synSent)
            Retransmissions++;
        else
            (_synSent, record.Flags) = (true, SegmentFlags.None);

        Recovery.Sent(record.Length);
        _lastSent = now;
        if (RetransmitAt == Deadline.Never)
            Rearm(now);
        return true;
    }

    private bool TransmitNew(TcpConnection connection, long now, ref int quantum)
    {
        if (!HasUnsent)
            return true;
        if (Board.Count == 0 && _lastSent > 0 && now - _lastSent > Rtt.Rto)
            Congestion.Idle((long)_profile.InitialWindowSegments * Mss);

        while (quantum > 0 && NextLength(connection.MaxOffloadPayload(Mss)) is > 0 and var length)
        {
            if (!TransmitOne(connection, length, now))
                return false;
            quantum -= 1 + (length / Mss);
        }

        if (Board.Count == 0 && HasUnsent && RetransmitAt == Deadline.Never)
            RetransmitAt = now + _persist.Delay(Rtt.Rto);
        return true;
    }

    /// <summary>Sequence space of the next new segment, or super-segment; 0: not now. RFC 9293 3.8.6.2.1 and 3.7.4.</summary>
    private int NextLength(int most)
    {
        long unsent = End - SndNxt;
        bool fin = FinQueued;
        long window = SndUna + SndWnd - SndNxt;
        if (unsent < 0 || (unsent == 0 && !fin) || window <= 0)
            return 0;

        long room = Recovery.Room;
        if (room < Math.Min(Mss, unsent) && Board.Pipe > 0)
            return 0;
        if (!Board.CanAdd((most / Mss) + 1, MaxSegments))
            return 0;

        long length = Math.Min(Math.Min(unsent, window), Math.Max(Mss, Math.Min(most, room)));
        if (length >= Mss && length < unsent)
            return (int)(length - (length % Mss));
        if (length < unsent)
            return length >= MaxSndWnd / 2 ? (int)length : 0;

        // All that is left. Nagle: a small one waits while something is out, unless the FIN makes it the last.
        if (length % Mss != 0 && !fin && !NoDelay && Board.Count > 0)
            return (int)(length - (length % Mss));
        return (int)length + (fin && window > length ? 1 : 0);
    }

    private bool TransmitOne(TcpConnection connection, int length, long now)
    {
        if (Mtu.NextProbe(now) is > 0 and var size && TryProbeMtu(connection, size, now))
            return true;

        // A FIN takes sequence space but no room.
        int payload = (int)Math.Min(length, End - SndNxt);
        if (CwrDue && payload > Mss)
            payload = length = Mss;
        if (!connection.Emit(SndNxt, length, payload > Mss ? Mss : 0, isNew: true))
            return false;
        Record(length, payload, now);
        return true;
    }

    private void Record(int length, int payload, long now)
    {
        long start = SndNxt;
        while (payload > Mss)
        {
            Board.Add(start, Mss, now);
            (start, payload, length) = (start + Mss, payload - Mss, length - Mss);
        }

        Board.Add(start, length, now);
        int sent = (int)(start + length - SndNxt);
        SndNxt += sent;
        Recovery.Sent(sent);
        _roundFlight = Math.Max(_roundFlight, Board.Outstanding);
        _lastSent = now;
        _userTimeout.Waiting(now);
        if (RetransmitAt == Deadline.Never || Board.Count == 1)
            RetransmitAt = now + Rtt.Rto;
        ArmProbe(now);
    }

    /// <summary>RFC 4821 7.4: one larger segment among others.</summary>
    private bool TryProbeMtu(TcpConnection connection, int size, long now)
    {
        int payload = size - connection.HeaderLength;
        if (Recovery.Phase != RecoveryPhase.Open || End - SndNxt < payload || SndUna + SndWnd - SndNxt < payload || Recovery.Room < payload
            || !connection.Emit(SndNxt, payload, 0, isNew: true))
        {
            return false;
        }

        int mss = Mss;
        Mss = payload;
        Record(payload, payload, now);
        Mss = mss;
        Mtu.ProbeSent(size, SndNxt);
        return true;
    }

    private void JudgeProbe(long now)
    {
        for (int i = 0; i < Board.Count; i++)
        {
            ref SegmentRecord record = ref Board[i];
            if (record.End < Mtu.ProbeEnd)
                continue;
            if (record.End == Mtu.ProbeEnd && (record.Flags & (SegmentFlags.Lost | SegmentFlags.Retransmitted)) != 0)
            {
                Mtu.ProbeLost(now);
                Board.Split(Mss);
            }
            else if (record.Has(SegmentFlags.Sacked))
            {
                Mtu.ProbeArrived(now);
            }

            return;
        }

        Mtu.ProbeArrived(now);
    }

    /// <summary>RFC 6298 5.1 to 5.3, RFC 8985 7.2.</summary>
    private void Rearm(long now)
    {
        if (Board.Count > 0)
            RetransmitAt = now + (SndWnd == 0 && !IsHandshaking ? _persist.Delay(Rtt.Rto) : Rtt.Rto);
        else
            RetransmitAt = HasUnsent && !IsHandshaking ? now + _persist.Delay(Rtt.Rto) : Deadline.Never;
        ArmProbe(now);
    }

    private void ArmProbe(long now) =>
        ProbeAt = Board.Count > 0 && !IsHandshaking && SndWnd > 0 && Recovery.MayProbe
            ? now + RackTlp.ProbeTimeout(Rtt.Srtt, Rtt.Rto, Board.Count == 1)
            : Deadline.Never;

    private bool RetransmissionTimeout(TcpConnection connection, long now)
    {
        ProbeAt = Deadline.Never;
        if (!IsHandshaking && (Board.Count == 0 || SndWnd == 0))
            return ProbeWindow(connection, now);

        int most = IsHandshaking ? _profile.SynRetransmissions : _profile.MaxRetransmissions;
        if (Timeouts >= most)
            return false;

        Timeouts++;
        TotalTimeouts++;
        Rtt.BackOff();
        RetransmitAt = now + Rtt.Rto;
        if (IsHandshaking)
        {
            Recovery.SendAgain(0);
            return true;
        }

        if (_profile.PathMtuProbing && Board[0].Length >= Mss && Mtu.TimedOut(Timeouts, Mss + connection.HeaderLength))
            connection.PathChanged();
        if (Mtu.ProbeEnd >= 0)
            Mtu.ProbeLost(now);
        Recovery.TimedOut(SndNxt, new TimeSpan(now), again: Timeouts > 1);
        return true;
    }

    /// <summary>RFC 9293 3.8.6.1: one byte into the closed window, or what the silly window rule had kept back.</summary>
    private bool ProbeWindow(TcpConnection connection, long now)
    {
        if (_persist.Unanswered >= _profile.MaxRetransmissions)
            return false;

        if (Board.Count > 0)
        {
            Recovery.SendAgain(0);
        }
        else if (HasUnsent)
        {
            long window = Math.Max(1, SndUna + SndWnd - SndNxt);
            int payload = (int)Math.Min(Math.Min(window, Mss), End - SndNxt);
            int length = payload + (FinQueued && SndNxt + payload == End && (payload == 0 || window > payload) ? 1 : 0);
            if (connection.Emit(SndNxt, length, 0, isNew: true))
                Record(length, payload, now);
        }

        _persist.Probed();
        RetransmitAt = now + _persist.Delay(Rtt.Rto);
        return true;
    }

    /// <summary>RFC 8985 7.3: new data if there is any, else the last segment again.</summary>
    private void ProbeTail(TcpConnection connection, long now)
    {
        ProbeAt = Deadline.Never;
        if (Board.Count == 0)
            return;

        long window = SndUna + SndWnd - SndNxt;
        int payload = (int)Math.Min(Math.Min(End - SndNxt, Mss), window);
        if (payload > 0 && Board.CanAdd(1, MaxSegments))
        {
            if (connection.Emit(SndNxt, payload, 0, isNew: true))
            {
                Record(payload, payload, now);
                Recovery.ProbeSent(SndNxt, retransmission: false);
            }
        }
        else
        {
            ref SegmentRecord last = ref Board[Board.Count - 1];
            if (connection.Emit(last.Start, last.Length, 0, isNew: false))
            {
                Board.MarkRetransmitted(ref last, now);
                Retransmissions++;
                Recovery.ProbeSent(SndNxt, retransmission: true);
            }
        }

        ProbeAt = Deadline.Never;
        RetransmitAt = now + Rtt.Rto;
    }
}
