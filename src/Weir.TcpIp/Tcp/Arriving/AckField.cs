using Weir.Packets;

namespace Weir.TcpIp.Tcp.Arriving;

/// <summary>RFC 9293 3.10.7.4, fifth: the ACK field.</summary>
internal readonly struct AckField(TcpConnection connection)
{
    private SendHalf Sending => connection.SendSide;

    // Fifth, check the ACK field.
    public bool CheckAck(ref ArrivedSegment segment)
    {
        if (!segment.Has(TcpFlags.ACK))
            return false;
        if (connection.Pending is not null)
            return false;

        if (connection.State == TcpState.SynReceived)
        {
            if (segment.Ack <= Sending.SndUna || segment.Ack > Sending.SndNxt)
            {
                connection.Layer.SendReset(connection.Path, connection.Tuple, segment.Acknowledgment, 0, withAck: false);
                return false;
            }

            if (connection.Listener is { DropsLastAck: true })
            {
                // As if it had been lost, with all that it carries: the SYN,ACK goes again, and so does what the peer has to say.
                connection.Layer.Counters.ListenOverflows++;
                return false;
            }

            TakeTimestamp(segment);
            new Handshake(connection).Establish(segment, segment.Has(TcpFlags.SYN) ? segment.Window : (long)segment.Window << Sending.Shift);
            return connection.State != TcpState.Closed;
        }

        // RFC 5961 5.2: an ACK of what was never sent, or was sent long ago.
        if (segment.Ack > Sending.SndNxt || segment.Ack < Sending.SndUna - Sending.MaxSndWnd)
        {
            connection.Layer.Counters.UnacceptableAcks++;
            connection.Writer.SendChallenge(segment.Now);
            return false;
        }

        TakeTimestamp(segment);
        if (segment.Ack >= Sending.SndUna)
            Acknowledge(segment);
        return CheckFinAcknowledged(segment);
    }

    /// <summary>RFC 7323 4.3 (2): of what the next ACK covers the first is echoed. Only now: a segment that a check has refused (RFC 5961) must not make those that follow look old.</summary>
    public void TakeTimestamp(in ArrivedSegment segment)
    {
        if (connection.Timestamps.Agreed && segment.Options.HasTimestamps && segment.Seq <= connection.ReceiveSide.LastAckSent)
            connection.Timestamps.Take(segment.Options.TsVal, segment.Now);
    }

    public void Acknowledge(in ArrivedSegment segment)
    {
        long window = (long)segment.Window << Sending.Shift;

        // RFC 5681 2: what makes an ACK a duplicate.
        bool duplicate = segment.Ack == Sending.SndUna && segment.Length == 0 && window == Sending.SndWnd && Sending.Board.Count > 0;
        long echoed = connection.Timestamps.Agreed && segment.Options.HasTimestamps ? connection.Timestamps.SentAt(segment.Options.TsEcr, segment.Now) : -1;
        bool unsent = Sending.HasUnsent;
        Sending.UpdateWindow(segment.Seq, segment.Ack, window);
        Sending.Acknowledge(segment, echoed, duplicate);
        if (Sending.Ecn && segment.Has(TcpFlags.ECE))
            Sending.CongestionEchoed(segment.Now);
        connection.SoftUnreachable = false;
        connection.TellWriter();

        if (unsent || Sending.Board.Lost > 0)
            connection.Layer.Want(connection);
    }

    // 3.10.7.4, fifth, from FIN-WAIT-1 on.
    public bool CheckFinAcknowledged(in ArrivedSegment segment)
    {
        switch (connection.State)
        {
            case TcpState.FinWait1 when Sending.FinAcknowledged:
                connection.State = TcpState.FinWait2;
                if (connection.ReaderGone)
                    connection.WaitForFin(segment.Now);
                return true;
            case TcpState.Closing when Sending.FinAcknowledged:
                connection.EnterTimeWait(segment.Now);
                return false;
            case TcpState.LastAck when Sending.FinAcknowledged:
                connection.End(TcpError.None);
                return false;
            case TcpState.TimeWait:
                // All that can come is the peer's FIN again, and that is outside the window.
                return false;
            default:
                return true;
        }
    }
}
