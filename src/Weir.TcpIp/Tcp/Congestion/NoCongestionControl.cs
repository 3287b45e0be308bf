namespace Weir.TcpIp.Tcp.Congestion;

/// <summary>Only the peer's window counts: for the course profile, and for links that lose nothing.</summary>
public sealed class NoCongestionControl : ICongestionControl
{
    public long Cwnd => int.MaxValue;

    public long Ssthresh => long.MaxValue;

    public void Start(int maximumSegment, long initialWindow)
    {
    }

    public void Acknowledged(in AckSample sample)
    {
    }

    public void Congested(long inFlight, TimeSpan now)
    {
    }

    public void TimedOut(long inFlight, TimeSpan now)
    {
    }

    public void Undo()
    {
    }

    public void Idle(long restartWindow)
    {
    }
}
