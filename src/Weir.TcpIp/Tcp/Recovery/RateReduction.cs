namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>Proportional rate reduction, RFC 6937: in recovery the window comes down to ssthresh evenly over one round trip. A mutable struct; bytes.</summary>
internal struct RateReduction
{
    private long _delivered;
    private long _sent;
    private long _flight;

    public void Start(long flight) => (_delivered, _sent, _flight) = (0, 0, Math.Max(flight, 1));

    public void Sent(long bytes) => _sent += bytes;

    /// <summary>How many bytes may be sent now, after an ACK that delivered some.</summary>
    public long Allow(long delivered, long pipe, long ssthresh, int smss)
    {
        _delivered += delivered;
        if (pipe > ssthresh)
            return Math.Max(0, (long)(((Int128)_delivered * ssthresh + _flight - 1) / _flight) - _sent);

        // Slow start reduction bound: no faster than slow start.
        long limit = Math.Max(_delivered - _sent, delivered) + smss;
        return Math.Min(ssthresh - pipe, limit);
    }
}
