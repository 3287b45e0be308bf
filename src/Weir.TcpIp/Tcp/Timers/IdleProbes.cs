namespace Weir.TcpIp.Tcp.Timers;

/// <summary>RFC 9293 3.8.4. A mutable struct, a field of its connection. Hearing something only notes the time: the deadline moves when it comes up.</summary>
internal struct IdleProbes(KeepAlive? options)
{
    private long _heard;
    private int _unanswered;

    public long At { readonly get; private set; } = Deadline.Never;

    public void Start(long now)
    {
        if (options is not null)
            (_heard, _unanswered, At) = (now, 0, now + options.Idle.Ticks);
    }

    public void Heard(long now)
    {
        _heard = now;
        _unanswered = 0;
    }

    /// <summary>True: a probe is to be sent, or all were.</summary>
    public bool IsDue(long now)
    {
        if (now < At)
            return false;
        long due = _heard + options!.Idle.Ticks;
        if (_unanswered > 0 || now >= due)
            return true;
        At = due;
        return false;
    }

    /// <summary>A probe is about to be sent. False: enough were.</summary>
    public bool Probe(long now)
    {
        if (_unanswered >= options!.Probes)
            return false;
        _unanswered++;
        At = now + options.Interval.Ticks;
        return true;
    }
}
