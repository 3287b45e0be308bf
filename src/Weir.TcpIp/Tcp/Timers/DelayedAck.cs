namespace Weir.TcpIp.Tcp.Timers;

/// <summary>RFC 9293 3.8.6.3, RFC 5681 4.2: an ACK may wait, but not for more than two full segments. A mutable struct, a field of the receiving half.</summary>
internal struct DelayedAck(long delay)
{
    /// <summary>A peer's segments count as full from this size: RFC 9293 3.7.1's default.</summary>
    private const int SmallestSegment = 536;

    private int _unacknowledged;
    private int _largest = SmallestSegment;

    /// <summary>When the ACK has to go; <see cref="Timers.Deadline.Never"/>: none waits.</summary>
    public long At { readonly get; private set; } = Deadline.Never;

    /// <summary>The ACK goes with the next transmit.</summary>
    public bool IsDue { readonly get; private set; }

    /// <summary>Data came in order. A super-segment counts as the segments that it was made of.</summary>
    public void Received(int bytes, int maximumSegment, long now)
    {
        if (bytes > _largest)
            _largest = Math.Min(bytes, Math.Max(maximumSegment, SmallestSegment));
        _unacknowledged += bytes;
        if (delay == 0 || _unacknowledged >= 2 * _largest)
            Now();
        else if (At == Deadline.Never && !IsDue)
            At = now + delay;
    }

    public void Now() => (IsDue, At) = (true, Deadline.Never);

    public void Sent() => (_unacknowledged, At, IsDue) = (0, Deadline.Never, false);
}
