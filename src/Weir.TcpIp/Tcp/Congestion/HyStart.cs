namespace Weir.TcpIp.Tcp.Congestion;

/// <summary>HyStart++, RFC 9406: slow start ends when the round trip grows, before the queue overflows. A mutable struct, a field of its congestion control.</summary>
internal struct HyStart
{
    // RFC 9406 4.3.
    private const long MinRttThreshold = 4 * TimeSpan.TicksPerMillisecond;
    private const long MaxRttThreshold = 16 * TimeSpan.TicksPerMillisecond;
    private const int MinRttDivisor = 8;
    private const int RttSamples = 8;
    private const int ConservativeGrowthDivisor = 4;
    private const int ConservativeRounds = 5;

    private long _windowEnd;
    private long _lastRoundMinRtt;
    private long _roundMinRtt;
    private long _baselineMinRtt;
    private int _samples;
    private int _conservativeRounds;

    public void Restart() => this = default;

    /// <summary>How much an ACK lets the window grow; <paramref name="ended"/>: congestion avoidance starts.</summary>
    public long Growth(in AckSample sample, int smss, out bool ended)
    {
        ended = false;
        if (sample.SndUna >= _windowEnd)
            StartRound(sample.SndNxt, out ended);
        if (sample.Rtt > TimeSpan.Zero)
            Measure(sample.Rtt.Ticks);

        // 4.2: without pacing at most 8 segments for one ACK; an ACK of a 64 KiB super-segment is worth its bytes.
        long acked = Math.Min(sample.Acked, Math.Max(8L * smss, ushort.MaxValue));
        return _conservativeRounds > 0 ? acked / ConservativeGrowthDivisor : acked;
    }

    private void StartRound(long sndNxt, out bool ended)
    {
        ended = _conservativeRounds > 0 && ++_conservativeRounds > ConservativeRounds;
        _windowEnd = sndNxt;
        _lastRoundMinRtt = _roundMinRtt;
        _roundMinRtt = 0;
        _samples = 0;
        if (ended)
            _conservativeRounds = 0;
    }

    private void Measure(long rtt)
    {
        _roundMinRtt = _roundMinRtt == 0 ? rtt : Math.Min(_roundMinRtt, rtt);
        if (++_samples < RttSamples || _lastRoundMinRtt == 0)
            return;

        if (_conservativeRounds > 0)
        {
            // The growth was only jitter: slow start goes on.
            if (_roundMinRtt < _baselineMinRtt)
                (_conservativeRounds, _baselineMinRtt) = (0, 0);
            return;
        }

        long threshold = Math.Clamp(_lastRoundMinRtt / MinRttDivisor, MinRttThreshold, MaxRttThreshold);
        if (_roundMinRtt >= _lastRoundMinRtt + threshold)
            (_conservativeRounds, _baselineMinRtt) = (1, _roundMinRtt);
    }
}
