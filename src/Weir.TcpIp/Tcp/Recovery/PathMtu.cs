namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>How large a segment the path carries: what ICMP says (RFC 1191, 8201), and RFC 4821's search when ICMP is silent. A mutable struct; sizes are segments with header and options.</summary>
internal struct PathMtu
{
    /// <summary>RFC 4821 7.2 and 7.7: 1024 passes nearly everywhere, 512 everywhere.</summary>
    private const int BaseSegment = 1024;
    private const int SmallestBase = 512;

    /// <summary>Closer than this the search is over (net.ipv4.tcp_probe_threshold).</summary>
    private const int Threshold = 8;

    /// <summary>So many time-outs in a row of a full segment are a black hole.</summary>
    private const int TimeoutsOfBlackHole = 2;

    /// <summary>RFC 4821 7.7, RFC 1191 6.3: a path that has become wider is noticed after so long.</summary>
    private const long ProbeAgain = 600 * TimeSpan.TicksPerSecond;

    private int _high;
    private int _probe;
    private long _searchAgain;
    private long _resendAgain;

    public PathMtu() => (Limit, ProbeEnd) = (int.MaxValue, -1);

    public int Limit { readonly get; private set; }

    /// <summary>A probe is out: position behind it; -1: none.</summary>
    public long ProbeEnd { readonly get; private set; }

    /// <summary>A router said what passes. True: less than was sent.</summary>
    public bool PacketTooBig(int maxSegment, int current)
    {
        maxSegment = Math.Max(maxSegment, SmallestBase);
        if (maxSegment >= current)
            return false;
        (Limit, _high, ProbeEnd) = (maxSegment, 0, -1);
        return true;
    }

    /// <summary>All that was too long may be held for lost: once in a round trip, or who makes up ever smaller sizes would have a whole window sent for each.</summary>
    public bool MayResendAll(long now, long roundTrip)
    {
        if (now < _resendAgain)
            return false;
        _resendAgain = now + roundTrip;
        return true;
    }

    /// <summary>The retransmission timer ran out again with a full segment in front. True: smaller ones are to be tried.</summary>
    public bool TimedOut(int timeouts, int current)
    {
        if (timeouts < TimeoutsOfBlackHole || timeouts % TimeoutsOfBlackHole != 0 || current <= SmallestBase)
            return false;
        int smaller = current > BaseSegment ? BaseSegment : SmallestBase;
        _high = Math.Max(_high, current);
        (Limit, ProbeEnd) = (smaller, -1);
        return true;
    }

    /// <summary>The size of a probe that is worth sending now; 0: none.</summary>
    public readonly int NextProbe(long now)
    {
        if (_high == 0 || ProbeEnd >= 0 || now < _searchAgain || _high - Limit < Threshold)
            return 0;
        return (Limit + _high + 1) / 2;
    }

    public void ProbeSent(int size, long end) => (_probe, ProbeEnd) = (size, end);

    /// <summary>The probe arrived: the path carries it.</summary>
    public void ProbeArrived(long now)
    {
        (Limit, ProbeEnd) = (_probe, -1);
        EndIfNarrow(now);
    }

    public void ProbeLost(long now)
    {
        (_high, ProbeEnd) = (_probe - 1, -1);
        EndIfNarrow(now);
    }

    private void EndIfNarrow(long now)
    {
        if (_high - Limit >= Threshold)
            return;
        _high = int.MaxValue;
        _searchAgain = now + ProbeAgain;
    }

    /// <summary>What path and peer allow at most.</summary>
    public void Bound(int most) => _high = _high == 0 ? 0 : Math.Min(_high, most);
}
