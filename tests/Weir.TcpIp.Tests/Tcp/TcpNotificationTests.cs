using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>What the application's own code throws comes out of the call; what others are to hear is not lost by it.</summary>
public class TcpNotificationTests
{
    [Fact]
    public void Observer_that_throws_keeps_nothing_from_the_others()
    {
        var script = new TcpScript(TcpScript.Plain with { SynRetransmissions = 0 });
        var told = new List<string>();
        Connect(script, 1, new Watcher(_ => { told.Add("first"); throw new FormatException(); }));
        Connect(script, 2, new Watcher(events => told.Add($"second {events}")));
        TimeSpan later = script.Now + TimeSpan.FromSeconds(1);
        Assert.Throws<FormatException>(() => script.Layer.Expire(later));
        script.Layer.Expire(later);
        Assert.Equal(["first", "second Closed"], told);

        // And so it goes on.
        Connect(script, 3, new Watcher(events => told.Add($"third {events}")));
        script.Layer.Expire(later + TimeSpan.FromSeconds(1));
        Assert.Equal("third Closed", told[^1]);
    }

    [Fact]
    public void Listener_whose_callback_throws_is_told_of_the_next_one()
    {
        var script = new TcpScript();
        int told = 0;
        script.Listen(new TcpListenOptions { Acceptable = _ => { if (++told == 1) throw new FormatException(); } });
        Shake(script, 1, throws: true);
        Shake(script, 2, throws: false);
        Assert.Equal((2, 2), (told, script.Listener.Waiting));
    }

    [Fact]
    public void Decision_that_throws_leaves_no_half_open_connection()
    {
        var script = new TcpScript();
        script.Listen(new TcpListenOptions { Accept = _ => throw new FormatException() });
        Assert.Throws<FormatException>(() => script.Inject(TcpScript.PeerSyn));
        Assert.Equal((0, 0), (script.Layer.Count, script.Listener.HalfOpen));
    }

    private static void Shake(TcpScript script, int port, bool throws)
    {
        script.RemotePort = port;
        script.Inject(TcpScript.PeerSyn);
        script.ExpectAny("S.");
        if (throws)
            Assert.Throws<FormatException>(() => script.Inject(". 1:1(0) ack 1"));
        else
            script.Inject(". 1:1(0) ack 1");
    }

    private static void Connect(TcpScript script, ushort port, ITcpObserver observer)
    {
        Assert.NotNull(script.Layer.Connect(new TcpConnectOptions { RemoteAddress = TcpScript.Peer, RemotePort = 80, LocalPort = port, Profile = script.Profile }, observer, script.Now));
        script.Transmit();
    }

    private sealed class Watcher(Action<TcpEvents> told) : ITcpObserver
    {
        public void Notify(TcpConnection connection, TcpEvents events) => told(events);
    }
}
