namespace Weir.TcpIp.Tcp;

/// <summary>What a layer has seen. Only counts up.</summary>
public sealed class TcpCounters
{
    public long SegmentsReceived { get; internal set; }

    public long SegmentsSent { get; internal set; }

    /// <summary>Shorter than a header, or with a header longer than the segment.</summary>
    public long Malformed { get; internal set; }

    /// <summary>For no connection and no listener: answered with a reset, unless it was one.</summary>
    public long NoConnection { get; internal set; }

    public long ResetsSent { get; internal set; }

    public long ChallengeAcks { get; internal set; }

    public long PawsRejected { get; internal set; }

    public long TimestampMissing { get; internal set; }

    public long UnacceptableAcks { get; internal set; }

    /// <summary>Payload that was dropped since all connections together hold as much as they may.</summary>
    public long MemoryDrops { get; internal set; }

    public long ActiveOpens { get; internal set; }

    public long PassiveOpens { get; internal set; }

    /// <summary>SYNs, and last ACKs of handshakes, that a listener had no room for.</summary>
    public long ListenOverflows { get; internal set; }

    public long CookiesSent { get; internal set; }

    public long CookiesAccepted { get; internal set; }

    public long CookiesRefused { get; internal set; }

    /// <summary>Connections that left TIME-WAIT early, since there were too many.</summary>
    public long TimeWaitEvicted { get; internal set; }
}
