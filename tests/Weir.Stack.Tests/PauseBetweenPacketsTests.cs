namespace Weir.Stack.Tests;

public class PauseBetweenPacketsTests
{
    private static readonly TimeSpan Spin = TimeSpan.FromMicroseconds(50);

    [Fact]
    public void Nothing_is_waited_for_after_a_packet()
    {
        var pause = new PauseBetweenPackets(Spin);
        Assert.Equal(Pause.None, pause.After(received: true, At(0)));
        Assert.Equal(Pause.None, pause.After(received: true, At(1000)));
    }

    [Fact]
    public void After_a_short_pause_the_next_packet_is_looked_for_as_long_as_the_spin_lasts()
    {
        var pause = new PauseBetweenPackets(Spin);
        pause.After(received: true, At(0));
        Assert.Equal(Pause.Look, pause.After(received: false, At(1)));
        Assert.Equal(Pause.Look, pause.After(received: false, At(50)));
        Assert.Equal(Pause.None, pause.After(received: true, At(51)));
        Assert.Equal(Pause.Look, pause.After(received: false, At(60)));
        Assert.Equal(Pause.Look, pause.After(received: false, At(109)));
        Assert.Equal(Pause.Sleep, pause.After(received: false, At(110)));
    }

    [Fact]
    public void After_a_long_pause_the_loop_sleeps_at_once_until_one_is_short_again()
    {
        var pause = new PauseBetweenPackets(Spin);
        pause.After(received: true, At(0));
        pause.After(received: false, At(1));
        pause.After(received: true, At(500));
        Assert.Equal(Pause.Sleep, pause.After(received: false, At(501)));
        pause.After(received: true, At(540));
        Assert.Equal(Pause.Look, pause.After(received: false, At(541)));
    }

    [Fact]
    public void Without_a_spin_it_always_sleeps()
    {
        var pause = new PauseBetweenPackets(TimeSpan.Zero);
        pause.After(received: true, At(0));
        Assert.Equal(Pause.Sleep, pause.After(received: false, At(0)));
    }

    private static TimeSpan At(int microseconds) => TimeSpan.FromMicroseconds(microseconds);
}
