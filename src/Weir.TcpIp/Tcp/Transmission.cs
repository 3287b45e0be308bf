using Weir.TcpIp.Tcp.Recovery;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

/// <summary>What is sent when: first what is lost, then new data, as windows, Nagle and silly window avoidance allow.</summary>
internal sealed class Transmission(SendHalf half)
{
    /// <summary>Segments that go out with one header: enough that what is worked out once for all of them costs little, few enough that ACKs get in between.</summary>
    private const int LongestRun = 16;

    /// <summary>The same where they are put together: as many as are one in the kernel, 64 KiB of Ethernet's.</summary>
    private const int LongestHeldRun = 44;

    private long _lastSent;
    private bool _synSent;

    private SendTimers Timers => half.Timers;

    /// <summary>Sends what windows and algorithms allow. False: the path had no room.</summary>
    public bool Transmit(TcpConnection connection, long now, ref int quantum)
    {
        while (quantum > 0 && half.Board.FirstLost() is >= 0 and var lost)
        {
            if (!MayRetransmit(lost))
                return true;
            if (!Retransmit(connection, lost, now))
                return false;
            quantum--;
        }

        return half.IsHandshaking || TransmitNew(connection, now, ref quantum);
    }

    /// <summary>The front always; others as congestion control allows, and not behind a window that was taken back (net/ipv4/tcp_output.c tcp_retransmit_skb).</summary>
    private bool MayRetransmit(int index)
    {
        if (index == 0)
            return true;
        ref SegmentRecord record = ref half.Board[index];
        return record.End <= half.SndUna + half.SndWnd && (half.Recovery.Room >= Math.Min(record.Length, half.Mss) || half.Board.Pipe <= 0);
    }

    private bool Retransmit(TcpConnection connection, int index, long now)
    {
        ref SegmentRecord record = ref half.Board[index];
        if (!connection.Writer.Emit(record.Start, record.Length, 0, isNew: false))
            return false;

        if (_synSent || record.Start > 0)
        {
            half.Board.MarkRetransmitted(ref record, now);
            half.Retransmissions++;
        }
        else
        {
            half.Board.MarkSynSent(now);
            _synSent = true;
        }

        half.Recovery.Sent(record.Length);
        _lastSent = now;

        // RFC 6675 6: on a path that varies little the time-out is hardly longer than the round trip that the front now takes again.
        if (index == 0 || Timers.RetransmitAt == Deadline.Never)
            Timers.Rearm(now);
        return true;
    }

    private bool TransmitNew(TcpConnection connection, long now, ref int quantum)
    {
        if (!half.HasUnsent)
            return true;
        if (half.Board.Count == 0 && _lastSent > 0 && now - _lastSent > half.Rtt.Rto)
            half.Congestion.Idle((long)half.Profile.InitialWindowSegments * half.Mss);

        int offload = connection.MaxOffloadPayload(half.Mss);
        bool runs = offload == half.Mss && half.Mss < connection.Path.GatherFrom && !half.CwrDue && half.Mtu.NextProbe(now) == 0;
        int longest = connection.Path.HoldsUntilPush ? LongestHeldRun : LongestRun;
        while (quantum > 0 && NextLength(runs ? half.Mss * Math.Clamp(quantum / 2, 1, longest) : offload) is > 0 and var length)
        {
            long before = half.SndNxt;
            int payload = (int)Math.Min(length, half.End - half.SndNxt);
            bool hadRoom = runs && payload > half.Mss ? TransmitRun(connection, payload, now) : TransmitOne(connection, length, now);
            if (!hadRoom)
                return false;
            quantum -= offload > half.Mss ? 1 + (length / half.Mss) : 2 * (int)((half.SndNxt - before + half.Mss - 1) / half.Mss);
        }

        if (half.Board.Count == 0 && half.HasUnsent && Timers.RetransmitAt == Deadline.Never)
            Timers.RetransmitAt = now + Timers.Persist.Delay(half.Rtt.Rto);
        return true;
    }

    /// <summary>Sequence space of the next new segment, or super-segment; 0: not now. RFC 9293 3.8.6.2.1 and 3.7.4.</summary>
    private int NextLength(int most)
    {
        long unsent = half.End - half.SndNxt;
        bool fin = half.FinQueued;
        long window = half.SndUna + half.SndWnd - half.SndNxt;
        if (unsent < 0 || (unsent == 0 && !fin) || window <= 0)
            return 0;

        long room = half.Recovery.Room;
        if (room < Math.Min(half.Mss, unsent) && half.Board.Pipe > 0)
            return 0;
        if (!half.Board.CanAdd((most / half.Mss) + 1, SendHalf.MaxSegments))
            return 0;

        long length = Math.Min(Math.Min(unsent, window), Math.Max(half.Mss, Math.Min(most, room)));
        if (length >= half.Mss && length < unsent)
            return (int)(length - (length % half.Mss));
        if (length < unsent)
            return length >= half.MaxSndWnd / 2 ? (int)length : 0;

        // All that is left. Nagle: a small one waits while something is out, unless the FIN makes it the last.
        if (length % half.Mss != 0 && !fin && !half.NoDelay && half.Board.Count > 0)
            return (int)(length - (length % half.Mss));
        return (int)length + (fin && window > length ? 1 : 0);
    }

    /// <summary>Full segments that differ in nothing but their place. The last bytes of all go alone: they may carry PSH and FIN.</summary>
    private bool TransmitRun(TcpConnection connection, int payload, long now)
    {
        int most = (int)Math.Min(payload, half.End - half.SndNxt - 1);
        most -= most % half.Mss;
        int sent = connection.Writer.EmitRun(half.SndNxt, most, half.Mss);
        if (sent > 0)
            Record(sent, sent, half.Mss, now);
        return sent == most;
    }

    private bool TransmitOne(TcpConnection connection, int length, long now)
    {
        if (half.Mtu.NextProbe(now) is > 0 and var size && TryProbeMtu(connection, size, now))
            return true;

        // A FIN takes sequence space but no room.
        int payload = (int)Math.Min(length, half.End - half.SndNxt);
        if (half.CwrDue && payload > half.Mss)
            payload = length = half.Mss;
        if (!connection.Writer.Emit(half.SndNxt, length, payload > half.Mss ? half.Mss : 0, isNew: true))
            return false;
        Record(length, payload, half.Mss, now);
        return true;
    }

    /// <summary>New data has gone out, in segments of <paramref name="segment"/> bytes.</summary>
    public void Record(int length, int payload, int segment, long now)
    {
        long start = half.SndNxt;
        while (payload > segment)
        {
            half.Board.Add(start, segment, now);
            (start, payload, length) = (start + segment, payload - segment, length - segment);
        }

        half.Board.Add(start, length, now);
        int sent = (int)(start + length - half.SndNxt);
        half.SndNxt += sent;
        half.Recovery.Sent(sent);
        half.RoundFlight = Math.Max(half.RoundFlight, half.Board.Outstanding);
        _lastSent = now;
        Timers.UserTimeout.Waiting(now);
        if (Timers.RetransmitAt == Deadline.Never || half.Board.Count == 1)
            Timers.RetransmitAt = now + half.Rtt.Rto;
        Timers.ArmProbe(now);
    }

    /// <summary>RFC 4821 7.4: one larger segment among others.</summary>
    private bool TryProbeMtu(TcpConnection connection, int size, long now)
    {
        int payload = size - connection.HeaderLength;
        if (half.Recovery.Phase != RecoveryPhase.Open || half.End - half.SndNxt < payload || half.SndUna + half.SndWnd - half.SndNxt < payload || half.Recovery.Room < payload
            || !connection.Writer.Emit(half.SndNxt, payload, 0, isNew: true))
        {
            return false;
        }

        Record(payload, payload, payload, now);
        half.Mtu.ProbeSent(size, half.SndNxt);
        return true;
    }
}
