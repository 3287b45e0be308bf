namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>All segments in the network, by sequence number, and what is known of each.</summary>
internal sealed class Scoreboard
{
    private SegmentRing _ring = new();
    private int _firstLost;

    public int Count => _ring.Count;

    /// <summary>Bytes sent and not cumulatively acknowledged.</summary>
    public long Outstanding { get; private set; }

    public long Sacked { get; private set; }

    /// <summary>Bytes held for lost and not sent again.</summary>
    public long Lost { get; private set; }

    /// <summary>RFC 6675 4, pipe: bytes that are thought to be in the network.</summary>
    public long Pipe => Outstanding - Sacked - Lost;

    /// <summary>Behind the last byte that the peer is known to have.</summary>
    public long HighestDelivered { get; private set; }

    public int SackedSegments { get; private set; }

    /// <summary>Bytes of memory that it has rented.</summary>
    public int Allocated => _ring.Allocated;

    /// <summary>In order of sequence numbers.</summary>
    public ref SegmentRecord this[int index] => ref _ring[index];

    public bool CanAdd(int segments, int most) => Count + segments <= most;

    public void Add(long start, int length, long now)
    {
        _ring.Add(new SegmentRecord { Start = start, Length = length, SentAt = now });
        Outstanding += length;
    }

    /// <summary>The cumulative acknowledgment.</summary>
    public void Acknowledge(long ack, ref Delivery delivery)
    {
        long before = Outstanding;
        while (Count > 0)
        {
            ref SegmentRecord record = ref _ring.First;
            if (record.Start >= ack)
                break;

            if (record.End > ack)
            {
                CutHead(ref record, ack, ref delivery);
                break;
            }

            RemoveHead(ref record, ref delivery);
        }

        delivery.Acked += before - Outstanding;
        HighestDelivered = Math.Max(HighestDelivered, ack);
        if (Count == 0)
            GiveBack();
    }

    /// <summary>One selective block: what lies wholly in it has arrived.</summary>
    public void Sack(long left, long right, ref Delivery delivery)
    {
        for (int index = _ring.FirstAtOrBehind(left); index < Count; index++)
        {
            ref SegmentRecord record = ref this[index];
            if (record.End > right)
                break;
            if (record.Has(SegmentFlags.Sacked))
                continue;

            if (record.Has(SegmentFlags.Lost))
                Lost -= record.Length;
            record.Flags = (record.Flags & ~SegmentFlags.Lost) | SegmentFlags.Sacked;
            Sacked += record.Length;
            SackedSegments++;
            delivery.Delivered += record.Length;
            NoteOrder(record, ref delivery);
            delivery.Add(record);
        }
    }

    public void MarkLost(ref SegmentRecord record)
    {
        if ((record.Flags & (SegmentFlags.Lost | SegmentFlags.Sacked)) != 0)
            return;
        record.Flags |= SegmentFlags.Lost;
        Lost += record.Length;
        _firstLost = 0;
    }

    /// <summary>After a time-out nothing is believed to be in the network (RFC 5681 3.1, RFC 6675 5.1). <paramref name="forgetSacks"/>: the peer may have dropped what it reported (RFC 2018 8).</summary>
    public void MarkAllLost(bool forgetSacks)
    {
        for (int i = 0; i < Count; i++)
        {
            ref SegmentRecord record = ref this[i];
            if (forgetSacks && record.Has(SegmentFlags.Sacked))
            {
                record.Flags &= ~SegmentFlags.Sacked;
                Sacked -= record.Length;
                SackedSegments--;
            }

            MarkLost(ref record);
        }
    }

    /// <summary>The time-out was not needed: what was not sent again is still on its way.</summary>
    public void ForgetLosses()
    {
        for (int i = 0; i < Count; i++)
            this[i].Flags &= ~SegmentFlags.Lost;
        Lost = 0;
    }

    /// <summary>The first that is to be sent again; -1: none.</summary>
    public int FirstLost()
    {
        if (Lost == 0)
            return -1;
        while (_firstLost < Count && !this[_firstLost].Has(SegmentFlags.Lost))
            _firstLost++;
        return _firstLost < Count ? _firstLost : -1;
    }

    /// <summary>It is in the network again.</summary>
    public void MarkRetransmitted(ref SegmentRecord record, long now)
    {
        if (record.Has(SegmentFlags.Lost))
            Lost -= record.Length;
        record.Flags = (record.Flags & ~SegmentFlags.Lost) | SegmentFlags.Retransmitted;
        record.SentAt = now;
    }

    /// <summary>Cuts every segment that is longer: the path has become narrower.</summary>
    public void Split(int longest)
    {
        int sackedMore = _ring.Split(longest);
        if (sackedMore < 0)
            return;
        SackedSegments += sackedMore;
        _firstLost = 0;
    }

    public void Clear()
    {
        (Outstanding, Sacked, Lost, SackedSegments) = (0, 0, 0, 0);
        GiveBack();
    }

    private void RemoveHead(ref SegmentRecord record, ref Delivery delivery)
    {
        Outstanding -= record.Length;
        if (record.Flags != SegmentFlags.None)
        {
            RemoveMarkedHead(record, ref delivery);
        }
        else
        {
            delivery.Delivered += record.Length;
            NoteOrder(record, ref delivery);
            delivery.Add(record);
        }

        _ring.RemoveFirst();
        if (_firstLost > 0)
            _firstLost--;
    }

    private void RemoveMarkedHead(in SegmentRecord record, ref Delivery delivery)
    {
        if (record.Has(SegmentFlags.Sacked))
        {
            Sacked -= record.Length;
            SackedSegments--;
            return;
        }

        if (record.Has(SegmentFlags.Lost))
            Lost -= record.Length;
        delivery.FilledGap |= record.Has(SegmentFlags.Retransmitted);
        delivery.Delivered += record.Length;
        NoteOrder(record, ref delivery);
        delivery.Add(record);
    }

    private void CutHead(ref SegmentRecord record, long ack, ref Delivery delivery)
    {
        int cut = (int)(ack - record.Start);
        Outstanding -= cut;
        if (record.Has(SegmentFlags.Sacked))
            Sacked -= cut;
        else
            delivery.Delivered += cut;
        if (record.Has(SegmentFlags.Lost))
            Lost -= cut;
        record.Start = ack;
        record.Length -= cut;
    }

    private void NoteOrder(in SegmentRecord record, ref Delivery delivery)
    {
        if (record.End > HighestDelivered)
            HighestDelivered = record.End;
        else if (!record.Has(SegmentFlags.Retransmitted) && record.End < HighestDelivered)
            delivery.Reordered = true;
    }

    private void GiveBack()
    {
        _firstLost = 0;
        _ring.Clear();
    }
}
