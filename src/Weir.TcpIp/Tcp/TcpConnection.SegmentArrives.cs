using Weir.Packets;

namespace Weir.TcpIp.Tcp;

// RFC 9293 3.10.7, SEGMENT ARRIVES: the states, and the order of the steps. The steps themselves are in Checks and Taking.
public sealed partial class TcpConnection
{
    // 3.10.7 SEGMENT ARRIVES. CLOSED (3.10.7.1) and LISTEN (3.10.7.2) are the layer's.
    internal void Receive(ref ArrivedSegment segment)
    {
        _segmentsReceived++;
        _idle.Heard(segment.Now);
        segment.Ack = ArrivedSegment.Unwrap(segment.Acknowledgment, _send.Iss, _send.SndUna);
        if (State == TcpState.SynSent)
        {
            ReceiveInSynSent(ref segment);
            return;
        }

        segment.Seq = ArrivedSegment.Unwrap(segment.Sequence, _receive.Irs, _receive.RcvNxt);
        if (IsPredicted(segment))
            ReceivePredicted(segment);
        else
            ReceiveInOtherStates(ref segment);
    }

    /// <summary>Van Jacobson's header prediction: the next segment of an open connection in order, or an acknowledgment, with nothing unusual. All checks of 3.10.7.4 are then known to pass.</summary>
    private bool IsPredicted(in ArrivedSegment segment) =>
        State == TcpState.Established
        && (segment.Flags & ~TcpFlags.PSH) == TcpFlags.ACK
        && segment.Seq == _receive.RcvNxt
        && segment.Payload.Length <= _receive.RcvWnd
        && segment.Ack >= _send.SndUna && segment.Ack <= _send.SndNxt
        && segment.Options.HasTimestamps == _timestamps.Agreed
        && (!_timestamps.Agreed || _timestamps.IsInOrder(segment.Options.TsVal))
        && segment.Options.SackCount == 0
        && segment.Ecn != CongestionExperienced;

    private void ReceivePredicted(in ArrivedSegment segment)
    {
        if (_timestamps.Agreed)
            _timestamps.Take(segment.Options.TsVal, segment.Now);
        if (segment.Ack > _send.SndUna || segment.Payload.IsEmpty || (long)segment.Window << _send.Shift != _send.SndWnd)
            Acknowledge(segment);
        else
            _send.UpdateWindow(segment.Seq, segment.Ack, _send.SndWnd);
        if (segment.Payload.IsEmpty)
            return;

        TakeText(segment);
        if (_receive.FinReceived)
            TakeFin(segment);
    }

    // 3.10.7.3 SYN-SENT STATE.
    private void ReceiveInSynSent(ref ArrivedSegment segment)
    {
        // First, the ACK bit.
        bool acceptable = segment.Has(TcpFlags.ACK) && segment.Ack > 0 && segment.Ack <= _send.SndNxt;
        if (segment.Has(TcpFlags.ACK) && !acceptable)
        {
            if (!segment.Has(TcpFlags.RST))
                _layer.SendReset(_path, Tuple, segment.Acknowledgment, 0, withAck: false);
            return;
        }

        // Second, the RST bit: only an acknowledged one can be ours (RFC 5961 3.2).
        if (segment.Has(TcpFlags.RST))
        {
            if (acceptable)
                End(TcpError.Refused);
            return;
        }

        // Third, security: none. Fourth, the SYN bit.
        if (!segment.Has(TcpFlags.SYN))
            return;

        TakeSyn(segment);
        if (!acceptable)
        {
            // Simultaneous open: our SYN goes again, now with the ACK.
            State = TcpState.SynReceived;
            SynchronizeAgain();
            return;
        }

        _send.Ecn = _ecnAsked && segment.Has(TcpFlags.ECE) && !segment.Has(TcpFlags.CWR);
        Establish(segment, segment.Window);
        _receive.Ack.Now();

        // Text and FIN of the SYN,ACK: on to the sixth step.
        segment.Seq = 1;
        TakeText(segment);
        TakeFin(segment);
    }

    // 3.10.7.4 Other states.
    private void ReceiveInOtherStates(ref ArrivedSegment segment)
    {
        if (!CheckSequence(segment) || !CheckReset(segment) || !CheckSyn(segment) || !CheckAck(ref segment))
            return;
        if (_readerGone && !segment.Payload.IsEmpty && segment.Seq + segment.Payload.Length > _receive.RcvNxt)
        {
            // RFC 9293 3.6.1, RFC 1122 4.2.2.13: data that nobody will read.
            Abort();
            return;
        }

        if (segment.Has(TcpFlags.SYN))
            return;
        TakeText(segment);
        TakeFin(segment);
    }
}
