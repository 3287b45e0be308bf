using Weir.Packets;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.TcpIp.Tests.Tcp;

public class TcpListenerTests
{
    private const string Syn = TcpScript.PeerSyn;

    [Fact]
    public void Rejected_syn_is_answered_with_a_reset_and_a_dropped_one_not_at_all()
    {
        var script = new TcpScript();
        AcceptDecision decision = AcceptDecision.Reject;
        script.Listen(new TcpListenOptions { Accept = _ => decision });
        script.Inject(Syn);
        Assert.Equal(1, script.ExpectAny("R.").Ack);
        decision = AcceptDecision.Drop;
        script.Inject(Syn);
        script.ExpectNothing();
        Assert.Equal(0, script.Layer.Count);
        Assert.Equal(0, script.Listener.HalfOpen);
    }

    // The upstream is dialled before the SYN is answered.
    [Fact]
    public void Deferred_syn_is_answered_when_it_is_decided()
    {
        var script = new TcpScript();
        PendingConnection? pending = null;
        script.Listen(new TcpListenOptions { Accept = asked => Keep(asked, out pending) });
        script.Inject(Syn);
        script.Advance(500);
        script.Inject(Syn);
        script.Advance(2500);
        script.ExpectNothing();
        pending!.Complete(AcceptDecision.Accept);
        script.Transmit();
        script.Expect("S. 0:0(0) ack 1");
        script.Inject(". 1:1(0) ack 1");
        Assert.Same(pending.Connection, script.Accept());
    }

    [Fact]
    public void Deferred_syn_can_be_rejected()
    {
        var script = new TcpScript();
        PendingConnection? pending = null;
        script.Listen(new TcpListenOptions { Accept = asked => Keep(asked, out pending) });
        script.Inject(Syn);
        pending!.Complete(AcceptDecision.Reject);
        Assert.Equal(1, script.ExpectAny("R.").Ack);
        Assert.True(pending.IsCancelled);
        pending.Complete(AcceptDecision.Accept);
        script.Transmit();
        script.ExpectNothing();
    }

    // RFC 1122 4.2.3.9: the error quotes the SYN, by which the peer knows its connection.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Syn_to_an_unreachable_host_is_answered_with_an_error_or_else_with_a_reset(bool canTell)
    {
        var script = new TcpScript();
        script.Path.TellsUnreachable = canTell;
        script.Listen(new TcpListenOptions { Accept = _ => AcceptDecision.Unreachable });
        script.Inject(Syn);
        if (!canTell)
        {
            Assert.Equal(1, script.ExpectAny("R.").Ack);
            return;
        }

        script.ExpectNothing();
        TcpSegment.Parse(script.Path.Unreachable, out TcpSegment quoted);
        Assert.Equal((TcpFlags.SYN, TcpScript.PeerPort, TcpScript.OwnPort, script.PeerIss), (quoted.Flags, quoted.SourcePort, quoted.DestinationPort, quoted.Sequence));
        Assert.Equal(0, script.Listener.HalfOpen);
    }

    [Fact]
    public void Deferred_syn_is_forgotten_when_the_peer_resets_or_nobody_decides()
    {
        var script = new TcpScript();
        PendingConnection? pending = null;
        script.Listen(new TcpListenOptions { Accept = asked => Keep(asked, out pending), DeferTimeout = TimeSpan.FromSeconds(10) });
        script.Inject(Syn);
        script.Inject("R 1:1(0) win 0");
        Assert.True(pending!.IsCancelled);
        script.Inject(Syn);
        Assert.False(pending.IsCancelled);
        script.Advance(10_000);
        Assert.True(pending.IsCancelled);
        Assert.Equal(0, script.Listener.HalfOpen);
        script.ExpectNothing();
    }

    // Whoever looks for an open port learns nothing before it was decided.
    [Theory]
    [InlineData("R 2:2(0) win 0")]
    [InlineData("P. 900000:900010(10) ack 1")]
    [InlineData("F. 900000:900000(0) ack 1")]
    [InlineData(". 1:1(0) ack 1")]
    public void Deferred_syn_is_not_answered_whatever_else_comes(string segment)
    {
        var script = new TcpScript();
        script.Listen(new TcpListenOptions { Accept = _ => AcceptDecision.Defer });
        script.Inject(Syn);
        script.Inject(segment);
        script.ExpectNothing();
        Assert.Equal(1, script.Listener.HalfOpen);
    }

    // RFC 5461 4.1, net/ipv4/tcp_ipv4.c tcp_req_err: SYNs with addresses of others bring errors, and each frees a place.
    [Fact]
    public void Half_open_connection_to_a_host_that_can_not_be_reached_ends()
    {
        var script = new TcpScript();
        script.Listen();
        script.Inject(Syn);
        script.ExpectAny("S.");
        script.Error(TcpIcmpErrorKind.Unreachable, 1);
        Assert.Equal(1, script.Listener.HalfOpen);
        script.Error(TcpIcmpErrorKind.Unreachable, 0);
        Assert.Equal((0, 0), (script.Listener.HalfOpen, script.Layer.Count));
        script.ExpectNothing();
    }

    [Fact]
    public void Transparent_listener_takes_any_address_and_port_and_knows_the_original_destination()
    {
        var paths = new ScriptedPaths(TcpScript.Own);
        var layer = new TcpLayer(paths, new TcpLayerOptions { Secret = 9 });
        using TcpListener listener = layer.Listen(new TcpListenOptions { Transparent = true });
        UInt128 foreign = IpAddressBits.Parse("2001:db8::77"), peer = IpAddressBits.Parse("2001:db8::1");
        TimeSpan now = TimeSpan.FromSeconds(1);
        ScriptedPath path = paths.Get(foreign, peer);

        Send(layer, peer, foreign, 443, TcpFlags.SYN, 100, 0, now, isLocal: false);
        layer.Transmit(now);
        Assert.True(path.Sent.TryDequeue(out SentSegment? answer));
        TcpSegment.Parse(answer.Bytes, out TcpSegment segment);
        Send(layer, peer, foreign, 443, TcpFlags.ACK, 101, segment.Sequence + 1, now, isLocal: false);

        Assert.True(listener.TryAccept(out TcpConnection connection));
        Assert.Equal((foreign, (ushort)443), (connection.LocalAddress, connection.LocalPort));
    }

    [Fact]
    public void Foreign_destination_without_a_transparent_listener_is_nobodys()
    {
        var paths = new ScriptedPaths(TcpScript.Own);
        var layer = new TcpLayer(paths, new TcpLayerOptions { Secret = 9 });
        using TcpListener listener = layer.Listen(new TcpListenOptions { Port = 80 });
        Send(layer, 1, 2, 80, TcpFlags.SYN, 100, 0, TimeSpan.Zero, isLocal: false);
        layer.Transmit(TimeSpan.Zero);
        Assert.Empty(paths.Get(2, 1).Sent);
    }

    [Fact]
    public void Exact_listener_wins_over_one_for_any_port()
    {
        var script = new TcpScript();
        using TcpListener any = script.Layer.Listen(new TcpListenOptions());
        script.Listen();
        script.Inject(Syn);
        Assert.Equal((1, 0), (script.Listener.HalfOpen, any.HalfOpen));
        Assert.Throws<InvalidOperationException>(() => script.Layer.Listen(new TcpListenOptions()));
    }

    [Fact]
    public void Connection_can_be_opened_from_a_foreign_address()
    {
        var paths = new ScriptedPaths(TcpScript.Own);
        var layer = new TcpLayer(paths, new TcpLayerOptions { Secret = 9 });
        TcpConnection? connection = layer.Connect(new TcpConnectOptions { LocalAddress = 77, RemoteAddress = 88, RemotePort = 80 }, null, TimeSpan.Zero);
        layer.Transmit(TimeSpan.Zero);
        Assert.Single(paths.Get(77, 88).Sent);
        Assert.InRange(connection!.LocalPort, 32768, 60999);
    }

    [Fact]
    public void Full_backlog_takes_no_more_syns()
    {
        var script = new TcpScript();
        script.Listen(new TcpListenOptions { Backlog = 2 });
        for (int port = 1; port <= 3; port++)
        {
            script.RemotePort = port;
            script.Inject(Syn);
            if (port < 3)
            {
                script.ExpectAny("S.");
                script.Inject(". 1:1(0) ack 1");
            }
        }

        script.ExpectNothing();
        Assert.Equal(1, script.Layer.Counters.ListenOverflows);
        script.Accept();
        script.Inject(Syn);
        script.ExpectAny("S.");
    }

    [Fact]
    public void Disposed_listener_aborts_what_was_not_accepted()
    {
        var script = new TcpScript();
        script.Listen();
        script.Inject(Syn);
        script.ExpectAny("S.");
        script.Inject(". 1:1(0) ack 1");
        script.Listener.Dispose();
        script.ExpectAny("R.");
        script.Inject("S 9:9(0) win 100");
        script.ExpectAny("R.");
    }

    // RFC 4987 3.6.
    [Fact]
    public void Flood_of_syns_stores_nothing_and_the_honest_client_gets_in_with_its_options()
    {
        var script = new TcpScript(TcpProfile.Default);
        script.Listen(new TcpListenOptions { MaxHalfOpen = 16 });
        for (int port = 1; port <= 1000; port++)
        {
            script.RemotePort = port;
            script.Inject("S 0:0(0) win 65535 <mss 1460>");
        }

        Assert.Equal(16, script.Layer.Count);
        Assert.Equal(984, script.Layer.Counters.CookiesSent);
        script.Path.Sent.Clear();
        script.RemotePort = 5000;
        script.Inject("S 0:0(0) win 65535 <mss 1460,sackOK,TS val 10 ecr 0,wscale 9>");
        SegmentText answer = script.ExpectAny("S.");
        Assert.Contains("sackOK,TS val", answer.Options, StringComparison.Ordinal);
        string echo = answer.Options!.Split("TS val ")[1].Split(' ')[0];
        script.Inject($". 1:1(0) ack 1 win 100 <TS val 11 ecr {echo}>");
        TcpConnection connection = script.Accept();
        Assert.Equal(1448, connection.Info.SndMss);
        Assert.Equal(100 << 9, connection.Info.SndWnd);
        Assert.True(connection.Info.SelectiveAcknowledgment);
        script.Write(100);
        Assert.StartsWith("P. 1:101(100) ack 1 ", script.ExpectAny("P.").ToString(), StringComparison.Ordinal);
    }

    // RFC 3168 6.1.1: the timestamp of the SYN,ACK remembers that both know ECN.
    [Fact]
    public void Cookie_with_timestamps_keeps_ecn_where_both_ends_want_it()
    {
        foreach ((string syn, string answer, bool agreed, EcnMode mode) in new[] { ("SEW", "SE.", true, EcnMode.Accept), ("S", "S.", false, EcnMode.Accept), ("SEW", "S.", false, EcnMode.Off) })
        {
            var script = new TcpScript(TcpProfile.Default with { Ecn = mode });
            script.Listen(new TcpListenOptions { MaxHalfOpen = 0, Profile = script.Profile });
            script.Inject($"{syn} 0:0(0) win 65535 <mss 1460,sackOK,TS val 10 ecr 0,wscale 9>");
            string echo = script.ExpectAny(answer).Options!.Split("TS val ")[1].Split(' ')[0];
            script.Inject($". 1:1(0) ack 1 win 100 <TS val 11 ecr {echo}>");
            TcpConnection connection = script.Accept();
            Assert.Equal(agreed, connection.Info.Ecn);
        }
    }

    [Fact]
    public void Cookie_without_timestamps_keeps_only_the_segment_size()
    {
        var script = new TcpScript();
        script.Listen(new TcpListenOptions { MaxHalfOpen = 0 });
        script.Inject("S 0:0(0) win 65535 <mss 1400,sackOK,wscale 9>");
        Assert.Equal("mss 1460", script.ExpectAny("S.").Options);
        script.Inject(". 1:1(0) ack 1 win 100");
        TcpConnection connection = script.Accept();
        Assert.Equal(1360, connection.Info.SndMss);
        Assert.Equal(100, connection.Info.SndWnd);
        script.Inject("P. 1:11(10) ack 1 win 100");
        script.ExpectRead(10);
    }

    [Fact]
    public void Forged_or_old_cookie_is_answered_with_a_reset()
    {
        var script = new TcpScript();
        script.Listen(new TcpListenOptions { MaxHalfOpen = 0 });
        script.Inject(". 1:1(0) ack 1");
        script.ExpectAny("R");
        script.Inject(Syn);
        script.ExpectAny("S.");
        script.Inject(". 1:1(0) ack 2");
        script.ExpectAny("R");
        Assert.Equal(1, script.Layer.Counters.CookiesRefused);
        script.Advance(200_000);
        script.Inject(". 1:1(0) ack 1");
        script.ExpectAny("R");
        Assert.Equal(0, script.Layer.Count);
    }

    [Fact]
    public void Handshake_that_a_disposed_listener_had_begun_is_reset()
    {
        var script = new TcpScript();
        script.Listen();
        script.Inject(Syn);
        script.ExpectAny("S.");
        script.Listener.Dispose();
        script.Inject(". 1:1(0) ack 1");
        script.ExpectAny("R.");
        Assert.Equal(0, script.Layer.Count);
    }

    // RFC 6298 2, 3: when the SYN,ACK went is not known, so its acknowledgment measures nothing.
    [Fact]
    public void Cookie_measures_no_round_trip_and_the_first_retransmission_counts_as_one()
    {
        var script = new TcpScript();
        script.Listen(new TcpListenOptions { MaxHalfOpen = 0 });
        script.Inject(Syn);
        script.ExpectAny("S.");
        script.Advance(100);
        script.Inject(". 1:1(0) ack 1");
        TcpConnection connection = script.Accept();
        Assert.Equal(TimeSpan.Zero, connection.Info.Srtt);
        script.Write(500);
        script.Expect("P. 1:501(500) ack 1");
        script.Advance(999);
        script.ExpectNothing();
        script.Advance(1);
        script.Expect("P. 1:501(500) ack 1");
        Assert.Equal(1, connection.Info.Retransmissions);
        script.Advance(10);
        script.Inject(". 1:1(0) ack 501");
        Assert.Equal(TimeSpan.Zero, connection.Info.Srtt);
    }

    private static AcceptDecision Keep(PendingConnection asked, out PendingConnection? pending)
    {
        pending = asked;
        return AcceptDecision.Defer;
    }

    private static void Send(TcpLayer layer, UInt128 source, UInt128 destination, ushort port, TcpFlags flags, uint sequence, uint ack, TimeSpan now, bool isLocal)
    {
        byte[] bytes = new byte[TcpHeader.Size];
        new TcpHeader { SourcePort = 999, DestinationPort = port, Sequence = sequence, Acknowledgment = ack, Flags = flags, Window = 1000 }.WriteTo(bytes);
        layer.Receive(new SegmentArrival { Source = source, Destination = destination, IsLocal = isLocal }, bytes, now);
    }
}
