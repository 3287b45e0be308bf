namespace Weir.TcpIp.Tcp.Options;

/// <summary>RFC 7323 3 and 5: our clock as the peer sees it, and TS.Recent, the peer's. A mutable struct, a field of its connection.</summary>
internal struct Timestamps(uint offset)
{
    /// <summary>5.5: a connection that was idle for 24 days forgets.</summary>
    private const long Outdated = 24 * TimeSpan.TicksPerDay;

    /// <summary>Both ends send them: then each segment has to.</summary>
    public bool Agreed { readonly get; set; }

    /// <summary>TS.Recent: what our segments echo.</summary>
    public uint Recent { readonly get; private set; }

    /// <summary>When it was taken.</summary>
    public long RecentAt { readonly get; private set; }

    public void Take(uint value, long now) => (Recent, RecentAt) = (value, now);

    /// <summary>5.3 R1, without the age of TS.Recent.</summary>
    public readonly bool IsInOrder(uint value) => (int)(value - Recent) >= 0;

    /// <summary>5.3 R1 and 5.5: the segment is a stray of an earlier time.</summary>
    public readonly bool IsOld(uint value, long now) => !IsInOrder(value) && now - RecentAt <= Outdated;

    /// <summary>TSval of a segment that goes out now: milliseconds from a start of the connection's own (5.4).</summary>
    public readonly uint Value(long now) => offset + (uint)(now / TimeSpan.TicksPerMillisecond);

    /// <summary>When the segment was sent whose timestamp is echoed; -1: it can't be ours.</summary>
    public readonly long SentAt(uint echo, long now)
    {
        long milliseconds = now / TimeSpan.TicksPerMillisecond;
        long at = milliseconds + (int)(echo - offset - (uint)milliseconds);
        return at < 0 || at > milliseconds ? -1 : at * TimeSpan.TicksPerMillisecond;
    }
}
