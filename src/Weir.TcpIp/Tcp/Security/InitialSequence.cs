namespace Weir.TcpIp.Tcp.Security;

/// <summary>RFC 6528: the initial sequence number is a clock plus a keyed hash of addresses and ports. The other half of the hash starts the timestamp clock (RFC 7323 5.4).</summary>
internal readonly struct InitialSequence(UInt128 key)
{
    /// <summary>RFC 9293 3.4.1: the clock ticks each 4 microseconds.</summary>
    private const long ClockTick = 4 * TimeSpan.TicksPerMicrosecond;

    private readonly SipHash _hash = new(key);

    public (uint Iss, uint TimestampOffset) Choose(in FourTuple tuple, long now)
    {
        ulong hash = _hash.Compute(
            (ulong)tuple.LocalAddress, (ulong)(tuple.LocalAddress >> 64), (ulong)tuple.RemoteAddress, (ulong)(tuple.RemoteAddress >> 64), tuple.Ports);
        return ((uint)hash + (uint)(now / ClockTick), (uint)(hash >> 32));
    }
}
