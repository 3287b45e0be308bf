using Weir.TcpIp.Tcp;

namespace Weir.TcpIp.Tests.Tcp;

public partial class TcpConnectionTests
{
    // RFC 9293 3.6, figure 12.
    [Fact]
    public void Normal_close_goes_through_fin_wait_and_time_wait()
    {
        TcpScript script = TcpScript.Established();
        script.Do(connection => connection.CloseWrite());
        script.Expect("FP. 1:1(0) ack 1");
        script.ExpectState(TcpState.FinWait1);
        script.Inject(". 1:1(0) ack 2");
        script.ExpectState(TcpState.FinWait2);
        script.Inject("F. 1:1(0) ack 2");
        script.Expect(". 2:2(0) ack 2");
        script.ExpectState(TcpState.TimeWait);
        script.ExpectEvents(TcpEvents.Connected | TcpEvents.ReadClosed | TcpEvents.Closed);
        script.Advance(59_999);
        Assert.Equal(1, script.Layer.Count);
        script.Advance(1);
        Assert.Equal(0, script.Layer.Count);
        Assert.Equal(TcpError.None, script.Connection.Error);
    }

    // Half-close: RFC 9293 3.6.
    [Fact]
    public void After_our_fin_the_peer_may_go_on_sending()
    {
        TcpScript script = TcpScript.Established();
        script.Write(100);
        script.Do(connection => connection.CloseWrite());
        script.Expect("P. 1:101(100) ack 1");
        script.Expect("FP. 101:101(0) ack 1");
        script.Inject(". 1:1(0) ack 102");
        script.Inject(". 1:1001(1000) ack 102");
        script.Inject(". 1001:2001(1000) ack 102");
        script.Expect(". 102:102(0) ack 2001");
        script.ExpectRead(2000);
        Assert.Equal(0, script.Connection.Write([1]));
        script.Inject("FP. 2001:2501(500) ack 102");
        script.Expect(". 102:102(0) ack 2502");
        script.ExpectState(TcpState.TimeWait);
        script.ExpectRead(500);
        Assert.True(script.Connection.IsReadFinished);
    }

    [Fact]
    public void After_the_peers_fin_we_may_go_on_sending()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("F. 1:1(0) ack 1");
        script.Expect(". 1:1(0) ack 2");
        script.ExpectState(TcpState.CloseWait);
        script.ExpectEvents(TcpEvents.Connected | TcpEvents.ReadClosed);
        script.Write(1000);
        script.Expect("P. 1:1001(1000) ack 2");
        script.Do(connection => connection.CloseWrite());
        script.Expect("FP. 1001:1001(0) ack 2");
        script.ExpectState(TcpState.LastAck);
        script.Inject(". 2:2(0) ack 1002");
        script.ExpectState(TcpState.Closed);
        script.ExpectEvents(TcpEvents.Closed);
        Assert.Equal(0, script.Layer.Count);
    }

    // RFC 9293 3.6, figure 13.
    [Fact]
    public void Simultaneous_close_goes_through_closing()
    {
        TcpScript script = TcpScript.Established();
        script.Do(connection => connection.CloseWrite());
        script.Expect("FP. 1:1(0) ack 1");
        script.Inject("F. 1:1(0) ack 1");
        script.Expect(". 2:2(0) ack 2");
        script.ExpectState(TcpState.Closing);
        script.Inject(". 2:2(0) ack 2");
        script.ExpectState(TcpState.TimeWait);
    }

    [Fact]
    public void Fin_with_its_acknowledgment_goes_straight_to_time_wait()
    {
        TcpScript script = TcpScript.Established();
        script.Do(connection => connection.CloseWrite());
        script.Expect("FP. 1:1(0) ack 1");
        script.Inject("F. 1:1(0) ack 2");
        script.Expect(". 2:2(0) ack 2");
        script.ExpectState(TcpState.TimeWait);
    }

    [Fact]
    public void Fin_that_comes_early_counts_when_the_gap_is_filled()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("FP. 1001:2001(1000) ack 1");
        script.Expect(". 1:1(0) ack 1 <sack 1001:2001>");
        script.ExpectState(TcpState.Established);
        script.Inject(". 1:1001(1000) ack 1");
        script.Expect(". 1:1(0) ack 2002");
        script.ExpectState(TcpState.CloseWait);
        script.ExpectRead(2000);
        Assert.True(script.Connection.IsReadFinished);
    }

    [Fact]
    public void Fin_is_retransmitted_like_data()
    {
        TcpScript script = TcpScript.Established();
        script.Do(connection => connection.CloseWrite());
        script.Expect("FP. 1:1(0) ack 1");
        script.Advance(200);
        script.Expect("FP. 1:1(0) ack 1");
        script.Advance(400);
        script.Expect("FP. 1:1(0) ack 1");
    }

    // RFC 9293 3.10.7.4, eighth, TIME-WAIT: the peer did not get our ACK.
    [Fact]
    public void Fin_that_comes_again_in_time_wait_is_acknowledged_and_restarts_the_wait()
    {
        TcpScript script = TimeWait();
        script.Advance(30_000);
        script.Inject("F. 1:1(0) ack 2");
        script.Expect(". 2:2(0) ack 2");
        script.Advance(59_000);
        script.ExpectState(TcpState.TimeWait);
        script.Advance(1000);
        script.ExpectState(TcpState.Closed);
    }

    // RFC 1337.
    [Fact]
    public void Reset_does_not_end_time_wait()
    {
        TcpScript script = TimeWait();
        script.Inject("R 2:2(0) win 0");
        script.ExpectState(TcpState.TimeWait);
    }

    // RFC 9293 3.10.7.4 and RFC 6191.
    [Fact]
    public void New_syn_in_time_wait_opens_a_new_connection_and_an_old_one_does_not()
    {
        TcpScript script = TimeWait();
        script.Inject("S 1:1(0) win 65535");
        script.Expect(". 2:2(0) ack 2");
        script.ExpectState(TcpState.TimeWait);
        script.Inject("S 5000:5000(0) win 65535");
        SegmentText answer = script.ExpectAny("S.");
        Assert.Equal(5001, answer.Ack);
    }

    // RFC 9293 3.10.7.4, RFC 1122 4.2.2.13: late segments of the old connection must not fit the new one.
    [Fact]
    public void Connection_that_replaces_one_in_time_wait_begins_behind_its_numbers()
    {
        TcpScript script = TimeWait();
        SendHalf old = script.Connection.SendSide;
        script.Inject("S 5000:5000(0) win 65535");
        script.ExpectAny("S.");
        script.Inject(". 5001:5001(0) ack 1");
        Assert.True((int)(script.Accept().SendSide.Iss - old.Iss) >= old.SndNxt);
    }

    [Fact]
    public void New_syn_in_time_wait_is_known_by_its_timestamp()
    {
        TcpScript script = TcpScript.Established(TcpProfile.Default, "S 0:0(0) win 65535 <mss 1000,TS val 1 ecr 0>");
        script.Do(connection => connection.CloseWrite());
        script.ExpectAny("FP.");
        script.Inject("F. 1:1(0) ack 2 <TS val 100 ecr 0>");
        script.ExpectAny(".");
        script.Inject("S -100:-100(0) win 65535 <mss 1000,TS val 101 ecr 0>");
        Assert.Equal(-99, script.ExpectAny("S.").Ack);
    }

    // RFC 9293 3.10.5.
    [Fact]
    public void Abort_resets_and_forgets()
    {
        TcpScript script = TcpScript.Established();
        script.Write(500);
        script.Expect("P. 1:501(500) ack 1");
        script.Do(connection => connection.Abort());
        script.Expect("R. 501:501(0) ack 1");
        script.ExpectState(TcpState.Closed);
        Assert.Equal(TcpError.Aborted, script.Connection.Error);
        Assert.Equal(0, script.Layer.Count);
        Assert.Equal(0, script.Layer.MemoryUsed);
        script.Inject(". 1:1(0) ack 501");
        script.Expect("R 501:501(0)");
    }

    // RFC 9293 3.6.1, RFC 1122 4.2.2.13.
    [Fact]
    public void Close_with_unread_data_resets()
    {
        TcpScript script = TcpScript.Established();
        script.Inject(". 1:101(100) ack 1");
        script.Do(connection => connection.Close());
        script.ExpectAny("R.");
        Assert.Equal(TcpError.Aborted, script.Connection.Error);
    }

    [Fact]
    public void Data_after_close_resets()
    {
        TcpScript script = TcpScript.Established();
        script.Do(connection => connection.Close());
        script.Expect("FP. 1:1(0) ack 1");
        script.Inject(". 1:101(100) ack 2");
        script.ExpectAny("R.");
        script.ExpectState(TcpState.Closed);
    }

    [Fact]
    public void Closed_connection_does_not_wait_for_the_peers_fin_for_ever()
    {
        TcpScript script = TcpScript.Established();
        script.Do(connection => connection.Close());
        script.Expect("FP. 1:1(0) ack 1");
        script.Inject(". 1:1(0) ack 2");
        script.ExpectState(TcpState.FinWait2);
        script.Advance(60_000);
        script.ExpectState(TcpState.Closed);
    }

    [Fact]
    public void Time_wait_is_bounded_and_the_oldest_goes_first()
    {
        var script = new TcpScript(TcpScript.Plain, new TcpLayerOptions { Secret = 5, MaxTimeWait = 3 });
        script.Listen();
        for (int port = 1; port <= 5; port++)
        {
            script.RemotePort = port;
            script.Inject(TcpScript.PeerSyn);
            script.ExpectAny("S.");
            script.Inject(". 1:1(0) ack 1");
            script.Accept();
            script.Do(connection => connection.CloseWrite());
            script.ExpectAny("FP.");
            script.Inject("F. 1:1(0) ack 2");
            script.ExpectAny(".");
        }

        Assert.Equal(3, script.Layer.Count);
        Assert.Equal(2, script.Layer.Counters.TimeWaitEvicted);
    }

    // Both have closed and our ACK was lost: the FIN that comes again lies before the window, and what it acknowledges still counts.
    [Fact]
    public void Fin_that_comes_again_with_the_acknowledgment_of_ours_ends_a_simultaneous_close()
    {
        TcpScript script = TcpScript.Established();
        script.Do(connection => connection.CloseWrite());
        script.Expect("FP. 1:1(0) ack 1");
        script.Inject("F. 1:1(0) ack 1");
        script.Expect(". 2:2(0) ack 2");
        script.ExpectState(TcpState.Closing);
        script.Inject("F. 1:1(0) ack 2");
        script.Expect(". 2:2(0) ack 2");
        script.ExpectState(TcpState.TimeWait);
        script.Advance(60_000);
        Assert.Equal(0, script.Layer.Count);
    }

    [Fact]
    public void Keepalive_that_acknowledges_our_fin_starts_the_wait_for_the_peers()
    {
        TcpScript script = TcpScript.Established();
        script.Do(connection => connection.Close());
        script.Expect("FP. 1:1(0) ack 1");
        script.Inject(". 0:0(0) ack 2");
        script.ExpectState(TcpState.FinWait2);
        script.Advance(60_000);
        Assert.Equal(0, script.Layer.Count);
    }

    [Fact]
    public void Close_lets_go_of_what_was_not_read_when_the_connection_has_ended_already()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("FP. 1:1001(1000) ack 1");
        script.Do(connection => connection.CloseWrite());
        script.Inject(". 1002:1002(0) ack 2");
        script.ExpectState(TcpState.Closed);
        Assert.Equal(1000, script.Connection.Available);
        script.Do(connection => connection.Close());
        Assert.Equal(0, script.Layer.MemoryUsed);
    }

    [Fact]
    public void Close_lets_go_of_what_was_not_read_in_time_wait_and_the_wait_goes_on()
    {
        TcpScript script = TcpScript.Established();
        script.Do(connection => connection.CloseWrite());
        script.Inject("FP. 1:1001(1000) ack 2");
        script.ExpectState(TcpState.TimeWait);
        script.Do(connection => connection.Close());
        Assert.Equal(0, script.Layer.MemoryUsed);
        script.ExpectState(TcpState.TimeWait);
        script.Advance(60_000);
        Assert.Equal(TcpError.None, script.Connection.Error);
    }

    // Nobody is there any more who could give up: net/ipv4/tcp_timer.c tcp_probe_timer.
    [Fact]
    public void Window_that_stays_closed_does_not_keep_a_closed_connection_for_ever()
    {
        TcpScript script = TcpScript.Established();
        script.Inject(". 1:1(0) ack 1 win 0");
        script.Write(100);
        script.Do(connection => connection.Close());
        for (int i = 0; i < 100 && script.Layer.Count > 0; i++)
        {
            script.Advance(60_000);
            if (script.Path.Sent.Count > 0 && script.Layer.Count > 0)
                script.Inject(". 1:1(0) ack 1 win 0");
            script.Path.Sent.Clear();
        }

        script.ExpectState(TcpState.Closed);
        Assert.Equal(TcpError.TimedOut, script.Connection.Error);
    }

    private static TcpScript TimeWait()
    {
        TcpScript script = TcpScript.Established();
        script.Do(connection => connection.CloseWrite());
        script.Expect("FP. 1:1(0) ack 1");
        script.Inject("F. 1:1(0) ack 2");
        script.Expect(". 2:2(0) ack 2");
        script.ExpectState(TcpState.TimeWait);
        return script;
    }

    // One that was replaced is not in TIME-WAIT any more, and takes nobody's place there.
    [Fact]
    public void Connections_that_made_way_for_new_ones_do_not_drive_others_out_of_time_wait()
    {
        var script = new TcpScript(TcpScript.Plain, new TcpLayerOptions { Secret = 5, MaxTimeWait = 3 });
        script.Listen();
        OpenAndClose(port: 1, at: 0);
        for (int i = 0; i < 500; i++)
            OpenAndClose(port: 2, at: i * 5000);
        Assert.Equal(0, script.Layer.Counters.TimeWaitEvicted);
        Assert.Equal(2, script.Layer.Count);
        Assert.InRange(script.Layer.TimeWaitHeld, 2, 100);

        void OpenAndClose(int port, int at)
        {
            script.RemotePort = port;
            script.Inject($"S {at}:{at}(0) win 65535");
            script.ExpectAny("S.");
            script.Inject($". {at + 1}:{at + 1}(0) ack 1");
            script.Accept();
            script.Do(connection => connection.CloseWrite());
            script.ExpectAny("FP.");
            script.Inject($"F. {at + 1}:{at + 1}(0) ack 2");
            script.ExpectAny(".");
        }
    }
}
