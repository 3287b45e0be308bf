namespace Weir.TcpIp.Tests.Tcp;

public partial class TcpConnectionTests
{
    // net.ipv4.tcp_min_rtt_wlen, 300 s: a path that has become longer does not look like one full of reordering for ever (RFC 8985 6.2, step 4).
    [Fact]
    public void Least_round_trip_is_that_of_the_last_minutes()
    {
        TcpScript script = TcpScript.Established(Reno, rtt: 10);
        Assert.Equal(10, MinRtt());
        for (int second = 0, at = 1; second < 300; second += 10, at += 100)
        {
            script.Advance(9900);
            script.Write(100);
            script.Advance(100);
            script.Inject($". 1:1(0) ack {at + 100}");
            script.Path.Sent.Clear();
            if (second < 140)
                Assert.Equal(10, MinRtt());
        }

        Assert.Equal(100, MinRtt());

        double MinRtt() => TimeSpan.FromTicks(script.Connection.SendSide.Rtt.MinRtt).TotalMilliseconds;
    }

    // net/ipv4/tcp_output.c tcp_retransmit_skb: what lies behind a window that was taken back waits, but for the front, which asks.
    [Fact]
    public void Lost_segments_behind_a_window_that_shrank_wait_until_it_opens()
    {
        TcpScript script = TcpScript.Established(Reno, rtt: 20);
        script.Write(4000);
        Drain(script, 4);
        script.Advance(20);
        script.Inject(". 1:1(0) ack 1 win 1500 <sack 3001:4001>");
        script.Advance(5);
        script.Expect(". 1:1001(1000) ack 1");
        script.Advance(20);
        script.Inject(". 1:1(0) ack 1001 win 500 <sack 3001:4001>");
        script.Expect(". 1001:2001(1000) ack 1");
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 1001 win 5000 <sack 3001:4001>");
        script.Expect(". 2001:3001(1000) ack 1");
    }

    [Fact]
    public void Timers_too_send_no_more_than_a_path_carries_that_has_become_narrower()
    {
        TcpScript script = TcpScript.Established(Reno, rtt: 10);
        script.Write(2000);
        Drain(script, 2);
        script.Path.MaxSegment = 520;
        script.Advance(300);
        Assert.NotEmpty(script.Path.Sent);
    }

    // RFC 6675 6, net/ipv4/tcp_output.c tcp_xmit_retransmit_queue: on a long path that never varies the time-out is hardly longer than the round trip that the repair takes.
    [Fact]
    public void Time_out_begins_anew_when_the_front_goes_again()
    {
        TcpScript script = Steady(milliseconds: 300);
        script.Write(5000);
        Drain(script, 5);
        script.Advance(300);
        script.Inject(". 1:1(0) ack 20001 <sack 21001:25001>");
        script.Expect(". 20001:21001(1000) ack 1");
        script.Advance(299);
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 25001");
        Assert.Equal(0, script.Connection.Info.Timeouts);
    }

    // RFC 8985 7.2: PTO is never later than the retransmission time-out, and goes in its place.
    [Fact]
    public void Tail_is_probed_in_place_of_a_time_out_that_would_come_before()
    {
        TcpScript script = Steady(milliseconds: 300);
        long cwnd = script.Connection.Info.Cwnd;
        script.Write(1000);
        Drain(script, 1);
        script.Advance(305);
        script.Expect("P. 20001:21001(1000) ack 1");
        Assert.Equal((0L, cwnd), (script.Connection.Info.Timeouts, script.Connection.Info.Cwnd));

        // 7.3: and then the time-out after all.
        script.Advance(305);
        script.Expect("P. 20001:21001(1000) ack 1");
        Assert.Equal(1, script.Connection.Info.Timeouts);
    }

    /// <summary>Twenty round trips that took the same time.</summary>
    private static TcpScript Steady(int milliseconds)
    {
        TcpScript script = TcpScript.Established(Reno, rtt: milliseconds);
        for (int i = 1; i <= 20; i++)
        {
            script.Write(1000);
            script.Advance(milliseconds);
            script.Inject($". 1:1(0) ack {1 + (i * 1000)}");
        }

        script.Path.Sent.Clear();
        Assert.InRange(script.Connection.Info.Rto.TotalMilliseconds, milliseconds, milliseconds + 5);
        return script;
    }
}
