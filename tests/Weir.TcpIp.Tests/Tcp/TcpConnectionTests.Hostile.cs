using Weir.TcpIp.Tcp;

namespace Weir.TcpIp.Tests.Tcp;

public partial class TcpConnectionTests
{
    // RFC 5961 3.2.
    [Fact]
    public void Reset_must_have_exactly_the_next_number()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("R 900001:900001(0) win 0");
        script.ExpectNothing();
        script.Inject("R 2:2(0) win 0");
        script.Expect(". 1:1(0) ack 1");
        script.ExpectState(TcpState.Established);
        script.Inject("R 1:1(0) win 0");
        script.ExpectState(TcpState.Closed);
        Assert.Equal(TcpError.Reset, script.Connection.Error);
        script.ExpectEvents(TcpEvents.Connected | TcpEvents.Closed);
    }

    // RFC 5961 4.2.
    [Fact]
    public void Syn_in_an_open_connection_is_challenged()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("S 50:50(0) win 65535");
        script.Expect(". 1:1(0) ack 1");
        script.ExpectState(TcpState.Established);
        Assert.Equal(1, script.Layer.Counters.ChallengeAcks);
    }

    // RFC 5961 5.2.
    [Fact]
    public void Acknowledgment_of_what_was_never_sent_is_challenged_and_its_data_dropped()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("P. 1:11(10) ack 5000");
        script.Expect(". 1:1(0) ack 1");
        Assert.Equal(0, script.Connection.Available);
        script.Advance(500);
        script.Inject("P. 1:11(10) ack -100000");
        script.Expect(". 1:1(0) ack 1");
        Assert.Equal(0, script.Connection.Available);
        Assert.Equal(2, script.Layer.Counters.UnacceptableAcks);
    }

    // RFC 5961 7.
    [Fact]
    public void Challenges_are_limited()
    {
        TcpScript script = TcpScript.Established();
        for (int i = 0; i < 100; i++)
            script.Inject("R 2:2(0) win 0");
        script.Expect(". 1:1(0) ack 1");
        script.ExpectNothing();
        script.Advance(500);
        script.Inject("R 2:2(0) win 0");
        script.Expect(". 1:1(0) ack 1");
    }

    // RFC 7323 5.3 R1.
    [Fact]
    public void Old_timestamp_makes_a_segment_a_stray()
    {
        TcpScript script = WithTimestamps();
        script.Inject("P. 1:11(10) ack 1 <TS val 500 ecr 0>");
        script.Advance(40);
        script.ExpectAny(".");
        script.Inject("P. 11:21(10) ack 1 <TS val 499 ecr 0>");
        script.Expect(". 1:1(0) ack 11 <TS val 40 ecr 500>");
        Assert.Equal(10, script.Connection.Available);
        Assert.Equal(1, script.Layer.Counters.PawsRejected);
    }

    // RFC 7323 5.5.
    [Fact]
    public void Timestamp_that_is_24_days_old_is_forgotten()
    {
        TcpScript script = WithTimestamps();
        script.Advance(25 * 86_400_000.0);
        script.Inject("P. 1:11(10) ack 1 <TS val 4000000000 ecr 0>");
        Assert.Equal(10, script.Connection.Available);
    }

    // RFC 7323 3.2.
    [Fact]
    public void Segment_without_the_agreed_timestamp_is_dropped_but_a_reset_is_not()
    {
        TcpScript script = WithTimestamps();
        script.Inject("P. 1:11(10) ack 1");
        script.ExpectNothing();
        Assert.Equal(0, script.Connection.Available);
        script.Inject("R 1:1(0) win 0");
        script.ExpectState(TcpState.Closed);
    }

    // RFC 7323 4.3: the echo is that of the segment that the ACK is about, not of one behind a gap.
    [Fact]
    public void Timestamp_behind_a_gap_is_not_echoed()
    {
        TcpScript script = WithTimestamps();
        script.Inject(". 101:201(100) ack 1 <TS val 50 ecr 0>");
        script.Expect(". 1:1(0) ack 1 <TS val 0 ecr 1,sack 101:201>");
        script.Inject(". 1:101(100) ack 1 <TS val 60 ecr 0>");
        script.Expect(". 1:1(0) ack 201 <TS val 0 ecr 60>");
    }

    // RFC 9293 3.10.7.4, fifth: without ACK nothing is looked at.
    [Fact]
    public void Segment_without_ack_is_dropped()
    {
        TcpScript script = TcpScript.Established();
        script.Inject("P 1:11(10)");
        script.ExpectNothing();
        Assert.Equal(0, script.Connection.Available);
    }

    [Fact]
    public void Buffers_of_all_connections_together_are_bounded()
    {
        var script = new TcpScript(TcpScript.Plain, new TcpLayerOptions { Secret = 5, MemoryLimit = 100_000 });
        script.Listen();
        for (int port = 1; port <= 20; port++)
        {
            script.Path.Sent.Clear();
            script.RemotePort = port;
            script.Inject(TcpScript.PeerSyn);
            script.ExpectAny("S.");
            script.Inject(". 1:1(0) ack 1");
            script.Accept();
            for (int at = 1; at < 20_000; at += 1000)
                script.Inject($". {at}:{at + 1000}(1000) ack 1");
        }

        Assert.InRange(script.Layer.MemoryUsed, 50_000, 140_000);
        Assert.NotEqual(0, script.Layer.Counters.MemoryDrops);
    }

    [Fact]
    public void A_connection_that_ends_while_it_waits_for_memory_is_let_go()
    {
        var script = new TcpScript(TcpScript.Plain, new TcpLayerOptions { Secret = 5, MemoryLimit = 1000 });
        script.Listen();
        List<TcpConnection> connections = [];
        for (int port = 1; port <= 4; port++)
        {
            script.Path.Sent.Clear();
            script.RemotePort = port;
            script.Inject(TcpScript.PeerSyn);
            script.ExpectAny("S.");
            script.Inject(". 1:1(0) ack 1");
            connections.Add(script.Accept());
        }

        foreach (TcpConnection connection in connections)
            connection.Write(new byte[100_000]);

        // The first has taken the memory; of the rest the middle, the last and the only one go in turn.
        Assert.Equal([false, true, true, true], connections.Select(script.Layer.Memory.Waits));
        connections[2].Abort();
        Assert.Equal([false, true, false, true], connections.Select(script.Layer.Memory.Waits));
        connections[3].Abort();
        connections[1].Abort();
        Assert.DoesNotContain(connections, script.Layer.Memory.Waits);
    }

    [Fact]
    public void Far_segments_that_leave_gaps_do_not_take_memory_beyond_the_bound()
    {
        var script = new TcpScript(TcpProfile.Default with { Timestamps = false, ReceiveCapacity = 4 << 20 }, new TcpLayerOptions { Secret = 5, MemoryLimit = 1 << 20 });
        script.Listen();
        for (int port = 1; port <= 20; port++)
        {
            script.Path.Sent.Clear();
            script.RemotePort = port;
            script.Inject("S 0:0(0) win 65535 <mss 1000,sackOK,wscale 7>");
            script.ExpectAny("S.");
            script.Inject(". 1:1(0) ack 1");
            script.Accept();
            script.Inject(". 60001:60002(1) ack 1");
            script.Inject(". 1:2(1) ack 1");
            script.Inject(". 4000001:4000002(1) ack 1");
        }

        Assert.InRange(script.Layer.MemoryUsed, 1, (1 << 20) + (4 << 20));
    }

    // RFC 7323 5.3: what is not believed leaves TS.Recent as it is; else one forged segment makes all that follow look old.
    [Fact]
    public void Timestamp_of_a_segment_that_is_refused_is_not_echoed()
    {
        TcpScript script = WithTimestamps();
        script.Inject("P. 1:101(100) ack 1 <TS val 500 ecr 0>");
        script.Advance(40);
        script.Expect(". 1:1(0) ack 101 <TS val 40 ecr 500>");
        script.Inject("R 51:151(100) win 0 <TS val 2000000000 ecr 0>");
        script.Expect(". 1:1(0) ack 101 <TS val 40 ecr 500>");
        script.Advance(500);
        script.Inject("P. 101:111(10) ack 5000 <TS val 2000000000 ecr 0>");
        script.Expect(". 1:1(0) ack 101 <TS val 540 ecr 500>");
        script.Advance(500);
        script.Inject("S 51:151(100) win 65535 <TS val 2000000000 ecr 0>");
        script.Expect(". 1:1(0) ack 101 <TS val 1040 ecr 500>");
        script.Inject("P. 101:111(10) ack 1 <TS val 600 ecr 0>");
        Assert.Equal(110, script.Connection.Available);
    }

    // RFC 7323 4.3: of the segments that a delayed ACK covers the first is echoed, so that the peer measures the delay too.
    [Fact]
    public void Delayed_ack_echoes_the_timestamp_of_the_first_segment_that_it_covers()
    {
        TcpScript script = WithTimestamps();
        script.Inject(". 1:101(100) ack 1 <TS val 50 ecr 0>");
        script.Advance(20);
        script.Inject(". 101:201(100) ack 1 <TS val 70 ecr 0>");
        script.Advance(20);
        script.Expect(". 1:1(0) ack 201 <TS val 40 ecr 50>");
    }

    // RFC 2883: only what was there already came twice.
    [Fact]
    public void Data_that_there_was_no_place_for_is_not_reported()
    {
        TcpScript script = TcpScript.Established();
        for (int i = 0; i <= Weir.TcpIp.Streams.Reassembler.MaxRuns; i++)
        {
            script.Path.Sent.Clear();
            script.Inject($". {3 + (2 * i)}:{4 + (2 * i)}(1) ack 1");
        }

        Assert.DoesNotContain("2051:2052", script.ExpectAny(".").Options, StringComparison.Ordinal);
    }

    private static TcpScript WithTimestamps() =>
        TcpScript.Established(TcpProfile.Default, "S 0:0(0) win 65535 <mss 1000,sackOK,TS val 1 ecr 0>");
}
