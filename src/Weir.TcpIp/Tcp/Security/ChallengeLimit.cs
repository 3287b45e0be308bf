namespace Weir.TcpIp.Tcp.Security;

/// <summary>RFC 5961 7: answers to segments that may be forged are limited.</summary>
/// <remarks>For each connection alone: a limit that connections share tells an attacker of one about the others (CVE-2016-5696). Half a second is net.ipv4.tcp_invalid_ratelimit.</remarks>
internal struct ChallengeLimit
{
    private const long Interval = 500 * TimeSpan.TicksPerMillisecond;

    private long _next;

    /// <summary>True when an answer may be sent now; it counts as sent.</summary>
    public bool TryTake(long now)
    {
        if (now < _next)
            return false;
        _next = now + Interval;
        return true;
    }
}
