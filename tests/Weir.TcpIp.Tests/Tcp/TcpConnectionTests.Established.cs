using Weir.TcpIp.Tcp;

namespace Weir.TcpIp.Tests.Tcp;

public partial class TcpConnectionTests
{
    // RFC 9293 3.8.6.3.
    [Fact]
    public void Ack_of_one_segment_is_delayed_and_of_two_is_not()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("P. 1:1001(1000) ack 1");
        script.ExpectNothing();
        script.Advance(40);
        script.Expect(". 1:1(0) ack 1001");
        script.Inject(". 1001:2001(1000) ack 1");
        script.ExpectNothing();
        script.Inject(". 2001:3001(1000) ack 1");
        script.Expect(". 1:1(0) ack 3001");
        script.Advance(1000);
        script.ExpectNothing();
        script.ExpectRead(3000);
        script.ExpectEvents(TcpEvents.Connected | TcpEvents.Readable);
    }

    [Fact]
    public void Ack_rides_on_data_that_is_sent_meanwhile()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("P. 1:101(100) ack 1");
        script.Write(50);
        script.Expect("P. 1:51(50) ack 101");
        script.Advance(100);
        script.Inject("P. 101:201(100) ack 51");
        script.Advance(40);
        script.Expect(". 51:51(0) ack 201");
    }

    // RFC 5681 4.2, RFC 2018 4: at once, with the newest block first.
    [Fact]
    public void Segments_out_of_order_are_answered_at_once_with_sack_blocks_newest_first()
    {
        TcpScript script = TcpScript.Established();
        script.Inject(". 1001:2001(1000) ack 1");
        script.Expect(". 1:1(0) ack 1 <sack 1001:2001>");
        script.Inject(". 3001:4001(1000) ack 1");
        script.Expect(". 1:1(0) ack 1 <sack 3001:4001 1001:2001>");
        script.Inject(". 2001:3001(1000) ack 1");
        script.Expect(". 1:1(0) ack 1 <sack 1001:4001>");
        script.Inject(". 1:1001(1000) ack 1");
        script.Expect(". 1:1(0) ack 4001 <>");
        script.ExpectRead(4000);
    }

    // RFC 2883 4.
    [Fact]
    public void Duplicate_data_is_reported_in_the_first_block()
    {
        TcpScript script = TcpScript.Established();
        script.Inject(". 1:1001(1000) ack 1");
        script.Inject(". 1:1001(1000) ack 1");
        script.Expect(". 1:1(0) ack 1001 <sack 1:1001>");
    }

    // RFC 9293 3.10.7.4, first; 5961 for the limit.
    [Fact]
    public void Segment_outside_the_window_is_answered_with_an_ack_and_dropped()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("P. 900001:900011(10) ack 1");
        script.Expect(". 1:1(0) ack 1");
        Assert.Equal(0, script.Connection.Available);
    }

    [Fact]
    public void Text_is_cut_to_the_window()
    {
        TcpScript script = TcpScript.Established(TcpScript.Plain with { ReceiveCapacity = 2000, MaxReceiveCapacity = 2000, WindowScaling = false });
        script.Inject(". 1:1001(1000) ack 1");
        script.Inject(". 501:2501(2000) ack 1");
        script.Expect(". 1:1(0) ack 2001 win 0");
        script.ExpectRead(2000);
        script.Expect(". 1:1(0) ack 2001 win 2000");
    }

    // RFC 9293 3.8.6.2.2: small reads open no window.
    [Fact]
    public void Window_update_follows_reading_but_not_for_silly_windows()
    {
        TcpScript script = TcpScript.Established(TcpScript.Plain with { ReceiveCapacity = 4000, MaxReceiveCapacity = 4000, WindowScaling = false });
        script.Inject(". 1:2001(2000) ack 1");
        script.Expect(". 1:1(0) ack 2001 win 2000");
        script.Inject(". 2001:4001(2000) ack 1");
        script.Expect(". 1:1(0) ack 4001 win 0");
        script.Do(connection => connection.Consume(100));
        script.ExpectNothing();
        script.Do(connection => connection.Consume(900));
        script.Expect(". 1:1(0) ack 4001 win 1000");
        script.Do(connection => connection.Consume(3000));
        script.Expect(". 1:1(0) ack 4001 win 4000");
    }

    [Fact]
    public void Receive_window_grows_for_a_reader_that_keeps_up()
    {
        TcpScript script = TcpScript.Established(TcpScript.Plain with { ReceiveCapacity = 8000, MaxReceiveCapacity = 64_000 });
        long at = 1;
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 8; i++, at += 1000)
                script.InjectWithoutTransmit(SegmentText.Parse($". {at}:{at + 1000}(1000) ack 1"));
            script.ExpectRead(8000);
            script.Advance(1);
        }

        Assert.InRange(script.Connection.Info.ReceiveCapacity, 32_000, 64_000);
    }

    // What GRO holds goes on at once only with PSH: the last segment of those that go out together has it, also when more is waiting for the window.
    [Fact]
    public void Whatever_goes_out_at_once_ends_with_psh_where_segments_are_held()
    {
        TcpScript script = TcpScript.Established();
        script.Path.HoldsUntilPush = true;
        script.Connection.NoDelay = true;
        script.Write(12_500);
        for (int at = 1; at < 9001; at += 1000)
            script.Expect($". {at}:{at + 1000}(1000) ack 1");
        script.Expect("P. 9001:10001(1000) ack 1");
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 2001");
        script.Expect(". 10001:11001(1000) ack 1");
        script.Expect("P. 11001:12001(1000) ack 1");
        script.Expect("P. 12001:12501(500) ack 1");
    }

    [Fact]
    public void What_is_sent_again_has_psh_where_segments_are_held()
    {
        TcpScript script = TcpScript.Established();
        script.Path.HoldsUntilPush = true;
        script.Write(3000);
        script.Expect(". 1:1001(1000) ack 1");
        script.Expect("P. 1001:2001(1000) ack 1");
        script.Expect("P. 2001:3001(1000) ack 1");
        script.Inject(". 1:1(0) ack 1 <sack 1001:3001>");
        script.Advance(100);
        script.Expect("P. 1:1001(1000) ack 1");
    }

    // tcp_rcv_rtt_measure_ts: the round trip is the receiver's, not that of a handshake that met no queue.
    [Fact]
    public void Receive_window_grows_while_it_is_all_that_limits_the_peer()
    {
        TcpProfile profile = TcpScript.Plain with { Timestamps = true, ReceiveCapacity = 8000, MaxReceiveCapacity = 64_000 };
        TcpScript script = TcpScript.Established(profile, "S 0:0(0) win 65535 <mss 1000,TS val 1 ecr 0,wscale 0>", rtt: 1);
        for (int millisecond = 1; millisecond < 100; millisecond++)
        {
            // The path lets a segment through in a millisecond; of the window's eight, each waits for eight of them.
            script.Advance(1);
            int at = 1 + (1000 * (millisecond - 1)), echo = Math.Max(0, millisecond - 8);
            script.InjectWithoutTransmit(SegmentText.Parse($". {at}:{at + 1000}(1000) ack 1 <TS val {2 + echo} ecr {echo}>"));
            script.ExpectRead(1000);
        }

        Assert.InRange(script.Connection.Info.ReceiveCapacity, 32_000, 64_000);
    }

    // RFC 9293 3.7.4.
    [Fact]
    public void Nagle_keeps_a_small_segment_back_until_all_is_acknowledged()
    {
        TcpScript script = TcpScript.Established();
        script.Write(10);
        script.Expect("P. 1:11(10) ack 1");
        script.Write(10);
        script.Write(10);
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 11");
        script.Expect("P. 11:31(20) ack 1");
        script.Do(connection => connection.NoDelay = true);
        script.Write(5);
        script.Expect("P. 31:36(5) ack 1");
    }

    [Fact]
    public void Full_segments_do_not_wait_for_nagle()
    {
        TcpScript script = TcpScript.Established();
        script.Write(2500);
        script.Expect(". 1:1001(1000) ack 1");
        script.Expect(". 1001:2001(1000) ack 1");
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 2001");
        script.Expect("P. 2001:2501(500) ack 1");
    }

    // RFC 9293 3.8.6.2.1.
    [Fact]
    public void Sender_does_not_fill_a_silly_window()
    {
        TcpScript script = TcpScript.Established();
        script.Inject(". 1:1(0) ack 1 win 1100");
        script.Write(5000);
        script.Expect(". 1:1001(1000) ack 1");
        script.ExpectNothing();
        script.Inject(". 1:1(0) ack 1001 win 1100");
        script.Expect(". 1001:2001(1000) ack 1");
    }

    // RFC 9293 3.10.7.4, fifth: only a newer segment changes the window.
    [Fact]
    public void Old_segment_does_not_change_the_send_window()
    {
        TcpScript script = TcpScript.Established();
        script.Inject(". 1:101(100) ack 1 win 5000");
        script.Inject(". 101:201(100) ack 1 win 6000");
        script.Inject(". 1:101(100) ack 1 win 100");
        Assert.Equal(6000, script.Connection.Info.SndWnd);
    }

    // RFC 9293 3.8.6.1.
    [Fact]
    public void Closed_window_is_probed_with_one_byte_after_the_rto_and_then_after_twice_as_long()
    {
        TcpScript script = TcpScript.Established();
        script.Inject(". 1:1(0) ack 1 win 0");
        script.Write(3000);
        script.ExpectNothing();
        script.Advance(200);
        script.Expect(". 1:2(1) ack 1");
        script.Inject(". 1:1(0) ack 1 win 0");
        script.Advance(399);
        script.ExpectNothing();
        script.Advance(1);
        script.Expect(". 1:2(1) ack 1");
        script.Inject(". 1:1(0) ack 1 win 0");
        script.Advance(800);
        script.Expect(". 1:2(1) ack 1");
        script.Inject(". 1:1(0) ack 2 win 0");
        script.Advance(1600);
        script.Expect(". 2:3(1) ack 1");
        script.Inject(". 1:1(0) ack 3 win 10000");
        script.Expect(". 3:1003(1000) ack 1");
        Assert.Equal(0, script.Connection.Info.Timeouts);
    }

    [Fact]
    public void Probes_that_are_answered_never_end_a_connection_and_unanswered_ones_do()
    {
        TcpScript script = TcpScript.Established(TcpScript.Plain with { MaxRetransmissions = 4 });
        script.Inject(". 1:1(0) ack 1 win 0");
        script.Write(100);
        for (int i = 0; i < 20; i++)
        {
            while (script.Path.Sent.Count == 0)
                script.Advance(200);
            script.ExpectAny(".");
            script.Inject(". 1:1(0) ack 1 win 0");
        }

        script.ExpectState(TcpState.Established);
        script.Advance(600_000);
        script.ExpectState(TcpState.Closed);
        Assert.Equal(TcpError.TimedOut, script.Connection.Error);
    }

    [Fact]
    public void Zero_window_probe_of_the_peer_is_answered_with_the_window()
    {
        TcpScript script = TcpScript.Established(TcpScript.Plain with { ReceiveCapacity = 1000, MaxReceiveCapacity = 1000, WindowScaling = false });
        script.Inject(". 1:1001(1000) ack 1");
        script.Advance(40);
        script.Expect(". 1:1(0) ack 1001 win 0");
        script.Inject(". 1001:1002(1) ack 1");
        script.Expect(". 1:1(0) ack 1001 win 0");
    }

    // RFC 9293 3.8.4.
    [Fact]
    public void Keepalive_probes_an_idle_peer_and_gives_up_without_an_answer()
    {
        TcpScript script = TcpScript.Established(TcpScript.Plain with { KeepAlive = new KeepAlive { Idle = TimeSpan.FromSeconds(10), Interval = TimeSpan.FromSeconds(1), Probes = 2 } });
        script.Advance(9000);
        script.Inject("P. 1:11(10) ack 1");
        script.Advance(9900);
        script.Expect(". 1:1(0) ack 11");
        script.ExpectNothing();
        script.Advance(100);
        script.Expect(". 0:0(0) ack 11");
        script.Inject(". 11:11(0) ack 1");
        script.Advance(10_000);
        script.Expect(". 0:0(0) ack 11");
        script.Advance(1000);
        script.Expect(". 0:0(0) ack 11");
        script.Advance(1000);
        script.ExpectState(TcpState.Closed);
        Assert.Equal(TcpError.TimedOut, script.Connection.Error);
    }

    [Fact]
    public void Keepalive_of_the_peer_is_answered()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("P. 1:11(10) ack 1");
        script.Advance(40);
        script.Expect(". 1:1(0) ack 11");
        script.Inject(". 10:10(0) ack 1");
        script.Expect(". 1:1(0) ack 11");
    }

    // RFC 9293 3.9.1.2.
    [Fact]
    public void User_timeout_ends_a_connection_whose_data_is_not_acknowledged()
    {
        TcpScript script = TcpScript.Established(TcpScript.Plain with { UserTimeout = TimeSpan.FromSeconds(5) });
        script.Advance(60_000);
        script.Write(100);
        script.Advance(4999);
        script.ExpectState(TcpState.Established);
        script.Advance(1);
        script.ExpectState(TcpState.Closed);
        Assert.Equal(TcpError.TimedOut, script.Connection.Error);
    }

    // RFC 9293 3.9.1.2: PSH where the data ends; RFC 6691: no segment is longer than the peer takes.
    [Theory, InlineData(1000), InlineData(1001), InlineData(1999), InlineData(2000), InlineData(2001), InlineData(7300), InlineData(10_000)]
    public void What_is_written_at_once_goes_in_full_segments_and_a_last_one_that_pushes(int length)
    {
        TcpScript script = TcpScript.Established(TcpScript.Plain with { NoDelay = true });
        script.Inject("P. 1:101(100) ack 1");
        script.Write(length);
        int at = 1;
        for (; at + 1000 <= length; at += 1000)
            script.Expect($". {at}:{at + 1000}(1000) ack 101");
        script.Expect($"P. {at}:{length + 1}({length + 1 - at}) ack 101");
        script.ExpectNothing();
    }

    [Fact]
    public void Path_without_room_is_tried_again()
    {
        TcpScript script = TcpScript.Established();
        script.Path.Room = 1;
        script.Write(3000);
        script.Expect(". 1:1001(1000) ack 1");
        script.ExpectNothing();
        Assert.True(script.Layer.HasSomethingToSend);
        script.Path.Room = 10;
        script.Transmit();
        script.Expect(". 1001:2001(1000) ack 1");
        script.Expect("P. 2001:3001(1000) ack 1");
    }

    [Fact]
    public void Writer_is_told_of_room_only_after_a_write_was_cut_short()
    {
        TcpScript script = TcpScript.Established(TcpScript.Plain with { SendCapacity = 4000, MaxSendCapacity = 4000 });
        script.Write(1000);
        script.Inject(". 1:1(0) ack 1001");
        script.ExpectEvents(TcpEvents.Connected);
        Assert.Equal(4000, script.Connection.Write(TcpScript.Pattern(1001, 5000)));
        script.Transmit();
        script.Inject(". 1:1(0) ack 3001");
        script.ExpectEvents(TcpEvents.Writable);
    }

    // RFC 9293 3.8.6.2.1, (4): after the override time-out a small segment goes; the window is open, so there is nothing to back off from.
    [Fact]
    public void Small_window_is_filled_after_the_override_timeout_each_time()
    {
        TcpScript script = TcpScript.Established();
        script.Inject(". 1:1(0) ack 1 win 100");
        script.Write(5000);
        script.ExpectNothing();
        for (int at = 1; at < 1001; at += 100)
        {
            script.Advance(200);
            script.Expect($". {at}:{at + 100}(100) ack 1");
            script.Inject($". 1:1(0) ack {at + 100} win 100");
            script.ExpectNothing();
        }
    }

    [Fact]
    public void Window_that_opens_sends_what_was_thrown_away_even_if_more_than_a_probe_was_out()
    {
        TcpScript script = TcpScript.Established();
        script.Write(3000);
        Drain(script, 3);
        script.Inject(". 1:1(0) ack 1 win 0");
        for (int i = 0; i < 5; i++)
        {
            script.Advance(400 << i);
            script.Path.Sent.Clear();
            script.Inject(". 1:1(0) ack 1 win 0");
        }

        script.Inject(". 1:1(0) ack 1 win 65535");
        script.Expect(". 1:1001(1000) ack 1");
    }

    [Fact]
    public void After_a_window_has_opened_the_retransmission_timer_is_that_of_an_open_one()
    {
        TcpScript script = TcpScript.Established();
        script.Inject(". 1:1(0) ack 1 win 0");
        script.Write(1);
        for (int i = 0; i < 7; i++)
        {
            script.Advance(200 << i);
            script.Expect("P. 1:2(1) ack 1");
            script.Inject(". 1:1(0) ack 1 win 0");
        }

        script.Inject(". 1:1(0) ack 1 win 65535");
        script.Expect("P. 1:2(1) ack 1");
        script.Advance(200);
        script.Expect("P. 1:2(1) ack 1");
    }

    // net/ipv4/tcp_input.c tcp_sequence: the peer has sent a whole window, of which the first segment was lost, and acknowledges what it gets. RFC 9293's table has the edge outside.
    [Fact]
    public void Acknowledgment_from_the_very_edge_of_the_window_counts()
    {
        TcpScript script = TcpScript.Established();
        script.Write(100);
        long edge = 1 + script.Connection.Info.RcvWnd;
        script.Inject($". {edge}:{edge}(0) ack 101");
        Assert.True(script.Connection.IsDelivered);
        script.Write(100);
        script.Inject($". {edge + 1}:{edge + 1}(0) ack 201");
        Assert.False(script.Connection.IsDelivered);
    }

    // RFC 9293 3.8.6.2.1 (4): the override time-out goes on, though each segment of the peer says again how small its window is.
    [Fact]
    public void Small_window_of_a_peer_that_talks_all_the_time_is_used_in_the_end()
    {
        TcpScript script = TcpScript.Established();
        script.Inject(". 1:1(0) ack 1 win 100");
        script.Write(1000);
        script.ExpectNothing();
        int sent = 0;
        for (int i = 1; i <= 40; i++)
        {
            script.Advance(50);
            script.Inject($". 1:1(0) ack 1 win {100 - (i % 2)}");
            while (script.Path.Sent.Count > 0)
                sent = Math.Max(sent, script.ExpectAnything().Length);
        }

        Assert.InRange(sent, 99, 100);
    }
}
