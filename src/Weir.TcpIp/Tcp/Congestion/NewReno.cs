namespace Weir.TcpIp.Tcp.Congestion;

/// <summary>RFC 5681: slow start and congestion avoidance. RFC 6582's part, what to send in recovery, is in <c>Recovery</c>.</summary>
public sealed class NewReno : ICongestionControl
{
    private int _smss;
    private long _acked;
    private long _cwndBefore;
    private long _ssthreshBefore;

    public long Cwnd { get; private set; }

    public long Ssthresh { get; private set; } = long.MaxValue;

    public void Start(int maximumSegment, long initialWindow)
    {
        _smss = maximumSegment;
        Cwnd = initialWindow > 0 ? initialWindow : Math.Max(Cwnd, 2L * maximumSegment);
    }

    public void Acknowledged(in AckSample sample)
    {
        if (!sample.WindowLimited)
            return;

        if (Cwnd < Ssthresh)
        {
            // RFC 5681 3.1 (2), with RFC 9438's and the kernel's counting of all bytes: one ACK may stand for many segments.
            Cwnd = Math.Min(Cwnd + sample.Acked, Math.Max(Ssthresh, Cwnd));
            return;
        }

        // RFC 5681 3.1, appropriate byte counting: one segment for each window that was acknowledged.
        _acked += sample.Acked;
        if (_acked >= Cwnd)
        {
            _acked -= Cwnd;
            Cwnd += _smss;
        }
    }

    public void Congested(long inFlight, TimeSpan now)
    {
        Reduce(inFlight);
        Cwnd = Ssthresh;
    }

    public void TimedOut(long inFlight, TimeSpan now)
    {
        // RFC 5681 3.1 (4): the loss window is one segment.
        Reduce(inFlight);
        Cwnd = _smss;
    }

    public void Undo()
    {
        Cwnd = Math.Max(Cwnd, _cwndBefore);
        Ssthresh = Math.Max(Ssthresh, _ssthreshBefore);
    }

    public void Idle(long restartWindow) => Cwnd = Math.Min(Cwnd, restartWindow);

    private void Reduce(long inFlight)
    {
        (_cwndBefore, _ssthreshBefore) = (Cwnd, Ssthresh);

        // RFC 5681 3.2 (2): without what went beyond the window as limited transmit while the loss was not yet sure.
        Ssthresh = Math.Max(Math.Min(inFlight, Cwnd) / 2, 2L * _smss);
        _acked = 0;
    }
}
