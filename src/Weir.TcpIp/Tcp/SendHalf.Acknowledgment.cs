using Weir.TcpIp.Tcp.Congestion;
using Weir.TcpIp.Tcp.Recovery;

namespace Weir.TcpIp.Tcp;

// What an acknowledgment changes: the window, the queue, the scoreboard, and what congestion control hears of it.
internal sealed partial class SendHalf
{
    /// <summary>SND.WND from a segment, RFC 9293 3.10.7.4, fifth: only from one that is not older than the last that set it.</summary>
    /// <remarks>Data that goes again has an old SEG.SEQ and yet the newest acknowledgment and window: what acknowledges more is newer (net/ipv4/tcp_input.c tcp_may_update_window).</remarks>
    public void UpdateWindow(long seq, long ack, long window)
    {
        if (ack <= SndUna && (SndWl1 > seq || (SndWl1 == seq && SndWl2 > ack)))
            return;
        (SndWl1, SndWl2) = (seq, ack);
        if (SndWnd == 0 && window > 0)
        {
            _persist.Opened();

            // The probe was most likely thrown away.
            if (Board.Count == 1 && !IsHandshaking)
                Recovery.SendAgain(0);
        }

        SndWnd = window;
        MaxSndWnd = Math.Max(MaxSndWnd, window);
    }

    /// <summary>RFC 9293 3.10.7.4, fifth: SND.UNA =&lt; SEG.ACK =&lt; SND.NXT.</summary>
    public void Acknowledge(in ArrivedSegment segment, long echoedSentAt, bool duplicateAck)
    {
        long now = segment.Now;
        long flight = Board.Outstanding;
        Delivery delivery = Delivery.At(now, Rtt.MinRtt, echoedSentAt);
        _persist.Answered();
        Board.Acknowledge(segment.Ack, ref delivery);
        if (segment.Options.SackCount > 0 && Recovery.SelectiveAcks)
            TakeSack(segment, ref delivery);
        if (segment.Ack > SndUna)
            Advance(segment.Ack, now, ref delivery);

        var sample = new AckSample
        {
            Acked = delivery.Acked,
            Rtt = new TimeSpan(delivery.OnceSentAt >= 0 ? now - delivery.OnceSentAt : 0),
            Srtt = new TimeSpan(Rtt.Srtt),
            Now = new TimeSpan(now),
            WindowLimited = IsWindowLimited(segment.Ack, flight),
            SndNxt = SndNxt,
            SndUna = SndUna,
        };
        Recovery.Acknowledged(delivery, sample, duplicateAck, Rtt);
        if (Mtu.ProbeEnd >= 0)
            JudgeProbe(now);
        if (delivery.Acked > 0 || Board.Count == 0)
            Rearm(now);
    }

    /// <summary>RFC 3168 6.1.2: the network marked a packet.</summary>
    public void CongestionEchoed(long now)
    {
        if (SndUna <= _ecnEnd || !Recovery.CongestionMarked(SndUna, SndNxt, new TimeSpan(now)))
            return;
        _ecnEnd = SndNxt;
        CwrDue = true;
    }

    private void Advance(long ack, long now, ref Delivery delivery)
    {
        int data = (int)(Math.Min(ack, End) - Math.Max(SndUna, 1));
        if (data > 0)
            Queue.Pop(data);
        SndUna = ack;
        Timeouts = 0;
        _userTimeout.Progress(now, Board.Count > 0);

        // RFC 6298 3 and RFC 7323 4: a round trip from a segment that was sent once, else from the echo of its timestamp.
        if (delivery.OnceSentAt >= 0)
            Rtt.Sample(now - delivery.OnceSentAt);
        else if (delivery.EchoedSentAt >= 0)
            Rtt.Sample(now - delivery.EchoedSentAt);
        else
            Rtt.Acknowledged();

        // Room for what the window may take: twice, so that the writer is never what is waited for.
        if (Queue.Capacity < _profile.MaxSendCapacity && 2 * Congestion.Cwnd > Queue.Capacity && Congestion.Cwnd < int.MaxValue)
            Queue.Capacity = (int)Math.Min(2 * Congestion.Cwnd, _profile.MaxSendCapacity);
    }

    private void TakeSack(in ArrivedSegment segment, ref Delivery delivery)
    {
        for (int i = 0; i < segment.Options.SackCount; i++)
        {
            (uint leftWire, uint rightWire) = segment.Options.Sack[i];
            long left = ArrivedSegment.Unwrap(leftWire, Iss, SndUna);
            long right = left + (int)(rightWire - leftWire);
            if (i == 0 && left < right && right <= segment.Ack)
                delivery.Duplicate = true;
            else if (left >= segment.Ack && left < right && right <= SndNxt)
                Board.Sack(left, right, ref delivery);
        }
    }

    private bool IsWindowLimited(long ack, long flight)
    {
        if (ack >= _roundEnd)
            (_roundEnd, _priorFlight, _roundFlight) = (SndNxt, Math.Max(_roundFlight, flight), Board.Outstanding);
        long most = Math.Max(Math.Max(_priorFlight, _roundFlight), flight);
        return Congestion.Cwnd < Congestion.Ssthresh ? 2 * most >= Congestion.Cwnd : 4 * most >= 3 * Congestion.Cwnd;
    }
}
