using Weir.TcpIp.Tcp.Congestion;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>Finds out what is lost, and how much may be sent while it is repaired.</summary>
/// <remarks>
/// With selective acknowledgments: RFC 8985 decides, RFC 6675's pipe and RFC 6937 hold it to the window. Without: RFC 5681 3.2 and 6582,
/// where each duplicate ACK says that one segment has left the network. Limited transmit (RFC 3042) follows from both, since a delivered
/// segment makes room in the pipe.
/// </remarks>
internal sealed class LossRecovery(Scoreboard board, ICongestionControl congestion)
{
    private const int DupThresh = 3;

    private RackTlp _rack = RackTlp.New();
    private RateReduction _reduction;
    private ProbeRepair _probeRepair;
    private long _recoveryPoint;
    private long _allowance;
    private int _dupAcks;

    /// <summary>What was marked after a time-out by mistake can be found out by the first ACK: RFC 3522.</summary>
    private long _firstRetransmitAt = -1;

    public bool SelectiveAcks { get; set; }

    public int Smss { get; set; } = 536;

    public RecoveryPhase Phase { get; private set; }

    /// <summary>Behind the probe of the path's MTU that is out; -1: none is.</summary>
    public long MtuProbeEnd { get; set; } = -1;

    /// <summary>When <see cref="Reconsider"/> is wanted (RFC 8985 6.3).</summary>
    public long ReorderDeadline { get; private set; } = Deadline.Never;

    /// <summary>Nothing is lost and no probe is out: a tail loss probe makes sense (RFC 8985 7.2).</summary>
    public bool MayProbe => SelectiveAcks && Phase == RecoveryPhase.Open && board.SackedSegments == 0 && _rack.ProbeEnd < 0;

    /// <summary>Bytes that may go out now.</summary>
    public long Room => Phase == RecoveryPhase.Recovery ? _allowance : congestion.Cwnd - Pipe;

    private long Pipe => SelectiveAcks ? board.Pipe : Math.Max(0, board.Pipe - ((long)_dupAcks * Smss));

    public void Sent(int bytes)
    {
        if (Phase != RecoveryPhase.Recovery)
            return;
        _reduction.Sent(bytes);
        _allowance -= bytes;
    }

    /// <summary>Congestion is met at once for each window: RFC 3168 6.1.2.</summary>
    public bool CongestionMarked(long sndUna, long sndNxt, TimeSpan now)
    {
        if (Phase != RecoveryPhase.Open || sndUna < _recoveryPoint)
            return false;
        congestion.Congested(board.Pipe, now);
        _recoveryPoint = sndNxt;
        return true;
    }

    /// <summary>An ACK was taken off the scoreboard.</summary>
    public void Acknowledged(in Delivery delivery, in AckSample sample, bool duplicateAck, RttEstimator rtt)
    {
        if (!SelectiveAcks)
        {
            AcknowledgedCumulatively(delivery, sample, duplicateAck);
            return;
        }

        _rack.Update(delivery, sample.SndUna, sample.SndNxt);
        if (_rack.ProbeAcknowledged(sample.SndUna, delivery, duplicateAck) && Phase == RecoveryPhase.Open)
            congestion.Congested(board.Pipe, sample.Now);
        LeaveIfPast(delivery, sample.SndUna);
        if (board.SackedSegments > 0 || Phase != RecoveryPhase.Open || ReorderDeadline != Deadline.Never)
            Detect(delivery.Now, sample.SndNxt, rtt);
        Grow(delivery, sample);
    }

    /// <summary>The reordering timer: what is overdue is lost.</summary>
    public void Reconsider(long now, long sndNxt, RttEstimator rtt)
    {
        Detect(now, sndNxt, rtt);
        if (Phase == RecoveryPhase.Recovery)
            _allowance = Math.Max(_allowance, _reduction.Allow(0, board.Pipe, congestion.Ssthresh, Smss));
    }

    /// <summary>RFC 6298 5.4 to 5.6, RFC 5681 3.1: all that is out is held for lost.</summary>
    public void TimedOut(long sndNxt, TimeSpan now, bool again)
    {
        if (!again)
            congestion.TimedOut(board.Outstanding, now);
        // What was reported and is now in front was thrown away: the peer would have acknowledged it.
        board.MarkAllLost(forgetSacks: again || board[0].Has(SegmentFlags.Sacked));
        (Phase, _recoveryPoint, _dupAcks, ReorderDeadline) = (RecoveryPhase.Loss, sndNxt, 0, Deadline.Never);
        _firstRetransmitAt = again ? _firstRetransmitAt : now.Ticks;
        _rack.ForgetProbe();
        _probeRepair.Forget();
    }

    /// <summary>What is out can't have passed: a smaller path, a probe into a window that was closed. It is sent again without a word to congestion control.</summary>
    public void SendAgain(int index) => board.MarkLost(index);

    public void ProbeSent(long sndNxt, bool retransmission) => _rack.ProbeSent(sndNxt, retransmission);

    private void Detect(long now, long sndNxt, RttEstimator rtt)
    {
        long before = board.Lost;
        ReorderDeadline = _rack.DetectLoss(board, now, rtt.Srtt, rtt.MinRtt, Phase != RecoveryPhase.Open);
        if (board.Lost > before && Phase == RecoveryPhase.Open && !IsOnlyMtuProbe(board.Lost - before))
            Enter(sndNxt, now);
    }

    /// <summary>RFC 4821 7.6.2: a probe that alone was lost was too large, and says nothing of congestion.</summary>
    private bool IsOnlyMtuProbe(long lost)
    {
        if (MtuProbeEnd < 0)
            return false;
        ref SegmentRecord first = ref board[board.FirstLost()];
        return first.End == MtuProbeEnd && first.Length == lost;
    }

    private void Enter(long sndNxt, long now)
    {
        long flight = board.Outstanding;
        if (board.HighestDelivered >= _recoveryPoint)
            congestion.Congested(flight, new TimeSpan(now));
        (Phase, _recoveryPoint) = (RecoveryPhase.Recovery, sndNxt);
        _reduction.Start(flight);

        // RFC 5681 3.2 step 3, RFC 6675 5 (4.3): the first lost segment goes at once.
        _allowance = Math.Max(Smss, _reduction.Allow(0, Pipe, congestion.Ssthresh, Smss));
    }

    private void LeaveIfPast(in Delivery delivery, long sndUna)
    {
        if (Phase == RecoveryPhase.Loss && delivery.Acked > 0 && _firstRetransmitAt >= 0)
            UndoIfSpurious(delivery);
        if (Phase == RecoveryPhase.Open || sndUna < _recoveryPoint)
            return;
        if (Phase == RecoveryPhase.Recovery)
            _rack.RecoveryEnded();
        (Phase, _dupAcks) = (RecoveryPhase.Open, 0);
    }

    /// <summary>RFC 3522 (Eifel): the first ACK after the time-out echoes a segment from before it, so nothing had been lost.</summary>
    private void UndoIfSpurious(in Delivery delivery)
    {
        bool spurious = delivery.EchoedSentAt >= 0 && delivery.EchoedSentAt < _firstRetransmitAt - TimeSpan.TicksPerMillisecond;
        _firstRetransmitAt = -1;
        if (!spurious)
            return;
        congestion.Undo();
        board.ForgetLosses();
        (Phase, _recoveryPoint) = (RecoveryPhase.Open, 0);
    }

    private void Grow(in Delivery delivery, in AckSample sample)
    {
        if (Phase == RecoveryPhase.Recovery)
            _allowance = _reduction.Allow(delivery.Delivered, Pipe, congestion.Ssthresh, Smss);
        else if (delivery.Acked > 0)
            congestion.Acknowledged(sample);
    }

    private void AcknowledgedCumulatively(in Delivery delivery, in AckSample sample, bool duplicateAck)
    {
        long delivered = delivery.Acked;
        if (delivery.Acked > 0)
        {
            // Each duplicate had stood for a segment that this one covers.
            _dupAcks = Phase == RecoveryPhase.Recovery ? Math.Max(0, _dupAcks - (int)Math.Max(1, (delivery.Acked / Smss) - 1)) : 0;
            LeaveIfPast(delivery, sample.SndUna);
            if (_probeRepair.FoundMoreLost(sample.SndUna) && Phase == RecoveryPhase.Open && board.Count > 0)
            {
                EnterByFront(sample);
                delivered = 0;
            }
            else if (Phase == RecoveryPhase.Recovery && board.Count > 0)
            {
                // RFC 6582 3.2 step 3, partial acknowledgment: the next segment is lost too.
                board.MarkLost(0);
            }
        }
        else if (duplicateAck && Phase != RecoveryPhase.Loss)
        {
            _dupAcks = Math.Min(_dupAcks + 1, board.Count - 1);
            delivered = Smss;
            if (_dupAcks >= DupThresh && Phase == RecoveryPhase.Open && sample.SndUna >= _recoveryPoint && board.Count > 0 && !_probeRepair.IsUnderWay)
                delivered = FrontIsLost(sample) ? 0 : delivered;
        }

        if (Phase == RecoveryPhase.Recovery)
            _allowance = Math.Max(board.Lost > 0 ? Smss : 0, _reduction.Allow(delivered, Pipe, congestion.Ssthresh, Smss));
        else if (delivery.Acked > 0)
            congestion.Acknowledged(sample);
    }

    /// <summary>Three duplicate ACKs. True: that is congestion.</summary>
    private bool FrontIsLost(in AckSample sample)
    {
        if (board[0].End != MtuProbeEnd)
        {
            EnterByFront(sample);
            return true;
        }

        board.MarkLost(0);
        _probeRepair.Start(MtuProbeEnd, sample.SndNxt);
        return false;
    }

    private void EnterByFront(in AckSample sample)
    {
        board.MarkLost(0);
        Enter(sample.SndNxt, sample.Now.Ticks);
    }
}
