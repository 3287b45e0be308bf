using Weir.Packets;

namespace Weir.TcpIp.Tcp.Arriving;

/// <summary>RFC 9293 3.10.7.4, first to fourth: sequence number, RST, SYN. What fails here has no say in the steps that follow.</summary>
internal readonly struct SegmentChecks(TcpConnection connection)
{
    private SendHalf Sending => connection.SendSide;

    private ReceiveHalf Receiving => connection.ReceiveSide;

    // First, check sequence number.
    public bool CheckSequence(in ArrivedSegment segment)
    {
        if (connection.State == TcpState.SynReceived && segment.Seq == 0 && (segment.Flags & (TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST)) == TcpFlags.SYN)
        {
            // The peer has not got our SYN,ACK: it repeats its SYN, which may have data behind it.
            new Handshake(connection).SynchronizeAgain();
            return false;
        }

        if (connection.Timestamps.Agreed && !CheckTimestamps(segment))
            return false;

        // The other half of a simultaneous open lies before RCV.NXT: its SYN has come already (RFC 9293 3.5, figure 7).
        if (connection.State == TcpState.SynReceived && connection.Listener is null && segment.Has(TcpFlags.SYN) && segment.Has(TcpFlags.ACK) && segment.Seq == 0)
            return true;
        return Receiving.IsAcceptable(segment.Seq, segment.Length) || RefuseSequence(segment);
    }

    /// <summary>RFC 7323 5.3 R1: an old timestamp makes the segment a stray of an earlier time.</summary>
    private bool CheckTimestamps(in ArrivedSegment segment)
    {
        if (segment.Has(TcpFlags.RST))
            return true;
        if (!segment.Options.HasTimestamps)
        {
            // RFC 7323 3.2: SHOULD be dropped without a word.
            connection.Layer.Counters.TimestampMissing++;
            return false;
        }

        if (!connection.Timestamps.IsOld(segment.Options.TsVal, segment.Now))
            return true;
        connection.Layer.Counters.PawsRejected++;
        connection.Writer.AnswerWithAck(segment);
        return false;
    }

    private bool RefuseSequence(in ArrivedSegment segment)
    {
        if (segment.Has(TcpFlags.RST))
            return false;

        if (segment.Payload.Length > 0 && segment.Seq + segment.Payload.Length <= Receiving.RcvNxt)
            Receiving.NoteDuplicate(segment.Seq, segment.Payload.Length);
        if (connection.State == TcpState.TimeWait && segment.Has(TcpFlags.FIN))
            connection.EnterTimeWait(segment.Now);

        // The ACK of a zero-window probe or a keep-alive still counts: it is taken before the answer goes out.
        if (segment.Has(TcpFlags.ACK) && !segment.Has(TcpFlags.SYN) && segment.Ack >= Sending.SndUna && segment.Ack <= Sending.SndNxt
            && segment.Seq >= Receiving.RcvNxt - 1 && segment.Seq <= Receiving.RcvNxt && connection.State is not (TcpState.SynReceived or TcpState.TimeWait))
        {
            // Our FIN may be what it acknowledges, and nothing more may come.
            var acknowledgment = new AckField(connection);
            acknowledgment.Acknowledge(segment);
            acknowledgment.CheckFinAcknowledged(segment);
            if (connection.State == TcpState.Closed)
                return false;
        }

        connection.Writer.AnswerWithAck(segment);
        return false;
    }

    // Second, check the RST bit: RFC 5961 3.2.
    public bool CheckReset(in ArrivedSegment segment)
    {
        if (!segment.Has(TcpFlags.RST))
            return true;
        if (segment.Seq != Receiving.RcvNxt)
        {
            connection.Writer.SendChallenge(segment.Now);
            return false;
        }

        // RFC 1337: TIME-WAIT is not ended by a reset.
        if (connection.State == TcpState.TimeWait)
            return false;
        connection.End(connection.State == TcpState.SynReceived && connection.Listener is null ? TcpError.Refused : TcpError.Reset);
        return false;
    }

    // Third, security: none. Fourth, check the SYN bit: RFC 5961 4.2.
    public bool CheckSyn(in ArrivedSegment segment)
    {
        if (!segment.Has(TcpFlags.SYN))
            return true;

        // Simultaneous open: the peer's SYN came alone, and now with its ACK.
        if (connection.State == TcpState.SynReceived && segment.Seq == 0)
            return true;

        if (connection.State == TcpState.SynReceived && connection.Listener is not null)
        {
            // Back to LISTEN. RFC 5961 protects synchronized states; here a peer that has begun anew would wait, since a firewall in between
            // may know neither our challenge nor the reset that it asks for.
            connection.End(TcpError.Reset);
            return false;
        }

        connection.Writer.SendChallenge(segment.Now);
        return false;
    }
}
