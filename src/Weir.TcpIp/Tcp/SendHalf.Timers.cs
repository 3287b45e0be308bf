using Weir.TcpIp.Tcp.Recovery;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

// The retransmission timer, the tail loss probe, and the probe of a closed window.
internal sealed partial class SendHalf
{
    /// <summary>A timer may be due.</summary>
    /// <returns>False: the peer does not answer any more.</returns>
    public bool Expire(TcpConnection connection, long now)
    {
        if (now >= _userTimeout.At)
            return false;
        if (now >= Recovery.ReorderDeadline)
            Recovery.Reconsider(now, SndNxt, Rtt);
        if (now >= RetransmitAt)
            return RetransmissionTimeout(connection, now);
        if (now >= ProbeAt)
            ProbeTail(connection, now);
        return true;
    }

    /// <summary>RFC 6298 5.1 to 5.3, RFC 8985 7.2.</summary>
    private void Rearm(long now)
    {
        if (Board.Count > 0)
            RetransmitAt = now + (SndWnd == 0 && !IsHandshaking ? _persist.Delay(Rtt.Rto) : Rtt.Rto);
        else
            RetransmitAt = HasUnsent && !IsHandshaking ? now + _persist.Delay(Rtt.Rto) : Deadline.Never;
        ArmProbe(now);
    }

    private void ArmProbe(long now) =>
        ProbeAt = Board.Count > 0 && !IsHandshaking && SndWnd > 0 && Recovery.MayProbe
            ? now + RackTlp.ProbeTimeout(Rtt.Srtt, Rtt.Rto, Board.Count == 1)
            : Deadline.Never;

    private bool RetransmissionTimeout(TcpConnection connection, long now)
    {
        ProbeAt = Deadline.Never;
        if (!IsHandshaking && (Board.Count == 0 || SndWnd == 0))
            return ProbeWindow(connection, now);

        int most = IsHandshaking ? _profile.SynRetransmissions : _profile.MaxRetransmissions;
        if (Timeouts >= most)
            return false;

        Timeouts++;
        TotalTimeouts++;
        Rtt.BackOff();
        RetransmitAt = now + Rtt.Rto;
        if (IsHandshaking)
        {
            Recovery.SendAgain(0);
            return true;
        }

        if (_profile.PathMtuProbing && Board[0].Length >= Mss && Mtu.TimedOut(Timeouts, Mss + connection.HeaderLength))
            connection.PathChanged();
        if (Mtu.ProbeEnd >= 0)
            Mtu.ProbeLost(now);
        Recovery.TimedOut(SndNxt, new TimeSpan(now), again: Timeouts > 1);
        return true;
    }

    /// <summary>RFC 9293 3.8.6.1: one byte into the closed window, or what the silly window rule had kept back.</summary>
    private bool ProbeWindow(TcpConnection connection, long now)
    {
        if (_persist.Unanswered >= _profile.MaxRetransmissions)
            return false;

        if (Board.Count > 0)
        {
            Recovery.SendAgain(0);
        }
        else if (HasUnsent)
        {
            long window = Math.Max(1, SndUna + SndWnd - SndNxt);
            int payload = (int)Math.Min(Math.Min(window, Mss), End - SndNxt);
            int length = payload + (FinQueued && SndNxt + payload == End && (payload == 0 || window > payload) ? 1 : 0);
            if (connection.Emit(SndNxt, length, 0, isNew: true))
                Record(length, payload, now);
        }

        _persist.Probed();
        RetransmitAt = now + _persist.Delay(Rtt.Rto);
        return true;
    }

    /// <summary>RFC 8985 7.3: new data if there is any, else the last segment again.</summary>
    private void ProbeTail(TcpConnection connection, long now)
    {
        ProbeAt = Deadline.Never;
        if (Board.Count == 0)
            return;

        long window = SndUna + SndWnd - SndNxt;
        int payload = (int)Math.Min(Math.Min(End - SndNxt, Mss), window);
        if (payload > 0 && Board.CanAdd(1, MaxSegments))
        {
            if (connection.Emit(SndNxt, payload, 0, isNew: true))
            {
                Record(payload, payload, now);
                Recovery.ProbeSent(SndNxt, retransmission: false);
            }
        }
        else
        {
            ref SegmentRecord last = ref Board[Board.Count - 1];
            if (connection.Emit(last.Start, last.Length, 0, isNew: false))
            {
                Board.MarkRetransmitted(ref last, now);
                Retransmissions++;
                Recovery.ProbeSent(SndNxt, retransmission: true);
            }
        }

        ProbeAt = Deadline.Never;
        RetransmitAt = now + Rtt.Rto;
    }
}
