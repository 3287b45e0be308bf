namespace Weir.TcpIp.Tcp.Recovery;

/// <summary>All segments in the network, by sequence number, and what is known of each.</summary>
internal sealed class Scoreboard
{
    private SegmentRing _ring = new();
    private ResentQueue _resent = new();
    private int _visits;

    // No segment before this one is lost, but for the first of all, which is looked at anyway.
    private int _firstLost;

    // No segment before this one was sent once and is waited for.
    private int _firstWaiting;

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
    public int Allocated => _ring.Allocated + _resent.Allocated;

    /// <summary>Records that were looked at for selective acknowledgments and losses: what a peer can make us work.</summary>
    public int Visits => _visits;

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
        int first = _ring.FirstAtOrBehind(left);
        int index = first;
        while (index < Count)
        {
            _visits++;
            ref SegmentRecord record = ref this[index];
            if (record.Has(SegmentFlags.Sacked))
            {
                index = Behind(index);
                continue;
            }

            if (record.End > right)
                break;
            index++;
            record.Skip = 1;
            if (record.Has(SegmentFlags.Lost))
                Lost -= record.Length;
            record.Flags = (record.Flags & ~SegmentFlags.Lost) | SegmentFlags.Sacked;
            Sacked += record.Length;
            SackedSegments++;
            delivery.Delivered += record.Length;
            NoteOrder(record, ref delivery);
            delivery.Add(record);
        }

        if (index > first)
            this[first].Skip = (ushort)Math.Min(index - first, ushort.MaxValue);
    }

    public void MarkLost(int index)
    {
        ref SegmentRecord record = ref this[index];
        if ((record.Flags & (SegmentFlags.Lost | SegmentFlags.Sacked)) != 0)
            return;
        record.Flags |= SegmentFlags.Lost;
        Lost += record.Length;
        if (index > 0)
            _firstLost = Math.Min(_firstLost, index);
    }

    /// <summary>Those that are longer and that the peer is not known to have, <paramref name="most"/> of them.</summary>
    public void MarkLongerLost(int longest, int most)
    {
        for (int i = 0; i < Count && most > 0; i++)
        {
            if (this[i].Length <= longest || this[i].Has(SegmentFlags.Sacked))
                continue;
            MarkLost(i);
            most--;
        }
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

            MarkLost(i);
        }

        _resent.Clear();
    }

    /// <summary>The time-out was not needed: what was not sent again is still on its way.</summary>
    public void ForgetLosses()
    {
        for (int i = 0; i < Count; i++)
            this[i].Flags &= ~SegmentFlags.Lost;
        (Lost, _firstWaiting) = (0, 0);
        _resent.Rebuild(_ring);
    }

    /// <summary>The first that is to be sent again; -1: none.</summary>
    public int FirstLost()
    {
        if (Lost == 0)
            return -1;
        if (_ring.First.Has(SegmentFlags.Lost))
            return 0;
        while (_firstLost < Count && !this[_firstLost].Has(SegmentFlags.Lost))
        {
            _visits++;
            _firstLost = this[_firstLost].Has(SegmentFlags.Sacked) ? Behind(_firstLost) : _firstLost + 1;
        }

        return _firstLost < Count ? _firstLost : -1;
    }

    /// <summary>Of those that are waited for and were sent once, the one that was sent first; -1: none. With them it is the order of numbers.</summary>
    public int OldestSentOnce()
    {
        while (_firstWaiting < Count)
        {
            _visits++;
            ref SegmentRecord record = ref this[_firstWaiting];
            if (record.Has(SegmentFlags.Sacked))
                _firstWaiting = Behind(_firstWaiting);
            else if ((record.Flags & (SegmentFlags.Lost | SegmentFlags.Retransmitted)) != 0)
                _firstWaiting++;
            else
                return _firstWaiting;
        }

        return -1;
    }

    /// <summary>Of those that are waited for and were sent again, the one for which that was first; -1: none.</summary>
    public int OldestResent() => _resent.Oldest(_ring, ref _visits);

    /// <summary>It is in the network again.</summary>
    public void MarkRetransmitted(ref SegmentRecord record, long now)
    {
        if (record.Has(SegmentFlags.Lost))
            Lost -= record.Length;
        record.Flags = (record.Flags & ~SegmentFlags.Lost) | SegmentFlags.Retransmitted;
        record.SentAt = now;
        if (_resent.Add(record, Count))
            _resent.Rebuild(_ring);
    }

    /// <summary>A SYN that waited to be sent is in the network.</summary>
    public void MarkSynSent(long now)
    {
        ref SegmentRecord syn = ref _ring.First;
        (syn.Flags, syn.SentAt, Lost) = (SegmentFlags.None, now, 0);
    }

    /// <summary>Cuts every segment that is longer: the path has become narrower.</summary>
    public void Split(int longest)
    {
        int sackedMore = _ring.Split(longest);
        if (sackedMore < 0)
            return;
        SackedSegments += sackedMore;
        (_firstLost, _firstWaiting) = (0, 0);
        _resent.Rebuild(_ring);
    }

    /// <summary>The segment that ends at a position, or that the position lies in; -1: it lies in front of all.</summary>
    public int IndexBefore(long position) => _ring.IndexBefore(position);

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
        if (_firstWaiting > 0)
            _firstWaiting--;
    }

    /// <summary>Behind what is known to be reported from one that is. The way there becomes shorter each time: who reports the same again and again makes few steps, as in a union-find.</summary>
    private int Behind(int index)
    {
        ref SegmentRecord record = ref this[index];
        int next = index + record.Skip;
        if (next >= Count || !this[next].Has(SegmentFlags.Sacked))
            return next;
        next += this[next].Skip;
        record.Skip = (ushort)Math.Min(next - index, ushort.MaxValue);
        return next;
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
        (_firstLost, _firstWaiting) = (0, 0);
        _ring.Clear();
        _resent.Clear();
    }
}
