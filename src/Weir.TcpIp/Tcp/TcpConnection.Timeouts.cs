using Weir.Packets;
using Weir.TcpIp.Tcp.Timers;

namespace Weir.TcpIp.Tcp;

// RFC 9293 3.10.8, TIMEOUTS, and 3.9.2.2, what ICMP says.
public sealed partial class TcpConnection
{
    // 3.10.8 TIMEOUTS.
    internal void Expire(long now)
    {
        if (now >= _stateDeadline)
        {
            _stateDeadline = Deadline.Never;
            End(TcpError.None);
            return;
        }

        if (now >= _receive.Ack.At)
            _receive.Ack.Now();
        if (_idle.IsDue(now) && !ProbeIdle(now))
            return;
        if (!_send.Expire(this, now))
        {
            End(_softUnreachable ? TcpError.Unreachable : TcpError.TimedOut);
            return;
        }

        if (HasSomethingToSend)
            _layer.Want(this);
    }

    private bool ProbeIdle(long now)
    {
        bool waiting = State is TcpState.Established or TcpState.CloseWait or TcpState.FinWait2;
        if (!waiting || _send.Board.Count > 0)
        {
            _idle.Start(now);
            return true;
        }

        if (!_idle.Probe(now))
        {
            End(TcpError.TimedOut);
            return false;
        }

        // RFC 9293 3.8.4: SEG.SEQ = SND.NXT-1, without data: what the peer has to answer.
        SendControl(_send.SndNxt - 1, TcpFlags.ACK);
        return true;
    }

    // 3.9.2.2: what ICMP says.
    internal void ReceiveError(in TcpIcmpError error, long now)
    {
        // RFC 5927 4.1: only about a segment that is in the network.
        long quoted = ArrivedSegment.Unwrap(error.Sequence, _send.Iss, _send.SndUna);
        if (quoted < _send.SndUna || quoted >= Math.Max(_send.SndNxt, 1))
            return;

        if (error.Kind == TcpIcmpErrorKind.PacketTooBig)
        {
            if (_send.Mtu.PacketTooBig(error.MaxSegment, _send.Mss + HeaderLength))
            {
                UpdateMss();
                _send.ResendFront();
                _layer.Want(this);
            }

            return;
        }

        // RFC 5461, RFC 9293 3.9.2.2: hard errors end a handshake; an open connection goes on and retransmits.
        if (error.Kind is TcpIcmpErrorKind.PortUnreachable or TcpIcmpErrorKind.ProtocolUnreachable or TcpIcmpErrorKind.Prohibited && State == TcpState.SynSent)
            End(error.Kind == TcpIcmpErrorKind.Prohibited ? TcpError.Unreachable : TcpError.Refused);
        else
            _softUnreachable = true;
    }
}
