namespace Weir.TcpIp.Tcp.Timers;

/// <summary>RFC 9293 3.8.3 and RFC 5482: how long something that was sent may stay unacknowledged. A mutable struct, a field of the sending half.</summary>
internal struct UserTimeout(long limit)
{
    private long _since = Deadline.Never;

    /// <summary>When the connection is given up; <see cref="Deadline.Never"/>: not by time.</summary>
    public readonly long At => _since == Deadline.Never || limit == 0 ? Deadline.Never : _since + limit;

    public void Waiting(long now)
    {
        if (_since == Deadline.Never)
            _since = now;
    }

    public void Progress(long now, bool stillWaiting) => _since = stillWaiting ? now : Deadline.Never;
}
