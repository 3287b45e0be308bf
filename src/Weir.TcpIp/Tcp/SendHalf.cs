using Weir.TcpIp.Streams;
using Weir.TcpIp.Tcp.Congestion;
using Weir.TcpIp.Tcp.Recovery;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

/// <summary>The send sequence variables of RFC 9293 3.3.1, what is queued and what is in the network. Positions count from our SYN, which is 0; data starts at 1.</summary>
internal sealed partial class SendHalf
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

    public void Clear()
    {
        Board.Clear();
        Queue.Pop(Queue.BytesBuffered);
        (RetransmitAt, ProbeAt) = (Deadline.Never, Deadline.Never);
        SndUna = SndNxt;
        _userTimeout.Progress(0, stillWaiting: false);
    }
}
