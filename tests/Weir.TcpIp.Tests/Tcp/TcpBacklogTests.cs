using Weir.Packets;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>What becomes of a handshake whose last ACK finds the backlog full: as in Linux with net.ipv4.tcp_abort_on_overflow = 0, it waits.</summary>
public class TcpBacklogTests
{
    private const string Syn = TcpScript.PeerSyn;

    [Fact]
    public void Ack_that_finds_the_backlog_full_is_dropped_with_its_data_which_completes_the_handshake_when_it_comes_again()
    {
        TcpScript script = FullBeforeTheSecond();
        script.Inject("P. 1:11(10) ack 1");
        script.ExpectNothing();
        Assert.Equal((1, 1), (script.Listener.Waiting, script.Listener.HalfOpen));
        Assert.Equal(1, script.Layer.Counters.ListenOverflows);

        script.Accept();
        script.Inject("P. 1:11(10) ack 1");
        Assert.Equal((1, 0), (script.Listener.Waiting, script.Listener.HalfOpen));
        script.Accept();
        script.ExpectRead(10);
    }

    [Fact]
    public void Syn_ack_is_repeated_to_a_peer_that_waits_for_room_and_its_answer_completes_the_handshake()
    {
        TcpScript script = FullBeforeTheSecond();
        script.Inject(". 1:1(0) ack 1");
        script.Advance(1000);
        script.Expect("S. 0:0(0) ack 1");
        script.Inject(". 1:1(0) ack 1");
        script.Advance(2000);
        script.Expect("S. 0:0(0) ack 1");
        script.Accept();
        script.Inject(". 1:1(0) ack 1");
        script.Accept();
        script.ExpectState(TcpState.Established);
        script.Advance(10_000);
        script.ExpectNothing();
    }

    [Fact]
    public void Handshake_that_never_finds_room_ends_without_a_word_and_holds_nothing()
    {
        TcpScript script = FullBeforeTheSecond();
        script.Inject("PF. 1:1001(1000) ack 1");
        script.Advance(600_000);
        while (script.Path.Sent.Count > 0)
            script.Expect("S. 0:0(0) ack 1");
        Assert.Equal((1, 0), (script.Listener.Waiting, script.Listener.HalfOpen));
        Assert.Equal(1, script.Layer.Count);
        Assert.Equal(0, script.Layer.MemoryUsed);
    }

    [Fact]
    public void Cookie_that_comes_back_while_the_backlog_is_full_is_not_answered_and_counts_once_there_is_room()
    {
        var script = new TcpScript();
        script.Listen(new TcpListenOptions { Backlog = 1, MaxHalfOpen = 0 });
        script.RemotePort = 2;
        script.Inject(Syn);
        uint second = NextSequence(script);
        script.ExpectAny("S.");
        script.RemotePort = 1;
        script.Inject(Syn);
        uint first = NextSequence(script);
        script.ExpectAny("S.");
        script.Inject(". 1:1(0) ack 1");

        script.RemotePort = 2;
        string late = $"P. 1:11(10) ack {1L + (second - first)}";
        script.Inject(late);
        script.ExpectNothing();
        Assert.Equal((1, 1), (script.Listener.Waiting, script.Layer.Count));
        script.Accept();
        script.Inject(late);
        script.Accept();
        script.ExpectRead(10);

        // What is no cookie is refused as ever.
        script.Path.Sent.Clear();
        script.RemotePort = 3;
        script.Inject(". 1:1(0) ack 1");
        script.ExpectAny("R");
    }

    // net.ipv4.tcp_abort_on_overflow = 1.
    [Fact]
    public void Ack_that_finds_the_backlog_full_is_answered_with_a_reset_where_that_is_asked_for()
    {
        TcpScript script = FullBeforeTheSecond(new TcpListenOptions { AbortOnOverflow = true });
        script.Inject(". 1:1(0) ack 1");
        script.Expect("R. 1:1(0) ack 1");
        Assert.Equal((1, 0), (script.Listener.Waiting, script.Listener.HalfOpen));
        Assert.Equal(1, script.Layer.Count);
    }

    /// <summary>Room for one, which waits; a second one's SYN was answered.</summary>
    private static TcpScript FullBeforeTheSecond(TcpListenOptions? options = null)
    {
        var script = new TcpScript();
        script.Listen((options ?? new TcpListenOptions()) with { Backlog = 1 });
        script.RemotePort = 2;
        script.Inject(Syn);
        script.ExpectAny("S.");
        script.RemotePort = 1;
        script.Inject(Syn);
        script.ExpectAny("S.");
        script.Inject(". 1:1(0) ack 1");

        // The script counts from the SYN,ACK that it saw last.
        script.RemotePort = 2;
        script.Inject(Syn);
        script.ExpectAny("S.");
        return script;
    }

    private static uint NextSequence(TcpScript script)
    {
        TcpSegment.Parse(script.Path.Sent.Peek().Bytes, out TcpSegment segment);
        return segment.Sequence;
    }
}
