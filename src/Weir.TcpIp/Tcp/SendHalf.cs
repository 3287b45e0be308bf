using Weir.TcpIp.Streams;
using Weir.TcpIp.Tcp.Congestion;
using Weir.TcpIp.Tcp.Recovery;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

/// <summary>The send sequence variables of RFC 9293 3.3.1, what is queued and what is in the network. Positions count from our SYN, which is 0; data starts at 1.</summary>
internal sealed class SendHalf
{
    /// <summary>Segments in the network at most: 384 KiB of records.</summary>
    public const int MaxSegments = 16384;

    private readonly TcpMemory _memory;
    private long _ecnEnd = -1;
    private long _roundEnd;
    private long _priorFlight;
    private bool _windowOpened;
    private bool _recovered;

    public SendHalf(TcpProfile profile, uint iss, TcpMemory memory)
    {
        _memory = memory;
        Profile = profile;
        Iss = iss;
        Queue = new ByteStream(profile.SendCapacity);
        Rtt = new RttEstimator(profile);
        Congestion = profile.CongestionControl();
        Recovery = new LossRecovery(Board, Congestion);
        Timers = new SendTimers(this);
        Transmission = new Transmission(this);
        NoDelay = profile.NoDelay;
    }

    public TcpProfile Profile { get; }

    public Transmission Transmission { get; }

    public SendTimers Timers { get; }

    public uint Iss { get; }

    public long SndUna { get; private set; }

    public long SndNxt { get; set; }

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

    public long Retransmissions { get; set; }

    /// <summary>Behind the last byte that was written.</summary>
    public long End => 1 + (long)Queue.BytesPushed;

    public bool HasUnsent => SndNxt < End + (FinQueued ? 1 : 0);

    public bool IsDelivered => SndUna >= End + (FinQueued ? 1 : 0);

    public bool FinAcknowledged => FinQueued && SndUna > End;

    public bool HasSomethingToSend => HasUnsent || Board.Lost > 0;

    public bool IsHandshaking => SndUna == 0;

    /// <summary>The most that was out in the present round.</summary>
    public long RoundFlight { get; set; }

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
        Timers.UserTimeout.Waiting(now);
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
        bool synTimedOut = Timers.TotalTimeouts > 0;
        Mss = mss;
        (Recovery.Smss, Recovery.SelectiveAcks) = (mss, selectiveAcks);

        // RFC 6928 2, RFC 5681 3.1: one segment if the SYN had to be sent again.
        Congestion.Start(mss, synTimedOut ? mss : (long)Profile.InitialWindowSegments * mss);
        if (synTimedOut)
            Rtt.HandshakeTimedOut();
    }

    /// <summary>The path or the options changed. What is out and too long is cut when the path became narrower.</summary>
    /// <param name="mss">Payload of a full segment from now on.</param>
    /// <param name="tooBig">RFC 1191 6.5: so many of those that are longer were dropped for their length. They go again as the window allows, and congestion control hears nothing (net/ipv4/tcp_input.c tcp_simple_retransmit).</param>
    public void ChangeMss(int mss, int tooBig)
    {
        if (mss == Mss)
            return;
        bool narrower = mss < Mss;
        (Mss, Recovery.Smss) = (mss, mss);
        Congestion.Start(mss, 0);
        if (!narrower || Board.Count == 0)
            return;
        Board.MarkLongerLost(mss, tooBig);
        Board.Split(mss);
    }

    public void Clear()
    {
        Board.Clear();
        Queue.Pop(Queue.BytesBuffered);
        SndUna = SndNxt;
        Timers.Stop();
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
            Timers.Persist.Opened();
            _windowOpened = true;

            // The probe was most likely thrown away.
            if (Board.Count > 0 && !IsHandshaking)
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
        Timers.Persist.Answered();
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
        Recovery.MtuProbeEnd = Mtu.ProbeEnd;
        Recovery.Acknowledged(delivery, sample, duplicateAck, Rtt);
        ConfirmReduction();
        if (Mtu.ProbeEnd >= 0)
            JudgeProbe(now);
        if (delivery.Acked > 0 || _windowOpened || (Board.Count == 0 && Timers.RetransmitAt == Deadline.Never))
            Timers.Rearm(now);
        _windowOpened = false;
    }

    /// <summary>RFC 3168 6.1.2: the peer is told of a reduction whatever the reason, so that it does not go on about a mark of the same window.</summary>
    public void ConfirmReduction()
    {
        bool recovers = Recovery.Phase == RecoveryPhase.Recovery;
        CwrDue |= Ecn && recovers && !_recovered;
        _recovered = recovers;
    }

    /// <summary>RFC 3168 6.1.2: the network marked a packet.</summary>
    public void CongestionEchoed(long now)
    {
        if (SndUna <= _ecnEnd || !Recovery.CongestionMarked(SndUna, SndNxt, new TimeSpan(now)))
            return;
        _ecnEnd = SndNxt;
        CwrDue = true;
    }

    private void Advance(long ack, long now, ref Delivery delivery)
    {
        int data = (int)(Math.Min(ack, End) - Math.Max(SndUna, 1));
        if (data > 0)
            Queue.Pop(data);
        SndUna = ack;
        Timers.Progress(now);

        // RFC 6298 3 and RFC 7323 4: a round trip from a segment that was sent once, else from the echo of its timestamp.
        if (delivery.OnceSentAt >= 0 && !delivery.FilledGap)
            Rtt.Sample(now - delivery.OnceSentAt, now);
        else if (delivery.EchoedSentAt >= 0)
            Rtt.Sample(now - delivery.EchoedSentAt, now);
        else
            Rtt.Acknowledged();

        // Room for what the window may take: twice, so that the writer is never what is waited for.
        if (Queue.Capacity >= Profile.MaxSendCapacity || 2 * Congestion.Cwnd <= Queue.Capacity || Congestion.Cwnd >= int.MaxValue)
            return;
        int capacity = (int)Math.Min(2 * Congestion.Cwnd, Profile.MaxSendCapacity);
        if (ByteStream.RingFor(capacity) - Queue.Allocated <= _memory.Room)
            Queue.Capacity = capacity;
    }

    private void TakeSack(in ArrivedSegment segment, ref Delivery delivery)
    {
        // In order of sequence numbers, or what is told newest first would look reordered (RFC 8985 6.2, step 3).
        Span<(long Left, long Right)> blocks = stackalloc (long Left, long Right)[segment.Options.SackCount];
        for (int i = 0; i < blocks.Length; i++)
        {
            (uint leftWire, uint rightWire) = segment.Options.Sack[i];
            long left = ArrivedSegment.Unwrap(leftWire, Iss, SndUna);
            blocks[i] = (left, left + (int)(rightWire - leftWire));
        }

        if (blocks[0].Left < blocks[0].Right && blocks[0].Right <= segment.Ack)
            delivery.Duplicate = true;
        blocks.Sort();
        foreach ((long left, long right) in blocks)
        {
            if (left >= segment.Ack && left < right && right <= SndNxt)
                Board.Sack(left, right, ref delivery);
        }
    }

    private bool IsWindowLimited(long ack, long flight)
    {
        if (ack >= _roundEnd)
            (_roundEnd, _priorFlight, RoundFlight) = (SndNxt, Math.Max(RoundFlight, flight), Board.Outstanding);
        long most = Math.Max(Math.Max(_priorFlight, RoundFlight), flight);
        return Congestion.Cwnd < Congestion.Ssthresh ? 2 * most >= Congestion.Cwnd : 4 * most >= 3 * Congestion.Cwnd;
    }

    /// <summary>What has become of the probe of the path's MTU. Lost, it goes again in segments that pass.</summary>
    public void JudgeProbe(long now)
    {
        int index = Board.IndexBefore(Mtu.ProbeEnd);
        if (index >= 0 && Board[index].End == Mtu.ProbeEnd && (Board[index].Flags & (SegmentFlags.Lost | SegmentFlags.Retransmitted)) != 0)
        {
            Mtu.ProbeLost(now);
            Board.Split(Mss);
        }
        else if (index < 0 || Board[index].Has(SegmentFlags.Sacked))
        {
            Mtu.ProbeArrived(now);
        }
    }
}
