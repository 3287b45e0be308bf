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
    public void A_pause_that_waking_may_have_made_long_is_tried_by_looking_and_ever_less_often_when_that_is_in_vain()
    {
        var pause = new PauseBetweenPackets(Spin);
        var at = 0;
        pause.After(received: true, At(at));
        var looked = new List<bool>();
        for (var i = 0; i < 20; i++)
        {
            looked.Add(pause.After(received: false, At(at + 1)) == Pause.Look);
            at += 150;
            pause.After(received: true, At(at));
        }

        // The first pause of all is looked through; then every second, every third, every fifth one ...
        Assert.Equal([0, 1, 3, 6, 11], looked.Select((value, i) => (value, i)).Where(pair => pair.value).Select(pair => pair.i));
    }

    [Fact]
    public void A_try_that_finds_the_packet_makes_the_loop_look_from_then_on()
    {
        var pause = new PauseBetweenPackets(Spin);
        pause.After(received: true, At(0));
        pause.After(received: false, At(1));
        pause.After(received: true, At(151));
        Assert.Equal(Pause.Look, pause.After(received: false, At(152)));
        for (var at = 180; at < 2000; at += 40)
        {
            pause.After(received: true, At(at));
            Assert.Equal(Pause.Look, pause.After(received: false, At(at + 1)));
        }
    }

    [Fact]
    public void However_often_it_was_in_vain_it_is_tried_again()
    {
        var pause = new PauseBetweenPackets(Spin);
        pause.After(received: true, At(0));
        var looked = Enumerable.Range(0, 1000).Where(i => Look(ref pause, i * 150)).ToList();
        Assert.Equal([65, 65, 65], looked.Zip(looked.Skip(1), (one, next) => next - one).TakeLast(3));
    }

    [Fact]
    public void What_was_in_vain_is_forgotten_after_a_short_pause()
    {
        var pause = new PauseBetweenPackets(Spin);
        pause.After(received: true, At(0));
        for (var i = 0; i < 13; i++)
            Look(ref pause, i * 150);
        var at = 13 * 150;
        Assert.False(Look(ref pause, at));
        at += 150;
        pause.After(received: false, At(at + 1));
        pause.After(received: true, At(at + 20));
        Assert.True(Look(ref pause, at + 20));
        Assert.True(Look(ref pause, at + 170));
    }

    [Fact]
    public void Without_a_spin_it_always_sleeps()
    {
        var pause = new PauseBetweenPackets(TimeSpan.Zero);
        pause.After(received: true, At(0));
        Assert.Equal(Pause.Sleep, pause.After(received: false, At(0)));
    }

    /// <summary>A pause of 150 µs from <paramref name="at"/>: whether it began with looking.</summary>
    private static bool Look(ref PauseBetweenPackets pause, int at)
    {
        var looks = pause.After(received: false, At(at + 1)) == Pause.Look;
        pause.After(received: true, At(at + 150));
        return looks;
    }

    private static TimeSpan At(int microseconds) => TimeSpan.FromMicroseconds(microseconds);
}
