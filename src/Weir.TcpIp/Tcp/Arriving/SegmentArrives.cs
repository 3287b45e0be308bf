using Weir.Packets;

namespace Weir.TcpIp.Tcp.Arriving;

/// <summary>RFC 9293 3.10.7, SEGMENT ARRIVES: the states, and the order of the steps. The steps themselves are in <see cref="SegmentChecks"/>, <see cref="AckField"/> and <see cref="TextAndFin"/>.</summary>
/// <remarks>This and the other types of the folder hold nothing but the connection: they are its rules, cut where the RFC begins a new step.</remarks>
internal readonly struct SegmentArrives(TcpConnection connection)
{
    private const byte CongestionExperienced = 3;

    private SendHalf Sending => connection.SendSide;

    private ReceiveHalf Receiving => connection.ReceiveSide;

    private AckField AckField => new(connection);

    private TextAndFin Text => new(connection);

    private Handshake Handshake => new(connection);

    // 3.10.7 SEGMENT ARRIVES. CLOSED (3.10.7.1) and LISTEN (3.10.7.2) are the layer's.
    public void Receive(ref ArrivedSegment segment)
    {
        segment.Ack = ArrivedSegment.Unwrap(segment.Acknowledgment, Sending.Iss, Sending.SndUna);
        if (connection.State == TcpState.SynSent)
        {
            ReceiveInSynSent(ref segment);
            return;
        }

        segment.Seq = ArrivedSegment.Unwrap(segment.Sequence, Receiving.Irs, Receiving.RcvNxt);
        if (IsPredicted(segment))
            ReceivePredicted(segment);
        else
            ReceiveInOtherStates(ref segment);
    }

    /// <summary>Van Jacobson's header prediction: the next segment of an open connection in order, or an acknowledgment, with nothing unusual. All checks of 3.10.7.4 are then known to pass.</summary>
    private bool IsPredicted(in ArrivedSegment segment) =>
        connection.State == TcpState.Established
        && (segment.Flags & ~TcpFlags.PSH) == TcpFlags.ACK
        && segment.Seq == Receiving.RcvNxt
        && segment.Payload.Length <= Receiving.RcvWnd
        && segment.Ack >= Sending.SndUna && segment.Ack <= Sending.SndNxt
        && segment.Options.HasTimestamps == connection.Timestamps.Agreed
        && (!connection.Timestamps.Agreed || connection.Timestamps.IsInOrder(segment.Options.TsVal))
        && segment.Options.SackCount == 0
        && segment.Ecn != CongestionExperienced;

    private void ReceivePredicted(in ArrivedSegment segment)
    {
        AckField.TakeTimestamp(segment);
        if (segment.Ack > Sending.SndUna || segment.Payload.IsEmpty || (long)segment.Window << Sending.Shift != Sending.SndWnd)
            AckField.Acknowledge(segment);
        else
            Sending.UpdateWindow(segment.Seq, segment.Ack, Sending.SndWnd);
        if (segment.Payload.IsEmpty)
            return;

        Text.TakeText(segment);
        if (Receiving.FinReceived)
            Text.TakeFin(segment);
    }

    // 3.10.7.3 SYN-SENT STATE.
    private void ReceiveInSynSent(ref ArrivedSegment segment)
    {
        // First, the ACK bit.
        bool acceptable = segment.Has(TcpFlags.ACK) && segment.Ack > 0 && segment.Ack <= Sending.SndNxt;
        if (segment.Has(TcpFlags.ACK) && !acceptable)
        {
            if (!segment.Has(TcpFlags.RST))
                connection.Layer.SendReset(connection.Path, connection.Tuple, segment.Acknowledgment, 0, withAck: false);
            return;
        }

        // Second, the RST bit: only an acknowledged one can be ours (RFC 5961 3.2).
        if (segment.Has(TcpFlags.RST))
        {
            if (acceptable)
                connection.End(TcpError.Refused);
            return;
        }

        // Third, security: none. Fourth, the SYN bit.
        if (!segment.Has(TcpFlags.SYN))
            return;

        Handshake.TakeSyn(segment);
        if (!acceptable)
        {
            // Simultaneous open: our SYN goes again, now with the ACK.
            connection.State = TcpState.SynReceived;
            Handshake.SynchronizeAgain();
            return;
        }

        Sending.Ecn = connection.EcnAsked && segment.Has(TcpFlags.ECE) && !segment.Has(TcpFlags.CWR);
        Handshake.Establish(segment, segment.Window);
        Receiving.Ack.Now();

        // Text and FIN of the SYN,ACK: on to the sixth step.
        segment.Seq = 1;
        Text.TakeText(segment);
        Text.TakeFin(segment);
    }

    // 3.10.7.4 Other states.
    private void ReceiveInOtherStates(ref ArrivedSegment segment)
    {
        var checks = new SegmentChecks(connection);
        if (!checks.CheckSequence(segment) || !checks.CheckReset(segment) || !checks.CheckSyn(segment) || !AckField.CheckAck(ref segment))
            return;
        if (connection.ReaderGone && !segment.Payload.IsEmpty && segment.Seq + segment.Payload.Length > Receiving.RcvNxt)
        {
            // RFC 9293 3.6.1, RFC 1122 4.2.2.13: data that nobody will read.
            connection.Abort();
            return;
        }

        if (segment.Has(TcpFlags.SYN))
            return;
        Text.TakeText(segment);
        Text.TakeFin(segment);
    }
}
