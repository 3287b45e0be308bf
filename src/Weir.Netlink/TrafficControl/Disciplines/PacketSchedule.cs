namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary>The clock of the kernel's packet schedulers: a tick is 64 ns (include/net/pkt_sched.h PSCHED_SHIFT, /proc/net/psched).</summary>
/// <remarks>Counted as tc counts, in whole microseconds, so that what it prints is what was asked for.</remarks>
public static class PacketSchedule
{
    /// <summary>Nanoseconds.</summary>
    public const ulong Tick = 64;

    private const double TicksPerMicrosecond = 1000d / 64;

    public static uint ToTicks(uint microseconds) => (uint)Math.Min(microseconds * TicksPerMicrosecond, uint.MaxValue);

    public static uint ToMicroseconds(uint ticks) => (uint)(ticks / TicksPerMicrosecond);

    /// <summary>How long so many bytes take, in ticks.</summary>
    /// <param name="rate">Bytes per second.</param>
    public static uint TransmitTime(ulong rate, uint bytes) =>
        rate == 0 ? 0 : ToTicks((uint)Math.Min(1_000_000d * ((double)bytes / rate), uint.MaxValue));

    /// <summary>How many bytes go in so many ticks.</summary>
    /// <param name="rate">Bytes per second.</param>
    public static uint TransmitSize(ulong rate, uint ticks) => (uint)Math.Min((double)rate * ToMicroseconds(ticks) / 1_000_000d, uint.MaxValue);
}
