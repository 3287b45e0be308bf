namespace Weir.TcpIp.Tcp.Congestion;

/// <summary>RFC 9438: the window is a cubic function of the time since the last reduction, and never below what Reno would have.</summary>
public sealed class Cubic : ICongestionControl
{
    /// <summary>RFC 9438 4.6.</summary>
    private const double Beta = 0.7;

    /// <summary>RFC 9438 5: segments per second cubed.</summary>
    private const double C = 0.4;

    private HyStart _slowStart;
    private int _smss;
    private double _cwnd;
    private double _wMax;
    private double _wEst;
    private double _cwndPrior;
    private double _k;
    private long _epochStart = -1;
    private State _before;

    public long Cwnd => (long)_cwnd;

    public long Ssthresh { get; private set; } = long.MaxValue;

    public void Start(int maximumSegment, long initialWindow)
    {
        _smss = maximumSegment;
        _cwnd = initialWindow > 0 ? initialWindow : Math.Max(_cwnd, 2.0 * maximumSegment);
    }

    public void Acknowledged(in AckSample sample)
    {
        if (!sample.WindowLimited)
        {
            // RFC 9438 4.2 and 5.8: the time in which the application had nothing to send does not count.
            _epochStart = -1;
            return;
        }

        if (_cwnd < Ssthresh)
        {
            long growth = _slowStart.Growth(sample, _smss, out bool ended);
            _cwnd = Math.Min(_cwnd + growth, Math.Max(Ssthresh, _cwnd));
            if (ended)
                Ssthresh = (long)_cwnd;
            return;
        }

        Avoid(sample);
    }

    public void Congested(long inFlight, TimeSpan now)
    {
        Reduce();
        _cwnd = Ssthresh;
    }

    public void TimedOut(long inFlight, TimeSpan now)
    {
        // RFC 9438 4.8.
        Reduce();
        _cwnd = _smss;
        _slowStart.Restart();
    }

    public void Undo()
    {
        // RFC 9438 4.9.2.
        _cwnd = Math.Max(_cwnd, _before.Cwnd);
        Ssthresh = Math.Max(Ssthresh, _before.Ssthresh);
        (_wMax, _wEst, _k, _epochStart, _cwndPrior) = (_before.WMax, _before.WEst, _before.K, _before.EpochStart, _before.CwndPrior);
    }

    public void Idle(long restartWindow)
    {
        _cwnd = Math.Min(_cwnd, restartWindow);
        _epochStart = -1;
    }

    private void Avoid(in AckSample sample)
    {
        if (_epochStart < 0)
            StartEpoch(sample.Now.Ticks);

        double cwnd = _cwnd / _smss;
        double t = (double)(sample.Now.Ticks - _epochStart) / TimeSpan.TicksPerSecond;
        double acked = (double)sample.Acked / _smss;

        // 4.3: Reno's window for the same losses; with alpha 1 from where the last reduction began.
        double alpha = _wEst >= _cwndPrior ? 1.0 : 3.0 * (1.0 - Beta) / (1.0 + Beta);
        _wEst += alpha * acked / cwnd;

        double now = Curve(t);
        if (now < _wEst)
        {
            _cwnd = Math.Max(_cwnd, _wEst * _smss);
            return;
        }

        // 4.4 and 4.5: reach the curve's value of one round trip from now, at most half as much again.
        double target = Math.Clamp(Curve(t + ((double)sample.Srtt.Ticks / TimeSpan.TicksPerSecond)), cwnd, 1.5 * cwnd);
        _cwnd += (target - cwnd) / cwnd * acked * _smss;
    }

    /// <summary>4.2: W_cubic(t), in segments.</summary>
    private double Curve(double t) => (C * (t - _k) * (t - _k) * (t - _k)) + _wMax;

    private void StartEpoch(long now)
    {
        double cwnd = _cwnd / _smss;
        _epochStart = now;
        _wEst = cwnd;
        if (_wMax < cwnd)
        {
            _wMax = cwnd;
            _k = 0;
        }
        else
        {
            _k = Math.Cbrt((_wMax - cwnd) / C);
        }
    }

    private void Reduce()
    {
        _before = new State(_cwnd, Ssthresh, _wMax, _wEst, _k, _epochStart, _cwndPrior);
        double cwnd = _cwnd / _smss;

        // 4.7, fast convergence: who is reduced below the last maximum leaves room for others.
        _wMax = cwnd < _wMax ? cwnd * (1.0 + Beta) / 2.0 : cwnd;
        _cwndPrior = cwnd;
        _epochStart = -1;
        Ssthresh = (long)Math.Max(_cwnd * Beta, 2.0 * _smss);
    }

    private readonly record struct State(double Cwnd, long Ssthresh, double WMax, double WEst, double K, long EpochStart, double CwndPrior);
}
