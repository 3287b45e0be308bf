namespace Weir.TcpIp.Ip;

/// <summary>So many at once, and so many each second in the long run.</summary>
internal struct TokenBucket(int perSecond, int burst)
{
    private double _tokens = burst;
    private TimeSpan _last;

    public bool TryTake(TimeSpan now)
    {
        _tokens = Math.Min(burst, _tokens + Math.Max(0, (now - _last).TotalSeconds * perSecond));
        _last = now;
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }
}
