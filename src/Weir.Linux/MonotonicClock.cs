namespace Weir.Linux;

/// <summary>CLOCK_MONOTONIC: the clock of <c>bpf_ktime_get_ns</c>, and so of everything on the data path.</summary>
public static class MonotonicClock
{
    /// <summary>Time since an arbitrary start (the host's, as a rule), in steps of 100 ns.</summary>
    public static TimeSpan Now => TimeSpan.FromTicks((long)(Nanoseconds / 100));

    /// <summary>The same in nanoseconds.</summary>
    public static unsafe ulong Nanoseconds
    {
        get
        {
            const int clockMonotonic = 1;
            SystemCalls.TimeSpec time;
            // Cannot fail: the clock exists on every kernel, and the pointer is good.
            _ = SystemCalls.clock_gettime(clockMonotonic, &time);
            return ((ulong)time.Seconds * 1_000_000_000) + (ulong)time.Nanoseconds;
        }
    }
}
