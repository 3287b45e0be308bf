namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>What one ACK told about segments, gathered while the scoreboard is gone through.</summary>
internal struct Delivery
{
    /// <summary>Bytes that the cumulative acknowledgment covers for the first time.</summary>
    public long Acked;

    /// <summary>Bytes that arrived, as far as known for the first time: cumulative and selective.</summary>
    public long Delivered;

    /// <summary>When the newest segment was sent that arrived and was sent only once; -1: none. Karn's rule: only such measure a round trip.</summary>
    public long OnceSentAt;

    /// <summary>A retransmission was among what was acknowledged: the rest may have arrived long before.</summary>
    public bool FilledGap;

    /// <summary>RFC 8985 5.2: of what arrived, that which was sent last.</summary>
    public long NewestSentAt;
    public long NewestEnd;
    public bool NewestRetransmitted;

    /// <summary>A segment arrived behind one with a higher number: RFC 8985 6.2 step 3.</summary>
    public bool Reordered;

    /// <summary>RFC 2883: the peer got something twice.</summary>
    public bool Duplicate;

    /// <summary>The peer's echo of our clock, as the time of sending; -1: no timestamps.</summary>
    public long EchoedSentAt;

    public long Now;
    public long MinRtt;

    public static Delivery At(long now, long minRtt, long echoedSentAt) =>
        new() { Now = now, MinRtt = minRtt, EchoedSentAt = echoedSentAt, OnceSentAt = -1, NewestSentAt = -1 };

    /// <summary>A segment arrived.</summary>
    public void Add(in SegmentRecord record)
    {
        bool retransmitted = record.Has(SegmentFlags.Retransmitted);
        if (!retransmitted)
            OnceSentAt = Math.Max(OnceSentAt, record.SentAt);
        else if (IsProbablyTheFirst(record))
            return;

        if (record.SentAt > NewestSentAt || (record.SentAt == NewestSentAt && record.End > NewestEnd))
            (NewestSentAt, NewestEnd, NewestRetransmitted) = (record.SentAt, record.End, retransmitted);
    }

    /// <summary>RFC 8985 6.2 step 2: the acknowledgment may be for the first transmission, not the last.</summary>
    private readonly bool IsProbablyTheFirst(in SegmentRecord record) =>
        (EchoedSentAt >= 0 && EchoedSentAt < record.SentAt - TimeSpan.TicksPerMillisecond) || Now - record.SentAt < MinRtt;
}
