namespace Weir.TcpIp.Tcp.Congestion;

/// <summary>How many bytes may be in the network at once. A connection has its own; all numbers are bytes.</summary>
/// <remarks>Which segments are lost, and what is sent again, is not its business: it hears of acknowledged bytes and of congestion.</remarks>
public interface ICongestionControl
{
    /// <summary>cwnd.</summary>
    long Cwnd { get; }

    /// <summary>ssthresh; <see cref="long.MaxValue"/>: none yet.</summary>
    long Ssthresh { get; }

    /// <summary>Once, when the handshake is done; again when the segment size changes, with <paramref name="initialWindow"/> 0.</summary>
    void Start(int maximumSegment, long initialWindow);

    /// <summary>New data was acknowledged, outside of recovery.</summary>
    void Acknowledged(in AckSample sample);

    /// <summary>A loss was found, or the network marked a packet (RFC 3168): once for each window.</summary>
    void Congested(long inFlight, TimeSpan now);

    /// <summary>The retransmission timer ran out.</summary>
    void TimedOut(long inFlight, TimeSpan now);

    /// <summary>The last reduction was for nothing: what looked lost arrived.</summary>
    void Undo();

    /// <summary>Nothing was sent for longer than the RTO (RFC 5681 4.1).</summary>
    void Idle(long restartWindow);
}

/// <summary>What one ACK says to congestion control.</summary>
public readonly record struct AckSample
{
    /// <summary>Bytes acknowledged for the first time.</summary>
    public required long Acked { get; init; }

    /// <summary>The round trip that this ACK measured; zero: none.</summary>
    public required TimeSpan Rtt { get; init; }

    public required TimeSpan Srtt { get; init; }

    public required TimeSpan Now { get; init; }

    /// <summary>The window was in use: RFC 5681's growth is for those who use what they have (RFC 7661).</summary>
    public required bool WindowLimited { get; init; }

    /// <summary>First byte not yet sent, counted from the connection's start; and the first not acknowledged. They tell rounds apart.</summary>
    public required long SndNxt { get; init; }

    public required long SndUna { get; init; }
}
