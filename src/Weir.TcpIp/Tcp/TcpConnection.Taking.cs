using Weir.Packets;

namespace Weir.TcpIp.Tcp;

// RFC 9293 3.10.7.4, fifth to eighth: the ACK field, URG, the text and the FIN.
public sealed partial class TcpConnection
{
    // Fifth, check the ACK field.
    private bool CheckAck(ref ArrivedSegment segment)
    {
        if (!segment.Has(TcpFlags.ACK))
            return false;
        if (Pending is not null)
            return false;

        if (State == TcpState.SynReceived)
        {
            if (segment.Ack <= _send.SndUna || segment.Ack > _send.SndNxt)
            {
                _layer.SendReset(_path, Tuple, segment.Acknowledgment, 0, withAck: false);
                return false;
            }

            Establish(segment, segment.Has(TcpFlags.SYN) ? segment.Window : (long)segment.Window << _send.Shift);
            return State != TcpState.Closed;
        }

        // RFC 5961 5.2: an ACK of what was never sent, or was sent long ago.
        if (segment.Ack > _send.SndNxt || segment.Ack < _send.SndUna - _send.MaxSndWnd)
        {
            _layer.Counters.UnacceptableAcks++;
            SendChallenge(segment.Now);
            return false;
        }

        if (segment.Ack >= _send.SndUna)
            Acknowledge(segment);
        return CheckFinAcknowledged(segment);
    }

    private void Acknowledge(in ArrivedSegment segment)
    {
        long window = (long)segment.Window << _send.Shift;

        // RFC 5681 2: what makes an ACK a duplicate.
        bool duplicate = segment.Ack == _send.SndUna && segment.Length == 0 && window == _send.SndWnd && _send.Board.Count > 0;
        long echoed = _timestamps.Agreed && segment.Options.HasTimestamps ? _timestamps.SentAt(segment.Options.TsEcr, segment.Now) : -1;
        bool unsent = _send.HasUnsent;
        _send.UpdateWindow(segment.Seq, segment.Ack, window);
        _send.Acknowledge(segment, echoed, duplicate);
        if (_send.Ecn && segment.Has(TcpFlags.ECE))
            _send.CongestionEchoed(segment.Now);
        _softUnreachable = false;
        if (_writerWaits && CanWrite && _send.Queue.AvailableCapacity >= _send.Queue.Capacity / 3)
        {
            _writerWaits = false;
            Raise(TcpEvents.Writable);
        }

        if (unsent || _send.Board.Lost > 0)
            _layer.Want(this);
    }

    // 3.10.7.4, fifth, from FIN-WAIT-1 on.
    private bool CheckFinAcknowledged(in ArrivedSegment segment)
    {
        switch (State)
        {
            case TcpState.FinWait1 when _send.FinAcknowledged:
                State = TcpState.FinWait2;
                if (_readerGone)
                    WaitForFin(segment.Now);
                return true;
            case TcpState.Closing when _send.FinAcknowledged:
                EnterTimeWait(segment.Now);
                return false;
            case TcpState.LastAck when _send.FinAcknowledged:
                End(TcpError.None);
                return false;
            case TcpState.TimeWait:
                // All that can come is the peer's FIN again, and that is outside the window.
                return false;
            default:
                return true;
        }
    }

    // Sixth, URG: taken as data (RFC 6093). Seventh, process the segment text.
    private void TakeText(in ArrivedSegment segment)
    {
        if (segment.Payload.IsEmpty)
            return;
        if (State is not (TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2))
            return;

        NoteEcn(segment);
        if (_layer.Memory.IsFull && !_layer.Memory.MakeRoom(this))
        {
            // A byte that there is no room for was not received: the peer sends it again.
            _layer.Counters.MemoryDrops++;
            return;
        }

        ulong before = _receive.Stream.BytesPushed;
        bool inOrder = segment.Seq <= _receive.RcvNxt && !_receive.HasGaps;
        _receive.Take(segment.Seq, segment.Payload, segment.Has(TcpFlags.FIN), segment.Now);
        if (_receive.Stream.BytesPushed != before)
            Raise(TcpEvents.Readable);
        if (!inOrder)
            SendAck();
        else if (_receive.Ack.IsDue)
            _layer.Want(this);
    }

    // Eighth, check the FIN bit.
    private void TakeFin(in ArrivedSegment segment)
    {
        if (segment.Has(TcpFlags.FIN) && segment.Payload.IsEmpty && !_receive.FinReceived
            && State is TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2)
        {
            _receive.Take(segment.Seq, default, fin: true, segment.Now);
            _layer.Want(this);
        }

        if (!_receive.FinReceived)
            return;

        // The FIN has its place in the sequence space: it counts once all before it is there.
        switch (State)
        {
            case TcpState.Established:
                State = TcpState.CloseWait;
                break;
            case TcpState.FinWait1:
                State = TcpState.Closing;
                break;
            case TcpState.FinWait2:
                EnterTimeWait(segment.Now);
                break;
            default:
                return;
        }

        _layer.Want(this);
        Raise(TcpEvents.ReadClosed);
    }

    /// <summary>RFC 3168 6.1.3: tell of congestion until the peer says that it has slowed down.</summary>
    private void NoteEcn(in ArrivedSegment segment)
    {
        if (!_send.Ecn)
            return;
        if (segment.Has(TcpFlags.CWR))
            _ecnEcho = false;
        if (segment.Ecn == CongestionExperienced)
        {
            _ecnEcho = true;
            _receive.Ack.Now();
        }
    }
}
