using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Congestion;

namespace Weir.TcpIp.Tests.Tcp;

public partial class TcpConnectionTests
{
    private static readonly TcpProfile Reno = TcpScript.Plain with { CongestionControl = static () => new NewReno(), NoDelay = true };

    // RFC 6298 5.4 to 5.6.
    [Fact]
    public void Oldest_segment_goes_again_after_the_rto_which_doubles()
    {
        TcpScript script = TcpScript.Established(Reno, "S 0:0(0) win 65535 <mss 1000>");
        script.Write(2000);
        script.Expect(". 1:1001(1000) ack 1");
        script.Expect("P. 1001:2001(1000) ack 1");
        script.Advance(199);
        script.ExpectNothing();
        script.Advance(1);
        script.Expect(". 1:1001(1000) ack 1");
        script.ExpectNothing();
        script.Advance(400);
        script.Expect(". 1:1001(1000) ack 1");
        script.Advance(800);
        script.Expect(". 1:1001(1000) ack 1");
        Assert.Equal(3, script.Connection.Info.Retransmissions);
        Assert.Equal(1000, script.Connection.Info.Cwnd);
    }

    [Fact]
    public void After_a_timeout_all_that_is_out_goes_again_in_slow_start()
    {
        TcpScript script = TcpScript.Established(Reno, "S 0:0(0) win 65535 <mss 1000>");
        script.Write(4000);
        Drain(script, 4);
        script.Advance(200);
        script.Expect(". 1:1001(1000) ack 1");
        script.Inject(". 1:1(0) ack 1001");
        script.Expect(". 1001:2001(1000) ack 1");
        script.Expect(". 2001:3001(1000) ack 1");
        script.Inject(". 1:1(0) ack 4001");
        script.Advance(10_000);
        script.ExpectNothing();
    }

    // RFC 6298 2.2, 2.3.
    [Fact]
    public void Rto_is_srtt_plus_four_times_rttvar_but_never_below_the_least()
    {
        var rtt = new Weir.TcpIp.Tcp.Timers.RttEstimator(TcpProfile.Default with { MinRto = TimeSpan.FromMilliseconds(1) });
        rtt.Sample(TimeSpan.FromMilliseconds(100).Ticks, now: 0);
        Assert.Equal(300, TimeSpan.FromTicks(rtt.Rto).TotalMilliseconds);
        rtt.Sample(TimeSpan.FromMilliseconds(180).Ticks, now: 0);
        Assert.Equal(110, TimeSpan.FromTicks(rtt.Srtt).TotalMilliseconds);
        Assert.Equal(57.5, TimeSpan.FromTicks(rtt.RttVar).TotalMilliseconds);
        Assert.Equal(340, TimeSpan.FromTicks(rtt.Rto).TotalMilliseconds);
    }

    // RFC 6298 3, Karn's rule.
    [Fact]
    public void Round_trip_is_not_measured_by_a_segment_that_went_twice()
    {
        TcpScript script = TcpScript.Established(Reno, "S 0:0(0) win 65535 <mss 1000>");
        TimeSpan before = script.Connection.Info.Srtt;
        script.Write(1000);
        script.Advance(200);
        script.Inject(". 1:1(0) ack 1001");
        Assert.Equal(before, script.Connection.Info.Srtt);
    }

    // RFC 9293 3.8.3.
    [Fact]
    public void Connection_is_given_up_after_the_last_retransmission()
    {
        TcpScript script = TcpScript.Established(TcpScript.Plain with { MaxRetransmissions = 3 });
        script.Write(100);
        script.Advance(100_000);
        script.ExpectState(TcpState.Closed);
        Assert.Equal(TcpError.TimedOut, script.Connection.Error);
        Assert.Equal(0, script.Layer.MemoryUsed);
    }

    // RFC 5681 3.2 and RFC 6582 3.2, without SACK.
    [Fact]
    public void Three_duplicate_acks_bring_the_segment_again_and_partial_acks_the_next()
    {
        TcpScript script = TcpScript.Established(Reno, "S 0:0(0) win 65535 <mss 1000>");
        script.Write(10_000);
        Drain(script, 10);
        script.Inject(". 1:1(0) ack 1001");
        script.Inject(". 1:1(0) ack 1001");
        script.Inject(". 1:1(0) ack 1001");
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 1001");
        script.Expect(". 1001:2001(1000) ack 1");
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 5001");
        script.Expect(". 5001:6001(1000) ack 1");
        script.Inject(". 1:1(0) ack 10001");
        Assert.Equal(4500, script.Connection.Info.Ssthresh);
        Assert.Equal(0, script.Connection.Info.Timeouts);
    }

    // RFC 3042.
    [Fact]
    public void First_two_duplicate_acks_each_let_one_new_segment_out()
    {
        TcpScript script = TcpScript.Established(Reno with { InitialWindowSegments = 4 }, "S 0:0(0) win 65535 <mss 1000>");
        script.Write(10_000);
        Drain(script, 4);
        script.Inject(". 1:1(0) ack 1");
        script.Expect(". 4001:5001(1000) ack 1");
        script.Inject(". 1:1(0) ack 1");
        script.Expect(". 5001:6001(1000) ack 1");
        script.Inject(". 1:1(0) ack 1");
        script.Expect(". 1:1001(1000) ack 1");
    }

    // RFC 5681 3.2, step 2.
    [Fact]
    public void What_was_sent_beyond_the_window_does_not_make_the_threshold_larger()
    {
        TcpScript script = TcpScript.Established(Reno with { InitialWindowSegments = 8 }, rtt: 10);
        script.Write(20_000);
        Drain(script, 8);
        script.Advance(10);
        for (int end = 2001; end <= 4001; end += 1000)
            script.Inject($". 1:1(0) ack 1 <sack 1001:{end}>");
        Assert.Equal(4000, script.Connection.Info.Ssthresh);
    }

    // RFC 8985 6.2, RFC 6675 5: two holes, both repaired in one round trip.
    [Fact]
    public void Sacked_segments_show_what_is_lost_and_all_of_it_goes_again()
    {
        TcpScript script = TcpScript.Established(Reno, rtt: 10);
        script.Write(10_000);
        Drain(script, 10);
        script.Advance(10);
        script.Inject(". 1:1(0) ack 1 <sack 1001:2001>");
        script.Inject(". 1:1(0) ack 1 <sack 1001:3001>");
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 1 <sack 1001:3001 4001:5001>");
        script.Expect(". 1:1001(1000) ack 1");
        script.Inject(". 1:1(0) ack 1 <sack 4001:6001 1001:3001>");
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 1 <sack 4001:7001 1001:3001>");
        script.Expect(". 3001:4001(1000) ack 1");
        script.Inject(". 1:1(0) ack 3001 <sack 4001:10001>");
        script.Inject(". 1:1(0) ack 10001");
        Assert.Equal(2, script.Connection.Info.Retransmissions);
        Assert.Equal(0, script.Connection.Info.Timeouts);
        Assert.Equal(5000, script.Connection.Info.Ssthresh);
    }

    // RFC 8985 6.2: a lost retransmission is found without a time-out.
    [Fact]
    public void Retransmission_that_is_lost_goes_again_when_later_data_arrives()
    {
        TcpScript script = TcpScript.Established(Reno, rtt: 10);
        script.Write(20_000);
        Drain(script, 10);
        script.Advance(10);
        script.Inject(". 1:1(0) ack 1 <sack 1001:4001>");
        script.Expect(". 1:1001(1000) ack 1");
        script.Inject(". 1:1(0) ack 1 <sack 1001:8001>");
        Assert.StartsWith(". 10001:11001", script.ExpectAny(".").ToString(), StringComparison.Ordinal);
        script.Path.Sent.Clear();
        script.Advance(10);
        script.Inject(". 1:1(0) ack 1 <sack 10001:11001 1001:8001>");
        script.Advance(5);
        Assert.Equal(0, script.Connection.Info.Timeouts);
        Assert.True(script.Connection.Info.Retransmissions >= 2);
    }

    // RFC 8985 7.
    [Fact]
    public void Tail_loss_is_probed_after_two_round_trips_with_new_data_or_the_last_segment()
    {
        TcpScript script = TcpScript.Established(Reno, rtt: 50);
        script.Write(3000);
        Drain(script, 3);
        script.Advance(101);
        script.ExpectNothing();
        script.Advance(1);
        script.Expect("P. 2001:3001(1000) ack 1");
        script.Advance(50);
        script.Inject(". 1:1(0) ack 1 <sack 2001:3001>");
        script.Expect(". 1:1001(1000) ack 1");
        Assert.Equal(0, script.Connection.Info.Timeouts);
    }

    // RFC 3522, RFC 9438 4.9: nothing was lost, it was only late.
    [Fact]
    public void Timeout_that_was_not_needed_is_taken_back()
    {
        TcpScript script = TcpScript.Established(TcpProfile.Default, "S 0:0(0) win 65535 <mss 1012,sackOK,TS val 1 ecr 0>", maxSegment: 1032);
        script.Advance(1000);
        script.Write(5000);
        Drain(script, 5);
        long cwnd = script.Connection.Info.Cwnd;
        script.Advance(400);
        Assert.True(script.Connection.Info.Timeouts > 0);
        Assert.True(script.Connection.Info.Cwnd < cwnd);
        script.Path.Sent.Clear();
        script.Inject(". 1:1(0) ack 1001 <TS val 300 ecr 1000>");
        Assert.True(script.Connection.Info.Cwnd >= cwnd);
        script.ExpectNothing();
    }

    // RFC 3168 6.1.1, 6.1.2, 6.1.3.
    [Fact]
    public void Congestion_mark_is_echoed_until_the_sender_has_slowed_down()
    {
        TcpScript script = TcpScript.Established(Reno);
        script = new TcpScript(Reno);
        script.Path.MaxSegment = 1020;
        script.Listen();
        script.Inject("SEW 0:0(0) win 65535 <mss 1000,sackOK,wscale 0>");
        script.Expect("SE. 0:0(0) ack 1");
        script.Inject(". 1:1(0) ack 1");
        script.Accept();
        script.Inject(". 1:1001(1000) ack 1 ecn 3");
        script.Expect("E. 1:1(0) ack 1001 ecn 0");
        script.Inject(". 1001:2001(1000) ack 1 ecn 2");
        script.Inject(". 2001:3001(1000) ack 1 ecn 2");
        script.Expect("E. 1:1(0) ack 3001");
        script.Inject("W. 3001:4001(1000) ack 1 ecn 2");
        script.Advance(40);
        script.Expect(". 1:1(0) ack 4001");
    }

    [Fact]
    public void Echoed_congestion_halves_the_window_once_for_each_round_trip_and_is_confirmed()
    {
        var script = new TcpScript(Reno with { Ecn = EcnMode.Request });
        script.Path.MaxSegment = 1020;
        script.Connect();
        script.Expect("SEW 0:0(0)");
        script.Inject("SE. 0:0(0) ack 1 <mss 1000,sackOK>");
        script.Expect(". 1:1(0) ack 1");
        script.Write(20_000);
        script.Expect(". 1:1001(1000) ack 1 ecn 2");
        Drain(script, 9);
        script.Inject("E. 1:1(0) ack 1001");
        long cwnd = script.Connection.Info.Cwnd;
        Assert.InRange(cwnd, 4000, 5000);
        script.Inject("E. 1:1(0) ack 2001");
        Assert.Equal(cwnd, script.Connection.Info.Cwnd);
        script.Inject(". 1:1(0) ack 9001");
        Assert.StartsWith("W.", script.ExpectAny("W.").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Syn_that_asks_for_ecn_in_vain_is_repeated_without()
    {
        var script = new TcpScript(Reno with { Ecn = EcnMode.Request });
        script.Connect();
        script.Expect("SEW 0:0(0)");
        script.Advance(1000);
        script.Expect("S 0:0(0)");
    }

    // RFC 5681 3.1, 4.1.
    [Fact]
    public void Window_grows_by_what_is_acknowledged_and_restarts_after_idleness()
    {
        TcpScript script = TcpScript.Established(Reno);
        script.Write(20_000);
        Drain(script, 10);
        script.Inject(". 1:1(0) ack 10001");
        Assert.Equal(20_000, script.Connection.Info.Cwnd);
        Drain(script, 10);
        script.Inject(". 1:1(0) ack 20001");
        script.Advance(5000);
        script.Write(20_000);
        Drain(script, 10);
        script.ExpectNothing();
    }

    // RFC 8985 6.2, step 3: in order of sequence numbers, whatever the order of the blocks.
    [Fact]
    public void Blocks_that_are_told_newest_first_are_no_reordering()
    {
        TcpScript script = TcpScript.Established(Reno, rtt: 10);
        script.Write(10_000);
        Drain(script, 10);
        script.Advance(10);
        script.Inject(". 1:1(0) ack 1 <sack 5001:6001 3001:4001>");
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 1 <sack 5001:7001 3001:4001>");
        script.Expect(". 1:1001(1000) ack 1");
    }

    // RFC 2018 8: the peer acknowledged up to data that it had reported, so it has thrown that away.
    [Fact]
    public void Timeout_with_reported_data_in_front_sends_it_again()
    {
        TcpScript script = TcpScript.Established(Reno, rtt: 10);
        script.Write(3000);
        Drain(script, 3);
        script.Advance(10);
        script.Inject(". 1:1(0) ack 1 <sack 1001:3001>");
        script.Advance(5);
        script.Expect(". 1:1001(1000) ack 1");
        script.Advance(10);
        script.Inject(". 1:1(0) ack 1001");
        script.Advance(200);
        script.Expect(". 1001:2001(1000) ack 1");
    }

    // RFC 5681 3.1: a loss after a time-out that was taken back is a loss.
    [Fact]
    public void Loss_after_a_timeout_that_was_not_needed_brings_the_window_down()
    {
        TcpScript script = TcpScript.Established(TcpProfile.Default, "S 0:0(0) win 65535 <mss 1012,sackOK,TS val 1 ecr 0>", maxSegment: 1032);
        script.Advance(1000);
        script.Write(5000);
        Drain(script, 5);
        script.Advance(400);
        script.Inject(". 1:1(0) ack 1001 <TS val 300 ecr 1000>");
        Assert.Equal(long.MaxValue, script.Connection.Info.Ssthresh);
        script.Inject(". 1:1(0) ack 1001 <TS val 300 ecr 1000,sack 2001:5001>");
        script.Advance(400);
        Assert.NotEqual(long.MaxValue, script.Connection.Info.Ssthresh);
    }

    // RFC 6298 3: an acknowledgment that fills a gap does not say when the rest arrived.
    [Fact]
    public void Round_trip_is_not_measured_by_what_waited_for_a_retransmission()
    {
        TcpScript script = TcpScript.Established(Reno, "S 0:0(0) win 65535 <mss 1000>", rtt: 10);
        script.Write(10_000);
        Drain(script, 10);
        script.Advance(10);
        script.Inject(". 1:1(0) ack 1001");
        TimeSpan before = script.Connection.Info.Srtt;
        for (int i = 0; i < 3; i++)
            script.Inject(". 1:1(0) ack 1001");
        script.Expect(". 1001:2001(1000) ack 1");
        script.Advance(150);
        script.Inject(". 1:1(0) ack 10001");
        Assert.Equal(before, script.Connection.Info.Srtt);
    }

    // RFC 3168 6.1.6.
    [Fact]
    public void Probe_of_a_closed_window_is_not_marked_as_ecn_capable()
    {
        TcpScript script = WithEcn();
        script.Inject(". 1:1(0) ack 1 win 0");
        script.Write(10);
        script.Advance(200);
        script.Expect(". 1:2(1) ack 1 ecn 0");
    }

    // RFC 3168 6.1.2: whatever the reason for the reduction.
    [Fact]
    public void Reduction_for_a_loss_is_confirmed_like_one_for_a_mark()
    {
        TcpScript script = WithEcn();
        script.Write(20_000);
        Drain(script, 10);
        script.Advance(10);
        script.Inject("E. 1:1(0) ack 1 <sack 1001:4001>");
        script.Expect(". 1:1001(1000) ack 1 ecn 0");
        script.Inject("E. 1:1(0) ack 1 <sack 1001:9001>");
        Assert.Equal(10_001, script.ExpectAny("W.").Start);
        Assert.Equal(5000, script.Connection.Info.Ssthresh);
    }

    private static TcpScript WithEcn()
    {
        var script = new TcpScript(Reno with { Ecn = EcnMode.Request });
        script.Path.MaxSegment = 1020;
        script.Connect();
        script.Expect("SEW 0:0(0)");
        script.Advance(10);
        script.Inject("SE. 0:0(0) ack 1 <mss 1000,sackOK>");
        script.Expect(". 1:1(0) ack 1");
        return script;
    }

    private static void Drain(TcpScript script, int segments)
    {
        for (int i = 0; i < segments; i++)
            Assert.True(script.Path.Sent.TryDequeue(out _), $"only {i} of {segments} segments were sent");
    }
}
