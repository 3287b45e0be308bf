namespace Weir.Linux.Tests;

public class MonotonicClockTests
{
    [Fact]
    public void It_never_goes_back()
    {
        var last = MonotonicClock.Now;
        for (var i = 0; i < 100_000; i++)
        {
            var now = MonotonicClock.Now;
            Assert.True(now >= last);
            last = now;
        }
    }

    [Fact]
    public void It_is_the_clock_of_the_runtime()
    {
        var runtime = TimeSpan.FromSeconds((double)TimeProvider.System.GetTimestamp() / TimeProvider.System.TimestampFrequency);
        Assert.InRange((MonotonicClock.Now - runtime).TotalSeconds, -1, 1);
    }

    [Fact]
    public void Reading_it_allocates_nothing()
    {
        _ = MonotonicClock.Now;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _ = MonotonicClock.Now;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
