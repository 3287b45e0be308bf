using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Congestion;

namespace Weir.TcpIp.Tests.Tcp;

public class TcpPathTests
{
    private static readonly TcpProfile Reno = TcpScript.Plain with { CongestionControl = static () => new NewReno(), NoDelay = true };

    // RFC 1191, RFC 8201; RFC 5927 7.
    [Fact]
    public void Packet_too_big_about_a_segment_in_the_network_makes_segments_smaller_at_once()
    {
        TcpScript script = TcpScript.Established(Reno);
        script.Write(2000);
        script.Path.Sent.Clear();
        script.Error(TcpIcmpErrorKind.PacketTooBig, 1, maxSegment: 620);
        script.Expect(". 1:601(600) ack 1");
        Assert.Equal(600, script.Connection.Info.SndMss);
        script.Inject(". 1:1(0) ack 601");
        Assert.Equal(0, script.Connection.Info.Timeouts);
    }

    // RFC 1191 6.5, net/ipv4/tcp_input.c tcp_simple_retransmit: what was too large is lost, and that is no congestion.
    [Fact]
    public void All_that_was_too_big_goes_again_at_once_in_segments_that_fit_and_the_window_stays()
    {
        TcpScript script = TcpScript.Established(Reno);
        script.Write(400);
        script.Write(10_000);
        long cwnd = script.Connection.Info.Cwnd;
        script.Path.Sent.Clear();
        script.Error(TcpIcmpErrorKind.PacketTooBig, 500, maxSegment: 620);
        for (int at = 401; at < 9401; at += 1000)
        {
            script.Expect($". {at}:{at + 600}(600) ack 1");
            script.Expect($". {at + 600}:{at + 1000}(400) ack 1");
        }

        // The window of ten segments holds the first one too, which was small enough, and then new data.
        script.Expect(". 9401:10001(600) ack 1");
        script.ExpectNothing();
        Assert.Equal((cwnd, 0L), (script.Connection.Info.Cwnd, script.Connection.Info.Timeouts));
        script.Inject(". 1:1(0) ack 10001");
        script.Expect("P. 10001:10401(400) ack 1");
        Assert.Equal(long.MaxValue, script.Connection.SendSide.Congestion.Ssthresh);
    }

    // A small packet must not bring a whole window as often as somebody likes.
    [Fact]
    public void Ever_smaller_sizes_told_within_a_round_trip_bring_no_more_than_the_front_each()
    {
        TcpScript script = TcpScript.Established(Reno, rtt: 100);
        script.Write(4000);
        script.Path.Sent.Clear();
        script.Error(TcpIcmpErrorKind.PacketTooBig, 1, maxSegment: 920);
        Assert.Equal(8, script.Path.Sent.Count);
        script.Path.Sent.Clear();
        for (int size = 919; size > 900; size--)
        {
            script.Error(TcpIcmpErrorKind.PacketTooBig, 1, maxSegment: size);

            // The front, in two pieces.
            Assert.InRange(script.Path.Sent.Count, 1, 2);
            script.Path.Sent.Clear();
        }

        script.Advance(100);
        script.Error(TcpIcmpErrorKind.PacketTooBig, 1, maxSegment: 620);
        Assert.True(script.Path.Sent.Count >= 8);
    }

    // RFC 4821 7.6.1.
    [Fact]
    public void Probe_of_the_path_has_arrived_when_it_is_acknowledged_though_more_is_in_the_network()
    {
        TcpScript script = TcpScript.Established(Reno with { PathMtuProbing = true });
        script.Connection.SendSide.Mtu.TimedOut(2, 1020);
        script.Write(5000);
        script.Expect(". 1:747(746) ack 1");
        script.Expect(". 747:1239(492) ack 1");
        script.Inject(". 1:1(0) ack 747");
        script.Write(1);
        Assert.Equal(746, script.Connection.Info.SndMss);
    }

    [Fact]
    public void Packet_too_big_about_what_is_not_in_the_network_is_not_believed()
    {
        TcpScript script = TcpScript.Established(Reno);
        script.Error(TcpIcmpErrorKind.PacketTooBig, 1, maxSegment: 620);
        script.Write(1000);
        script.Error(TcpIcmpErrorKind.PacketTooBig, 5000, maxSegment: 620);
        Assert.Equal(1000, script.Connection.Info.SndMss);
        script.Error(TcpIcmpErrorKind.PacketTooBig, 1, maxSegment: 10);
        Assert.Equal(512 - 20, script.Connection.Info.SndMss);
    }

    // RFC 9293 3.9.2.2, RFC 5461.
    [Fact]
    public void Hard_error_ends_a_handshake_and_not_an_open_connection()
    {
        var script = new TcpScript(TcpScript.Plain with { UnreachableEndsOpening = false });
        script.Connect();
        script.Expect("S 0:0(0)");
        script.Error(TcpIcmpErrorKind.Unreachable, 0);
        script.ExpectState(TcpState.SynSent);
        script.Error(TcpIcmpErrorKind.PortUnreachable, 0);
        script.ExpectState(TcpState.Closed);
        Assert.Equal(TcpError.Refused, script.Connection.Error);

        TcpScript open = TcpScript.Established();
        open.Write(10);
        open.Error(TcpIcmpErrorKind.PortUnreachable, 1);
        open.ExpectState(TcpState.Established);
    }

    // RFC 5461 4.1, net/ipv4/tcp_ipv4.c tcp_v4_err.
    [Fact]
    public void Soft_error_ends_a_handshake_at_once_and_not_an_open_connection()
    {
        var script = new TcpScript();
        script.Connect();
        script.Expect("S 0:0(0)");
        script.Error(TcpIcmpErrorKind.Unreachable, 0);
        script.ExpectState(TcpState.Closed);
        Assert.Equal(TcpError.Unreachable, script.Connection.Error);

        TcpScript open = TcpScript.Established();
        open.Write(10);
        open.Error(TcpIcmpErrorKind.Unreachable, 1);
        open.ExpectState(TcpState.Established);
    }

    [Fact]
    public void Soft_error_is_the_reason_when_the_handshake_times_out()
    {
        var script = new TcpScript(TcpScript.Plain with { SynRetransmissions = 1, UnreachableEndsOpening = false });
        script.Connect();
        script.Expect("S 0:0(0)");
        script.Error(TcpIcmpErrorKind.Unreachable, 0);
        script.Advance(10_000);
        Assert.Equal(TcpError.Unreachable, script.Connection.Error);
    }

    // RFC 4821 7: full segments vanish, small ones pass, nobody says a word.
    [Fact]
    public void Black_hole_is_found_and_the_largest_size_that_passes_is_searched_for()
    {
        TcpScript script = TcpScript.Established(
            Reno with { PathMtuProbing = true, MaxSendCapacity = 1 << 20, SendCapacity = 1 << 20 }, "S 0:0(0) win 65535 <mss 1460,sackOK,wscale 4>", maxSegment: 1480, rtt: 20);
        const int Passes = 1300;
        script.Connection.Write(TcpScript.Pattern(1, 500_000));
        script.Transmit();
        long acknowledged = 1;
        long threshold = long.MaxValue;
        var beyond = new SortedDictionary<long, long>();
        for (int round = 0; round < 2000 && acknowledged < 500_001; round++)
        {
            script.Advance(20);
            while (script.Path.Sent.Count > 0)
            {
                SegmentText sent = script.ExpectAnything();
                if (sent.Length + 20 <= Passes && sent.Length > 0)
                    beyond[sent.Start] = Math.Max(sent.Start + sent.Length, beyond.GetValueOrDefault(sent.Start));
            }

            foreach ((long start, long end) in beyond)
                acknowledged = start <= acknowledged ? Math.Max(acknowledged, end) : acknowledged;
            foreach (long start in beyond.Keys.Where(start => start < acknowledged).ToArray())
                beyond.Remove(start);
            string sack = beyond.Count > 0 ? $" <sack {beyond.First().Key}:{beyond.First().Value}>" : "";
            script.Inject($". 1:1(0) ack {acknowledged} win 60000{sack}");

            // RFC 4821 7.6.2: once it was found, the probes that are lost are no congestion.
            TcpConnectionInfo info = script.Connection.Info;
            if (threshold == long.MaxValue && info.SndMss < 1460)
                threshold = info.Ssthresh;
            Assert.True(threshold == long.MaxValue || threshold == info.Ssthresh, $"round {round}: ssthresh {threshold} became {info.Ssthresh}");
        }

        Assert.Equal(500_001, acknowledged);
        Assert.InRange(script.Connection.Info.SndMss + 20, Passes - 8, Passes);
    }

    // RFC 4821 7.6.2; without SACK three duplicate ACKs are all that tells of it.
    [Fact]
    public void Lost_probe_goes_again_in_smaller_segments_and_is_no_congestion_without_sack_either()
    {
        TcpScript script = WithProbeOut(out TcpConnectionInfo before);
        Assert.Equal((1004, true), (before.SndMss, before.Cwnd >= 7 * 1004));
        for (int i = 0; i < 2; i++)
            script.Inject(". 1:1(0) ack 14601");
        DrainNew(script);
        script.Inject(". 1:1(0) ack 14601");
        script.Expect(". 14601:15605(1004) ack 1");
        script.Expect(". 15605:15833(228) ack 1");
        DrainNew(script);

        // More of them change nothing, and the pieces are followed by an ACK of all.
        script.Inject(". 1:1(0) ack 14601");
        DrainNew(script);
        Assert.Equal((before.Cwnd, before.Ssthresh), (script.Connection.Info.Cwnd, script.Connection.Info.Ssthresh));
        long sent = script.Connection.Info.InFlight + 14601;
        script.Inject(". 1:1(0) ack 15605");
        script.Inject($". 1:1(0) ack {sent}");
        TcpConnectionInfo after = script.Connection.Info;
        Assert.Equal((before.Ssthresh, before.Timeouts), (after.Ssthresh, after.Timeouts));
        Assert.True(after.Cwnd >= before.Cwnd);
    }

    // RFC 4821 7.6.4.
    [Fact]
    public void Probe_that_is_lost_with_others_is_congestion_without_sack()
    {
        TcpScript script = WithProbeOut(out TcpConnectionInfo before);
        for (int i = 0; i < 3; i++)
            script.Inject(". 1:1(0) ack 14601");
        script.Path.Sent.Clear();

        // The peer has the probe's bytes now, and misses the second segment behind it.
        script.Inject(". 1:1(0) ack 16837");
        script.Expect(". 16837:17841(1004) ack 1");
        Assert.True(script.Connection.Info.Ssthresh < before.Cwnd, $"{script.Connection.Info.Ssthresh}");
    }

    // RFC 4821 7.6: a probe that the retransmission timer finds lost goes again in segments that pass.
    [Fact]
    public void Probe_that_times_out_goes_again_in_segments_that_pass()
    {
        TcpScript script = TcpScript.Established(Reno with { PathMtuProbing = true }, "S 0:0(0) win 65535 <mss 1460>", maxSegment: 1480, rtt: 20);
        script.Write(2920);
        script.Advance(600);
        Assert.Equal(1004, script.Connection.Info.SndMss);
        script.Inject(". 1:1(0) ack 2921");
        script.Path.Sent.Clear();
        script.Write(1232);
        script.Expect("P. 2921:4153(1232) ack 1");
        script.Advance(1000);
        script.Expect(". 2921:3925(1004) ack 1");
    }

    [Fact]
    public void Device_that_cuts_segments_gets_super_segments()
    {
        TcpScript script = TcpScript.Established(Reno with { InitialWindowSegments = 20 });
        script.Path.MaxSegmentOffload = 65535;
        script.Connection.Write(TcpScript.Pattern(1, 15_500));
        script.Transmit();
        Assert.True(script.Path.Sent.TryPeek(out SentSegment? sent));
        Assert.Equal((15_520, 1000), (sent.Bytes.Length, sent.SegmentSize));
        script.Expect("P. 1:15501(15500) ack 1");

        // A single one of them that is lost goes again alone.
        script.Inject(". 1:1(0) ack 3001 <sack 4001:9001>");
        script.Advance(20);
        script.Expect(". 3001:4001(1000) ack 1");
    }

    [Fact]
    public void Super_segment_that_comes_in_is_one_receive_and_one_ack()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("P. 1:20001(20000) ack 1");
        script.Expect(". 1:1(0) ack 20001");
        script.ExpectNothing();
        script.ExpectRead(20_000);
    }

    // The profile of the course: no options, no congestion window, segments of 1000, each answered at once.
    [Fact]
    public void Course_profile_is_the_tcp_of_the_course()
    {
        var script = new TcpScript(TcpProfile.Course);
        script.Connect();
        script.Expect("S 0:0(0) win 64000 <>");
        script.Inject("S. 0:0(0) ack 1 win 60000 <mss 1460>");
        script.Expect(". 1:1(0) ack 1");
        script.Write(40_500);
        for (int at = 1; at < 40_001; at += 1000)
            script.Expect($". {at}:{at + 1000}(1000) ack 1 <>");
        script.Expect("P. 40001:40501(500) ack 1");
        script.Inject(". 1:11(10) ack 40501");
        script.Expect(". 40501:40501(0) ack 11");
        script.Write(10);
        script.Expect("P. 40501:40511(10) ack 11");
        script.Advance(1000);
        script.Expect("P. 40501:40511(10) ack 11");
        script.Advance(2000);
        script.Expect("P. 40501:40511(10) ack 11");
    }
    /// <summary>Full segments vanished until smaller ones passed; the first of the data behind position 14601 is a probe of 1232 bytes, and the only thing the peer lacks.</summary>
    private static TcpScript WithProbeOut(out TcpConnectionInfo before)
    {
        TcpScript script = TcpScript.Established(Reno with { PathMtuProbing = true }, "S 0:0(0) win 65535 <mss 1460>", maxSegment: 1480);
        script.Connection.Write(TcpScript.Pattern(1, 14_600));
        script.Transmit();
        script.Advance(200);
        script.Advance(400);
        Assert.Equal(1004, script.Connection.Info.SndMss);
        script.Inject(". 1:1(0) ack 14601");
        script.Path.Sent.Clear();
        script.Connection.Write(TcpScript.Pattern(14_601, 60_000));
        script.Transmit();
        script.Expect(". 14601:15833(1232) ack 1");
        DrainNew(script);
        before = script.Connection.Info;
        return script;
    }

    private static void DrainNew(TcpScript script)
    {
        while (script.Path.Sent.Count > 0)
            Assert.Equal(1004, script.ExpectAnything().Length);
    }
}
