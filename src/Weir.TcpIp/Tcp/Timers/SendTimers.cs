using Weir.TcpIp.Tcp.Recovery;

namespace Weir.TcpIp.Tcp.Timers;

/// <summary>The retransmission timer, the tail loss probe, the probe of a closed window, and the user time-out.</summary>
internal sealed class SendTimers(SendHalf half)
{
    public UserTimeout UserTimeout = new(half.Profile.UserTimeout?.Ticks ?? 0);

    public PersistTimer Persist;

    /// <summary>Time-outs in a row; what ends a connection.</summary>
    public int Timeouts { get; private set; }

    public long TotalTimeouts { get; private set; }

    /// <summary>Retransmission or persist timer.</summary>
    public long RetransmitAt { get; set; } = Deadline.Never;

    /// <summary>Tail loss probe, RFC 8985 7.</summary>
    public long ProbeAt { get; private set; } = Deadline.Never;

    public long NextDeadline => Math.Min(Math.Min(RetransmitAt, ProbeAt), Math.Min(half.Recovery.ReorderDeadline, UserTimeout.At));

    /// <summary>A timer may be due.</summary>
    /// <returns>False: the peer does not answer any more.</returns>
    public bool Expire(TcpConnection connection, long now)
    {
        if (now >= UserTimeout.At)
            return false;
        if (now >= half.Recovery.ReorderDeadline)
        {
            half.Recovery.MtuProbeEnd = half.Mtu.ProbeEnd;
            half.Recovery.Reconsider(now, half.SndNxt, half.Rtt);
            half.ConfirmReduction();
            if (half.Mtu.ProbeEnd >= 0)
                half.JudgeProbe(now);
        }

        if (now >= RetransmitAt || now >= ProbeAt)
            connection.PathChanged();
        if (now >= ProbeAt)
            ProbeTail(connection, now);
        return now < RetransmitAt || RetransmissionTimeout(connection, now);
    }

    /// <summary>RFC 6298 5.1 to 5.3, RFC 8985 7.2.</summary>
    public void Rearm(long now)
    {
        if (half.Board.Count > 0)
            RetransmitAt = now + (half.SndWnd == 0 && !half.IsHandshaking ? Persist.Delay(half.Rtt.Rto) : half.Rtt.Rto);
        else
            RetransmitAt = half.HasUnsent && !half.IsHandshaking ? now + Persist.Delay(half.Rtt.Rto) : Deadline.Never;
        ArmProbe(now);
    }

    /// <summary>RFC 8985 7.2: the probe comes no later than the retransmission time-out, and then in its place.</summary>
    public void ArmProbe(long now) =>
        ProbeAt = half.Board.Count > 0 && !half.IsHandshaking && half.SndWnd > 0 && half.Recovery.MayProbe
            ? Math.Min(now + RackTlp.ProbeTimeout(half.Rtt.Srtt, half.Rtt.Rto, half.Board.Count == 1), RetransmitAt)
            : Deadline.Never;

    private bool RetransmissionTimeout(TcpConnection connection, long now)
    {
        ProbeAt = Deadline.Never;
        if (!half.IsHandshaking && (half.Board.Count == 0 || half.SndWnd == 0))
            return ProbeWindow(connection, now);

        int most = half.IsHandshaking ? half.Profile.SynRetransmissions : half.Profile.MaxRetransmissions;
        if (Timeouts >= most)
            return false;

        Timeouts++;
        TotalTimeouts++;
        half.Rtt.BackOff();
        RetransmitAt = now + half.Rtt.Rto;
        if (half.IsHandshaking)
        {
            half.Recovery.SendAgain(0);
            return true;
        }

        if (half.Profile.PathMtuProbing && half.Board[0].Length >= half.Mss && half.Mtu.TimedOut(Timeouts, half.Mss + connection.HeaderLength))
            connection.PathChanged();
        if (half.Mtu.ProbeEnd >= 0)
        {
            half.Mtu.ProbeLost(now);
            half.Board.Split(half.Mss);
        }

        half.CwrDue |= half.Ecn;
        half.Recovery.TimedOut(half.SndNxt, new TimeSpan(now), again: Timeouts > 1);
        return true;
    }

    /// <summary>RFC 9293 3.8.6.1: one byte into the closed window, or what the silly window rule had kept back.</summary>
    private bool ProbeWindow(TcpConnection connection, long now)
    {
        // One that answers may keep its window closed for ever, but not when nobody is there any more who could give up (net/ipv4/tcp_timer.c tcp_probe_timer).
        if ((connection.ReaderGone ? Persist.Probes : Persist.Unanswered) >= half.Profile.MaxRetransmissions)
            return false;

        if (half.Board.Count > 0)
        {
            half.Recovery.SendAgain(0);
        }
        else if (half.HasUnsent)
        {
            long window = Math.Max(1, half.SndUna + half.SndWnd - half.SndNxt);
            int payload = (int)Math.Min(Math.Min(window, half.Mss), half.End - half.SndNxt);
            int length = payload + (half.FinQueued && half.SndNxt + payload == half.End && (payload == 0 || window > payload) ? 1 : 0);

            // RFC 3168 6.1.6: neither ECT nor CWR on the probe of a window.
            if (connection.Writer.Emit(half.SndNxt, length, 0, isNew: false))
                half.Transmission.Record(length, payload, half.Mss, now);
        }

        // RFC 9293 3.8.6.2.1 (4): a window that is only small is no reason to wait longer each time.
        if (half.SndWnd == 0)
            Persist.Probed();
        RetransmitAt = now + Persist.Delay(half.Rtt.Rto);
        return true;
    }

    /// <summary>RFC 8985 7.3: new data if there is any, else the last segment again.</summary>
    private void ProbeTail(TcpConnection connection, long now)
    {
        ProbeAt = Deadline.Never;
        if (half.Board.Count == 0 || half.SndWnd == 0 || !half.Recovery.MayProbe)
            return;

        long window = half.SndUna + half.SndWnd - half.SndNxt;
        int payload = (int)Math.Min(Math.Min(half.End - half.SndNxt, half.Mss), window);
        if (payload > 0 && half.Board.CanAdd(1, SendHalf.MaxSegments))
        {
            if (connection.Writer.Emit(half.SndNxt, payload, 0, isNew: true))
            {
                half.Transmission.Record(payload, payload, half.Mss, now);
                half.Recovery.ProbeSent(half.SndNxt, retransmission: false);
            }
        }
        else
        {
            ref SegmentRecord last = ref half.Board[half.Board.Count - 1];
            if (connection.Writer.Emit(last.Start, last.Length, 0, isNew: false))
            {
                half.Board.MarkRetransmitted(ref last, now);
                half.Retransmissions++;
                half.Recovery.ProbeSent(half.SndNxt, retransmission: true);
            }
        }

        ProbeAt = Deadline.Never;
        RetransmitAt = now + half.Rtt.Rto;
    }

    /// <summary>SND.UNA has moved.</summary>
    public void Progress(long now)
    {
        Timeouts = 0;
        UserTimeout.Progress(now, half.Board.Count > 0);
    }

    public void Stop()
    {
        (RetransmitAt, ProbeAt) = (Deadline.Never, Deadline.Never);
        UserTimeout.Progress(0, stillWaiting: false);
    }
}
