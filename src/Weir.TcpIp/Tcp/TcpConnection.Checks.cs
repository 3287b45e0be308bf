using Weir.Packets;

namespace Weir.TcpIp.Tcp;

// RFC 9293 3.10.7.4, first to fourth: sequence number, RST, SYN. Whatever fails here changes nothing.
public sealed partial class TcpConnection
{
    // First, check sequence number.
    private bool CheckSequence(in ArrivedSegment segment)
    {
        if (_timestamps.Agreed && !CheckTimestamps(segment))
            return false;

        // The other half of a simultaneous open lies before RCV.NXT: its SYN has come already (RFC 9293 3.5, figure 7).
        if (State == TcpState.SynReceived && Listener is null && segment.Has(TcpFlags.SYN) && segment.Has(TcpFlags.ACK) && segment.Seq == 0)
            return true;
        if (!_receive.IsAcceptable(segment.Seq, segment.Length))
            return RefuseSequence(segment);

        // RFC 7323 4.3 (2): the timestamp of the segment that the last ACK asked for.
        if (_timestamps.Agreed && segment.Seq <= _receive.RcvNxt)
            _timestamps.Take(segment.Options.TsVal, segment.Now);
        return true;
    }

    /// <summary>RFC 7323 5.3 R1: an old timestamp makes the segment a stray of an earlier time.</summary>
    private bool CheckTimestamps(in ArrivedSegment segment)
    {
        if (segment.Has(TcpFlags.RST))
            return true;
        if (!segment.Options.HasTimestamps)
        {
            // RFC 7323 3.2: SHOULD be dropped without a word.
            _layer.Counters.TimestampMissing++;
            return false;
        }

        if (!_timestamps.IsOld(segment.Options.TsVal, segment.Now))
            return true;
        _layer.Counters.PawsRejected++;
        AnswerWithAck(segment);
        return false;
    }

    private bool RefuseSequence(in ArrivedSegment segment)
    {
        if (segment.Has(TcpFlags.RST))
            return false;

        // The peer has not got our SYN,ACK: it repeats its SYN.
        if (State == TcpState.SynReceived && segment.Has(TcpFlags.SYN) && segment.Seq == 0)
        {
            SynchronizeAgain();
            return false;
        }

        if (segment.Payload.Length > 0 && segment.Seq + segment.Payload.Length <= _receive.RcvNxt)
            _receive.NoteDuplicate(segment.Seq, segment.Payload.Length);
        if (State == TcpState.TimeWait && segment.Has(TcpFlags.FIN))
            EnterTimeWait(segment.Now);

        // The ACK of a zero-window probe or a keep-alive still counts: it is taken before the answer goes out.
        if (segment.Has(TcpFlags.ACK) && !segment.Has(TcpFlags.SYN) && segment.Ack >= _send.SndUna && segment.Ack <= _send.SndNxt
            && segment.Seq >= _receive.RcvNxt - 1 && segment.Seq <= _receive.RcvNxt && State is not (TcpState.SynReceived or TcpState.TimeWait))
        {
            Acknowledge(segment);
        }

        AnswerWithAck(segment);
        return false;
    }

    // Second, check the RST bit: RFC 5961 3.2.
    private bool CheckReset(in ArrivedSegment segment)
    {
        if (!segment.Has(TcpFlags.RST))
            return true;
        if (segment.Seq != _receive.RcvNxt)
        {
            SendChallenge(segment.Now);
            return false;
        }

        // RFC 1337: TIME-WAIT is not ended by a reset.
        if (State == TcpState.TimeWait)
            return false;
        End(State == TcpState.SynReceived && Listener is null ? TcpError.Refused : TcpError.Reset);
        return false;
    }

    // Third, security: none. Fourth, check the SYN bit: RFC 5961 4.2.
    private bool CheckSyn(in ArrivedSegment segment)
    {
        if (!segment.Has(TcpFlags.SYN))
            return true;

        // Simultaneous open: the peer's SYN came alone, and now with its ACK.
        if (State == TcpState.SynReceived && segment.Seq == 0)
            return true;
        SendChallenge(segment.Now);
        return false;
    }

    private void AnswerWithAck(in ArrivedSegment segment)
    {
        // Data is always answered: it can't be part of a war of ACKs (net/ipv4/tcp_input.c tcp_oow_rate_limited).
        if (segment.Payload.Length > 0 || segment.Has(TcpFlags.FIN) || _challenges.TryTake(segment.Now))
            SendAck();
    }

    private void SendChallenge(long now)
    {
        if (!_challenges.TryTake(now))
            return;
        _layer.Counters.ChallengeAcks++;
        SendAck();
    }
}
