namespace Weir.TcpIp.Tcp.Timers;

/// <summary>RFC 6298: the retransmission time-out from measured round trips. All times in ticks. A mutable struct, a field of its connection.</summary>
internal struct RttEstimator
{
    /// <summary>RFC 6298 2, G: the clock is as fine as the caller's, but its calls come no finer than this.</summary>
    private const long Granularity = TimeSpan.TicksPerMillisecond;

    /// <summary>The least round trip is that of this half of a time and of the one before: net.ipv4.tcp_min_rtt_wlen is 300 s.</summary>
    private const long HalfOfMinRtt = 150 * TimeSpan.TicksPerSecond;

    private readonly TcpProfile _profile;
    private long _rto;
    private int _backoff;
    private long _least;
    private long _leastBefore;
    private long _halfEnd;

    public RttEstimator(TcpProfile profile)
    {
        _profile = profile;
        _rto = profile.InitialRto.Ticks;
    }

    public long Srtt { readonly get; private set; }

    public long RttVar { readonly get; private set; }

    /// <summary>The least round trip of the last minutes; 0: none measured. A path that became longer is believed in the end (RFC 8985 6.2, step 4, scales with it).</summary>
    public readonly long MinRtt => _leastBefore == 0 ? _least : Math.Min(_least, _leastBefore);

    public readonly bool HasSample => Srtt > 0;

    /// <summary>How often the time-out was doubled since something was acknowledged.</summary>
    public readonly int Backoff => _backoff;

    /// <summary>The time-out, doubled as often as it ran out.</summary>
    public readonly long Rto => _backoff < 20 ? Math.Min(_rto << _backoff, Math.Max(_profile.MaxRto.Ticks, _profile.InitialRto.Ticks)) : _profile.MaxRto.Ticks;

    /// <summary>RFC 6298 2.2 and 2.3. Karn's rule (3) is the caller's: no sample from a segment that was sent twice, unless timestamps say which it was.</summary>
    public void Sample(long rtt, long now)
    {
        rtt = Math.Max(rtt, 1);
        NoteLeast(rtt, now);
        if (Srtt == 0)
        {
            Srtt = rtt;
            RttVar = rtt / 2;
        }
        else
        {
            RttVar += (Math.Abs(Srtt - rtt) - RttVar) / 4;
            Srtt = Math.Max(1, Srtt + ((rtt - Srtt) / 8));
        }

        if (!_profile.FixedRto)
            _rto = Math.Clamp(Srtt + Math.Max(Granularity, 4 * RttVar), _profile.MinRto.Ticks, Math.Max(_profile.MinRto.Ticks, _profile.MaxRto.Ticks));
        _backoff = 0;
    }

    /// <summary>RFC 6298 5.5.</summary>
    public void BackOff() => _backoff++;

    /// <summary>Something was acknowledged without a sample: a fixed time-out starts anew, a measured one stays backed off (RFC 6298 5, Karn).</summary>
    public void Acknowledged()
    {
        if (_profile.FixedRto)
            _backoff = 0;
    }

    /// <summary>RFC 6298 5.7: the SYN's timer ran out; data starts at 3 s unless something was measured.</summary>
    public void HandshakeTimedOut()
    {
        _backoff = 0;
        if (!HasSample && !_profile.FixedRto)
            _rto = Math.Max(_rto, 3 * TimeSpan.TicksPerSecond);
    }

    private void NoteLeast(long rtt, long now)
    {
        if (now >= _halfEnd)
            (_leastBefore, _least, _halfEnd) = (now - _halfEnd < HalfOfMinRtt ? _least : 0, 0, now + HalfOfMinRtt);
        _least = _least == 0 ? rtt : Math.Min(_least, rtt);
    }
}
