using Weir.TcpIp.Tcp.Recovery;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

// What is sent when: first what is lost, then new data, as windows, Nagle and silly window avoidance allow.
internal sealed partial class SendHalf
{
    /// <summary>Sends what windows and algorithms allow. False: the path had no room.</summary>
    public bool Transmit(TcpConnection connection, long now, ref int quantum)
    {
        while (quantum > 0 && Board.FirstLost() is >= 0 and var lost)
        {
            if (!MayRetransmit(lost))
                return true;
            if (!Retransmit(connection, lost, now))
                return false;
            quantum--;
        }

        return IsHandshaking || TransmitNew(connection, now, ref quantum);
    }

    private bool MayRetransmit(int index) => index == 0 || Recovery.Room >= Math.Min(Board[index].Length, Mss) || Board.Pipe <= 0;

    private bool Retransmit(TcpConnection connection, int index, long now)
    {
        ref SegmentRecord record = ref Board[index];
        if (!connection.Emit(record.Start, record.Length, 0, isNew: false))
            return false;

        Board.MarkRetransmitted(ref record, now);
        if (_synSent)
            Retransmissions++;
        else
            (_synSent, record.Flags) = (true, SegmentFlags.None);

        Recovery.Sent(record.Length);
        _lastSent = now;
        if (RetransmitAt == Deadline.Never)
            Rearm(now);
        return true;
    }

    private bool TransmitNew(TcpConnection connection, long now, ref int quantum)
    {
        if (!HasUnsent)
            return true;
        if (Board.Count == 0 && _lastSent > 0 && now - _lastSent > Rtt.Rto)
            Congestion.Idle((long)_profile.InitialWindowSegments * Mss);

        while (quantum > 0 && NextLength(connection.MaxOffloadPayload(Mss)) is > 0 and var length)
        {
            if (!TransmitOne(connection, length, now))
                return false;
            quantum -= 1 + (length / Mss);
        }

        if (Board.Count == 0 && HasUnsent && RetransmitAt == Deadline.Never)
            RetransmitAt = now + _persist.Delay(Rtt.Rto);
        return true;
    }

    /// <summary>Sequence space of the next new segment, or super-segment; 0: not now. RFC 9293 3.8.6.2.1 and 3.7.4.</summary>
    private int NextLength(int most)
    {
        long unsent = End - SndNxt;
        bool fin = FinQueued;
        long window = SndUna + SndWnd - SndNxt;
        if (unsent < 0 || (unsent == 0 && !fin) || window <= 0)
            return 0;

        long room = Recovery.Room;
        if (room < Math.Min(Mss, unsent) && Board.Pipe > 0)
            return 0;
        if (!Board.CanAdd((most / Mss) + 1, MaxSegments))
            return 0;

        long length = Math.Min(Math.Min(unsent, window), Math.Max(Mss, Math.Min(most, room)));
        if (length >= Mss && length < unsent)
            return (int)(length - (length % Mss));
        if (length < unsent)
            return length >= MaxSndWnd / 2 ? (int)length : 0;

        // All that is left. Nagle: a small one waits while something is out, unless the FIN makes it the last.
        if (length % Mss != 0 && !fin && !NoDelay && Board.Count > 0)
            return (int)(length - (length % Mss));
        return (int)length + (fin && window > length ? 1 : 0);
    }

    private bool TransmitOne(TcpConnection connection, int length, long now)
    {
        if (Mtu.NextProbe(now) is > 0 and var size && TryProbeMtu(connection, size, now))
            return true;

        // A FIN takes sequence space but no room.
        int payload = (int)Math.Min(length, End - SndNxt);
        if (CwrDue && payload > Mss)
            payload = length = Mss;
        if (!connection.Emit(SndNxt, length, payload > Mss ? Mss : 0, isNew: true))
            return false;
        Record(length, payload, now);
        return true;
    }

    private void Record(int length, int payload, long now)
    {
        long start = SndNxt;
        while (payload > Mss)
        {
            Board.Add(start, Mss, now);
            (start, payload, length) = (start + Mss, payload - Mss, length - Mss);
        }

        Board.Add(start, length, now);
        int sent = (int)(start + length - SndNxt);
        SndNxt += sent;
        Recovery.Sent(sent);
        _roundFlight = Math.Max(_roundFlight, Board.Outstanding);
        _lastSent = now;
        _userTimeout.Waiting(now);
        if (RetransmitAt == Deadline.Never || Board.Count == 1)
            RetransmitAt = now + Rtt.Rto;
        ArmProbe(now);
    }

    /// <summary>RFC 4821 7.4: one larger segment among others.</summary>
    private bool TryProbeMtu(TcpConnection connection, int size, long now)
    {
        int payload = size - connection.HeaderLength;
        if (Recovery.Phase != RecoveryPhase.Open || End - SndNxt < payload || SndUna + SndWnd - SndNxt < payload || Recovery.Room < payload
            || !connection.Emit(SndNxt, payload, 0, isNew: true))
        {
            return false;
        }

        int mss = Mss;
        Mss = payload;
        Record(payload, payload, now);
        Mss = mss;
        Mtu.ProbeSent(size, SndNxt);
        return true;
    }

    private void JudgeProbe(long now)
    {
        for (int i = 0; i < Board.Count; i++)
        {
            ref SegmentRecord record = ref Board[i];
            if (record.End < Mtu.ProbeEnd)
                continue;
            if (record.End == Mtu.ProbeEnd && (record.Flags & (SegmentFlags.Lost | SegmentFlags.Retransmitted)) != 0)
            {
                Mtu.ProbeLost(now);
                Board.Split(Mss);
            }
            else if (record.Has(SegmentFlags.Sacked))
            {
                Mtu.ProbeArrived(now);
            }

            return;
        }

        Mtu.ProbeArrived(now);
    }
}
