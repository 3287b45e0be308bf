namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>Without selective acknowledgments: a probe of the path's MTU was lost and goes again in segments that pass, and whether it was lost alone shows only then. A mutable struct, a field of <see cref="LossRecovery"/>.</summary>
/// <remarks>
/// RFC 4821 7.6.2 wants no answer of congestion control when only the probe was lost, 7.6.4 the usual one when others were too. Three duplicate
/// ACKs tell of the front alone; as in RFC 6582 the first ACK behind the probe tells of the rest: all that was out then, or the next hole.
/// </remarks>
internal struct ProbeRepair
{
    private long _probeEnd;
    private long _until;

    public bool IsUnderWay { readonly get; private set; }

    /// <param name="probeEnd">Behind the probe.</param>
    /// <param name="sndNxt">Behind all that is out: what the peer acknowledges once it has the probe's bytes, if nothing else is missing.</param>
    public void Start(long probeEnd, long sndNxt) => (_probeEnd, _until, IsUnderWay) = (probeEnd, sndNxt, true);

    public void Forget() => IsUnderWay = false;

    /// <summary>SND.UNA moved. True: the peer has the probe's bytes, and misses others too.</summary>
    public bool FoundMoreLost(long sndUna)
    {
        if (!IsUnderWay || sndUna < _probeEnd)
            return false;
        IsUnderWay = false;
        return sndUna < _until;
    }
}
