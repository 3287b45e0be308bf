namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>RFC 8985: a segment is lost when one that was sent sufficiently later has arrived. A mutable struct, a field of <see cref="LossRecovery"/>; times in ticks.</summary>
internal struct RackTlp
{
    private const int DupThresh = 3;

    /// <summary>7.2: how long the peer may delay an ACK.</summary>
    private const long WorstDelayedAck = 200 * TimeSpan.TicksPerMillisecond;

    /// <summary>7.2: the clock's slack.</summary>
    private const long ProbeSlack = 2 * TimeSpan.TicksPerMillisecond;

    private long _xmitTs;
    private long _endSeq;
    private long _rtt;
    private bool _reorderingSeen;
    private int _reoWndMult;
    private int _reoWndPersist;
    private long _dsackRound;

    /// <summary>7.1: behind the last byte when the probe was sent; -1: no probe is out.</summary>
    public long ProbeEnd { readonly get; private set; }

    public bool ProbeIsRetransmission { readonly get; private set; }

    public static RackTlp New() => new() { _reoWndMult = 1, _dsackRound = -1, ProbeEnd = -1 };

    /// <summary>6.2 steps 1 to 3: what arrived.</summary>
    public void Update(in Delivery delivery, long sndUna, long sndNxt)
    {
        if (delivery.Duplicate && (_dsackRound < 0 || sndUna >= _dsackRound))
            (_dsackRound, _reoWndMult, _reoWndPersist) = (sndNxt, Math.Min(_reoWndMult + 1, 255), 16);
        else if (_dsackRound >= 0 && sndUna >= _dsackRound)
            _dsackRound = -1;

        _reorderingSeen |= delivery.Reordered;
        if (delivery.NewestSentAt < 0)
            return;

        if (SentAfter(delivery.NewestSentAt, delivery.NewestEnd, _xmitTs, _endSeq))
            (_xmitTs, _endSeq, _rtt) = (delivery.NewestSentAt, delivery.NewestEnd, delivery.Now - delivery.NewestSentAt);
    }

    /// <summary>6.2 step 5: marks what is lost.</summary>
    /// <returns>When to look again; <see cref="Timers.Deadline.Never"/>: not before the next ACK.</returns>
    public readonly long DetectLoss(Scoreboard board, long now, long srtt, long minRtt, bool recovering)
    {
        long again = Timers.Deadline.Never;
        if (_xmitTs == 0 || board.Count == 0)
            return again;

        // Both in the order in which they were sent: the first that is not overdue ends the search (5.1).
        long patience = _rtt + ReorderingWindow(board.SackedSegments, srtt, minRtt, recovering);
        while (board.OldestSentOnce() is >= 0 and var index && IsOverdue(board[index], now, patience, ref again))
            board.MarkLost(index);
        while (board.OldestResent() is >= 0 and var index && IsOverdue(board[index], now, patience, ref again))
            board.MarkLost(index);
        return again;
    }

    private readonly bool IsOverdue(in SegmentRecord record, long now, long patience, ref long again)
    {
        if (!SentAfter(_xmitTs, _endSeq, record.SentAt, record.End))
            return false;
        long due = record.SentAt + patience;
        if (due > now)
            again = Math.Min(again, due);
        return due <= now;
    }

    /// <summary>6.2 step 4 and 5, end of recovery: after 16 without a duplicate the window is small again.</summary>
    public void RecoveryEnded()
    {
        if (_reoWndPersist > 0 && --_reoWndPersist == 0)
            _reoWndMult = 1;
    }

    /// <summary>7.2: how long after the last transmission the tail is probed.</summary>
    public static long ProbeTimeout(long srtt, long rto, bool oneSegment)
    {
        if (srtt == 0)
            return rto;
        long timeout = (2 * srtt) + (oneSegment ? WorstDelayedAck : ProbeSlack);
        return Math.Min(timeout, rto);
    }

    public void ProbeSent(long sndNxt, bool retransmission) => (ProbeEnd, ProbeIsRetransmission) = (sndNxt, retransmission);

    /// <summary>7.4.2: what an ACK says of the probe.</summary>
    /// <returns>True when the probe repaired a loss, to which congestion control has to answer.</returns>
    public bool ProbeAcknowledged(long ack, in Delivery delivery, bool duplicateAck)
    {
        if (ProbeEnd < 0 || ack < ProbeEnd)
            return false;

        // Told twice (RFC 2883), or answered twice: the original had arrived. Beyond the probe without that: only the probe had.
        bool needless = !ProbeIsRetransmission || delivery.Duplicate || (ack == ProbeEnd && duplicateAck);
        bool repaired = !needless && ack > ProbeEnd;
        if (needless || repaired)
            ProbeEnd = -1;
        return repaired;
    }

    public void ForgetProbe() => ProbeEnd = -1;

    private static bool SentAfter(long at, long end, long otherAt, long otherEnd) => at > otherAt || (at == otherAt && end > otherEnd);

    /// <summary>6.2 step 4.</summary>
    private readonly long ReorderingWindow(int sackedSegments, long srtt, long minRtt, bool recovering)
    {
        if (!_reorderingSeen && (recovering || sackedSegments >= DupThresh))
            return 0;
        return Math.Min(_reoWndMult * minRtt / 4, srtt);
    }
}
