namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary>The clock of the kernel's packet schedulers: a tick is 64 ns (include/net/pkt_sched.h PSCHED_SHIFT, /proc/net/psched).</summary>
/// <remarks>Counted as tc counts, in whole microseconds and in 32 bits, which wrap round, so that what it prints is what was asked for.</remarks>
public static class PacketSchedule
{
    /// <summary>Nanoseconds.</summary>
    public const ulong Tick = 64;

    private const double TicksPerMicrosecond = 1000d / 64;

    public static uint ToTicks(uint microseconds) => Wrap(microseconds * TicksPerMicrosecond);

    public static uint ToMicroseconds(uint ticks) => (uint)(ticks / TicksPerMicrosecond);

    /// <summary>The fewest ticks that are counted as so many microseconds.</summary>
    public static uint LeastTicks(uint microseconds) => (uint)Math.Min(Math.Ceiling(microseconds * TicksPerMicrosecond), uint.MaxValue);

    /// <summary>How long so many bytes take, in ticks.</summary>
    /// <param name="rate">Bytes per second.</param>
    public static uint TransmitTime(ulong rate, uint bytes) =>
        rate == 0 ? 0 : ToTicks(Wrap(1_000_000d * ((double)bytes / rate)));

    /// <summary>How many bytes go in so many ticks.</summary>
    /// <param name="rate">Bytes per second.</param>
    public static uint TransmitSize(ulong rate, uint ticks) => (uint)Math.Min((double)rate * ToMicroseconds(ticks) / 1_000_000d, uint.MaxValue);

    private static uint Wrap(double number) => unchecked((uint)(long)number);

    /// <summary>The time that the kernel keeps for a burst of tbf, in ticks: that of a packet of so many bytes, as it reckons it.</summary>
    /// <param name="rate">Bytes per second.</param>
    /// <remarks>net/sched/sch_generic.c psched_ratecfg_precompute, include/net/sch_generic.h psched_l2t_ns: a multiplication and a shift, which lose up to a nanosecond.</remarks>
    public static uint BurstTime(ulong rate, ushort overhead, ushort minimumPacket, bool atm, uint bytes) => KernelRate.Of(rate, overhead, minimumPacket, atm).Ticks(bytes);

    /// <summary>The largest burst for which the kernel keeps at most so many ticks.</summary>
    /// <inheritdoc cref="BurstTime"/>
    public static uint LargestBurst(ulong rate, ushort overhead, ushort minimumPacket, bool atm, uint ticks)
    {
        if (rate == 0)
            return 0;
        var reckoned = KernelRate.Of(rate, overhead, minimumPacket, atm);
        var (low, high) = (0u, uint.MaxValue);
        while (low < high)
        {
            var middle = low + ((high - low) / 2) + 1;
            if (reckoned.Ticks(middle) <= ticks)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }

    /// <summary>struct psched_ratecfg.</summary>
    private readonly record struct KernelRate(uint Multiplier, int Shift, ushort Overhead, ushort MinimumPacket, bool Atm)
    {
        internal static KernelRate Of(ulong rate, ushort overhead, ushort minimumPacket, bool atm)
        {
            const ulong second = 1_000_000_000, topBit = 1ul << 63;
            if (rate == 0)
                return default;
            var (factor, shift) = (second, 0);
            while ((factor / rate & 1ul << 31) == 0 && (factor & topBit) == 0)
                (factor, shift) = (factor << 1, shift + 1);
            return new KernelRate((uint)(factor / rate), shift, overhead, minimumPacket, atm);
        }

        internal uint Ticks(uint bytes)
        {
            const ulong cell = 48, cellOnTheWire = 53;
            var length = Math.Max((ulong)bytes + Overhead, MinimumPacket);
            length = Atm ? (length + cell - 1) / cell * cellOnTheWire : length;
            return (uint)Math.Min((length * Multiplier >> Shift) / Tick, uint.MaxValue);
        }
    }
}
