using Weir.TcpIp.Tcp;

namespace Weir.TcpIp.Tests.Tcp;

public partial class TcpConnectionTests
{
    // RFC 9293 3.5, figure 6.
    [Fact]
    public void Active_open_sends_a_syn_with_all_options_and_is_established_by_the_answer()
    {
        var script = new TcpScript(TcpProfile.Default);
        script.Connect();
        script.Expect("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 0 ecr 0,wscale 7>");
        script.Advance(10);
        script.Inject("S. 0:0(0) ack 1 win 65535 <mss 1000,sackOK,TS val 700 ecr 0,wscale 8>");
        script.Expect(". 1:1(0) ack 1 <TS val 10 ecr 700>");
        script.ExpectState(TcpState.Established);
        script.ExpectEvents(TcpEvents.Connected);
        Assert.Equal(10, script.Connection.Info.Srtt.TotalMilliseconds);
        Assert.Equal(988, script.Connection.Info.SndMss);
    }

    [Fact]
    public void Passive_open_answers_a_syn_and_gives_the_connection_out_when_it_is_acknowledged()
    {
        var script = new TcpScript();
        script.Listen();
        script.Inject("S 0:0(0) win 65535 <mss 1000,sackOK,wscale 7>");
        script.Expect("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,wscale 7>");
        Assert.False(script.Listener.TryAccept(out _));
        script.Inject(". 1:1(0) ack 1 win 257");
        script.Accept();
        script.ExpectState(TcpState.Established);
        Assert.Equal(257 << 7, script.Connection.Info.SndWnd);
    }

    // RFC 9293 3.10.7.2 and 7323 1.3: options are answered, not offered.
    [Fact]
    public void Options_that_the_peer_did_not_offer_are_not_in_the_answer()
    {
        var script = new TcpScript(TcpProfile.Default);
        script.Listen();
        script.Inject("S 0:0(0) win 65535");
        script.Expect("S. 0:0(0) ack 1 win 65535 <mss 1460>");
        script.Inject(". 1:1(0) ack 1 win 500");
        script.Accept();
        Assert.Equal(536, script.Connection.Info.SndMss);
        Assert.Equal(500, script.Connection.Info.SndWnd);
    }

    // RFC 9293 3.5, figure 7.
    [Fact]
    public void Simultaneous_open_ends_in_one_connection()
    {
        var script = new TcpScript();
        script.Connect();
        script.Expect("S 0:0(0) win 65535 <mss 1460,sackOK,wscale 7>");
        script.Inject(TcpScript.PeerSyn);
        script.Expect("S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,wscale 7>");
        script.ExpectState(TcpState.SynReceived);
        script.Inject("S. 0:0(0) ack 1 win 65535 <mss 1000,sackOK,wscale 0>");
        script.ExpectState(TcpState.Established);
        script.ExpectEvents(TcpEvents.Connected);
        script.Write(10);
        script.Expect("P. 1:11(10) ack 1");
    }

    // RFC 6298 2.1, 5.5, 5.6.
    [Fact]
    public void Syn_is_repeated_after_1_2_and_4_seconds_and_given_up_in_the_end()
    {
        var script = new TcpScript(TcpScript.Plain with { SynRetransmissions = 3 });
        script.Connect();
        script.Expect("S 0:0(0)");
        script.Advance(999);
        script.ExpectNothing();
        script.Advance(1);
        script.Expect("S 0:0(0)");
        script.Advance(2000);
        script.Expect("S 0:0(0)");
        script.Advance(4000);
        script.Expect("S 0:0(0)");
        script.Advance(8000);
        script.ExpectNothing();
        script.ExpectEvents(TcpEvents.Closed);
        Assert.Equal(TcpError.TimedOut, script.Connection.Error);
        Assert.Equal(0, script.Layer.Count);
    }

    [Fact]
    public void Syn_ack_is_repeated_and_a_repeated_syn_is_answered_with_it()
    {
        var script = new TcpScript();
        script.Listen();
        script.Inject(TcpScript.PeerSyn);
        script.Expect("S. 0:0(0) ack 1");
        script.Inject(TcpScript.PeerSyn);
        script.Expect("S. 0:0(0) ack 1");
        script.Advance(1000);
        script.Expect("S. 0:0(0) ack 1");
    }

    // RFC 9293 3.10.7.3, first and second.
    [Fact]
    public void Reset_of_a_syn_refuses_only_when_it_acknowledges_it()
    {
        var script = new TcpScript();
        script.Connect();
        script.Expect("S 0:0(0)");
        script.Inject("R 0:0(0) win 0");
        script.ExpectState(TcpState.SynSent);
        script.Inject("R. 0:0(0) ack 2 win 0");
        script.ExpectState(TcpState.SynSent);
        script.ExpectNothing();
        script.Inject("R. 0:0(0) ack 1 win 0");
        script.ExpectEvents(TcpEvents.Closed);
        Assert.Equal(TcpError.Refused, script.Connection.Error);
    }

    // RFC 9293 3.5, figure 9: an old connection's other half.
    [Fact]
    public void Wrong_acknowledgment_of_a_syn_is_answered_with_a_reset()
    {
        var script = new TcpScript();
        script.Connect();
        script.Expect("S 0:0(0)");
        script.Inject(". 300:300(0) ack 100 win 65535");
        script.Expect("R 100:100(0) win 0");
        script.ExpectState(TcpState.SynSent);
    }

    // RFC 9293 3.10.7.1.
    [Fact]
    public void Segment_to_a_closed_port_is_answered_with_a_reset_that_will_be_believed()
    {
        var script = new TcpScript();
        script.Inject("S 0:0(0) win 65535");
        SegmentText reset = script.ExpectAny("R.");
        Assert.Equal(1, reset.Ack);
        script.Inject("F. 5:105(100) ack 77 win 65535");
        Assert.Equal(77, script.ExpectAny("R").Start);
        script.Inject("R 5:5(0) win 0");
        script.ExpectNothing();
    }

    // RFC 9293 3.10.4: data and FIN wait for the handshake.
    [Fact]
    public void What_is_written_during_the_handshake_follows_it()
    {
        var script = new TcpScript();
        script.Connect();
        script.Expect("S 0:0(0)");
        script.Write(100);
        script.ExpectNothing();
        script.Inject("S. 0:0(0) ack 1 win 65535 <mss 1000>");
        script.Expect("P. 1:101(100) ack 1");
    }

    [Fact]
    public void Connect_without_a_route_or_with_a_used_tuple_gives_null()
    {
        var script = new TcpScript();
        script.Connect();
        var again = new TcpConnectOptions { RemoteAddress = TcpScript.Peer, RemotePort = TcpScript.PeerPort, LocalPort = TcpScript.OwnPort };
        Assert.Null(script.Layer.Connect(again, null, script.Now));
        script.Paths.HasRoute = false;
        Assert.Null(script.Layer.Connect(again with { LocalPort = 0 }, null, script.Now));
    }

    // RFC 6528: unrelated tuples have unrelated numbers; the same tuple moves on with the clock.
    [Fact]
    public void Initial_sequence_numbers_differ_between_tuples_and_move_with_the_clock()
    {
        var sequence = new Weir.TcpIp.Tcp.Security.InitialSequence(42);
        var tuple = new FourTuple(1, 2, 3, 4);
        uint first = sequence.Choose(tuple, 0).Iss;
        Assert.Equal(first + 250, sequence.Choose(tuple, TimeSpan.TicksPerMillisecond).Iss);
        Assert.NotEqual(first, sequence.Choose(tuple with { RemotePort = 5 }, 0).Iss);
        Assert.NotEqual(first, new Weir.TcpIp.Tcp.Security.InitialSequence(43).Choose(tuple, 0).Iss);
    }

    // The paper's test vector: key 00..0f, message 00..07 (whole words).
    [Fact]
    public void SipHash_is_that_of_the_paper()
    {
        var hash = new Weir.TcpIp.Tcp.Security.SipHash(new UInt128(0x0f0e0d0c0b0a0908, 0x0706050403020100));
        Assert.Equal(0x93f5f5799a932462UL, hash.Compute(0x0706050403020100));
        Assert.Equal(0x726fdb47dd0e0e31UL, hash.Compute());
    }

    // RFC 9293 3.10.7.4, fourth, SYN-RECEIVED: back to LISTEN. A challenge would wait for a reset that many a firewall in between lets nobody send.
    [Fact]
    public void Other_syn_within_the_window_of_a_half_open_connection_ends_it_and_is_answered_when_it_comes_again()
    {
        var script = new TcpScript();
        script.Listen();
        script.Inject(TcpScript.PeerSyn);
        script.ExpectAny("S.");
        script.Inject("S 500:500(0) win 65535");
        script.ExpectNothing();
        Assert.Equal((0, 0), (script.Layer.Count, script.Listener.HalfOpen));
        script.Inject("S 500:500(0) win 65535");
        script.Expect("S. 0:0(0) ack 501");
    }

    // net/ipv4/tcp_minisocks.c tcp_check_req: a pure repetition, whatever it carries.
    [Theory]
    [InlineData("S 0:0(0) win 65535 <mss 1000>")]
    [InlineData("S 0:100(100) win 65535 <mss 1000>")]
    public void Repeated_syn_is_answered_at_once_with_data_too(string syn)
    {
        var script = new TcpScript();
        script.Listen();
        script.Inject(syn);
        script.Expect("S. 0:0(0) ack 1");
        script.Inject(syn);
        script.Expect("S. 0:0(0) ack 1");
        script.ExpectNothing();
    }

    // A segment of an earlier connection comes behind the SYN, before that was answered.
    [Fact]
    public void Nothing_is_sent_before_the_syn_ack()
    {
        var script = new TcpScript();
        script.Listen();
        script.InjectWithoutTransmit(SegmentText.Parse(TcpScript.PeerSyn));
        script.InjectWithoutTransmit(SegmentText.Parse("P. 70000:70100(100) ack 1"));
        script.Transmit();
        script.Expect("S. 0:0(0) ack 1");
        script.ExpectNothing();
    }
}
