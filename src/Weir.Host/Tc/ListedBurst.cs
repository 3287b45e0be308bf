using Weir.Netlink.TrafficControl.Disciplines;
using Weir.Rules.Tc;

namespace Weir.Host.Tc;

/// <summary>What the kernel must be told so that tc prints again what it has printed of a token bucket.</summary>
/// <remarks>
/// The kernel keeps a bucket as the time that it takes to fill, and tc prints that as bytes, rounded down three times: told its own words, it
/// prints smaller ones (burst 1600 is shown as 1599b, that as 1598b). Here the time is sought that is printed as the text has it. The rate was
/// rounded too: where no time of the printed rate gives the size, one is taken of the rates that are printed alike.
/// </remarks>
internal static class ListedBurst
{
    // A printed rate lacks less than a thousandth.
    private const int RatesTried = 4096, PeaksTried = 16;

    private const double Second = 1_000_000;

    /// <summary>A class of htb: the kernel takes any time.</summary>
    internal static (ulong Rate, uint Ticks) Ticks(ulong rate, uint size)
    {
        var printed = TcUnits.PrintSize(size);
        foreach (var candidate in Rates(rate, size))
        {
            var nearest = size * Second / candidate;
            foreach (var time in (double[])[Math.Ceiling(nearest), Math.Floor(nearest), Math.Ceiling(nearest) + 1])
            {
                var ticks = PacketSchedule.LeastTicks((uint)Math.Clamp(time, 0, uint.MaxValue));
                if (TcUnits.PrintSize(PacketSchedule.TransmitSize(candidate, ticks)) == printed)
                    return (candidate, ticks);
            }
        }

        return (rate, PacketSchedule.TransmitTime(rate, size));
    }

    /// <summary>tbf: the kernel takes bytes, and reckons the time by itself.</summary>
    /// <param name="built">All that was not rounded.</param>
    internal static TbfQdisc Bucket(TcTbf tbf, TbfQdisc built)
    {
        TbfQdisc? nearly = null;
        foreach (var one in Buckets(built, tbf.Rate, tbf.Burst))
        {
            built = built with { Rate = one.Rate, Burst = one.Bytes, BurstTicks = one.Ticks };
            foreach (var other in tbf.PeakRate == 0 ? [(0, 0, 0)] : Buckets(built, tbf.PeakRate, tbf.MinimumBurst).Take(PeaksTried))
            {
                built = built with { PeakRate = other.Rate, PeakBurst = other.Bytes, PeakBurstTicks = other.Ticks };
                if (Limit(tbf, built) is { } limit)
                    return built with { Limit = limit };
                nearly ??= built;
            }
        }

        return nearly ?? built;
    }

    /// <summary>The largest of the bytes that are printed alike, so that no packet is too large for it.</summary>
    private static IEnumerable<(ulong Rate, uint Bytes, uint Ticks)> Buckets(TbfQdisc tbf, ulong rate, uint size)
    {
        var (printed, isAtm) = (TcUnits.PrintSize(size), tbf.LinkLayer == 2);
        foreach (var candidate in Rates(rate, size))
        {
            // Just below the time at which one byte more would be printed.
            var beyond = Math.Ceiling((size + 1d) * Second / candidate);
            var ticks = PacketSchedule.LeastTicks((uint)Math.Min(beyond, uint.MaxValue)) - 1;
            var bytes = PacketSchedule.LargestBurst(candidate, tbf.Overhead, tbf.MinimumPacket, isAtm, ticks);
            var kept = PacketSchedule.BurstTime(candidate, tbf.Overhead, tbf.MinimumPacket, isAtm, bytes);
            if (bytes != 0 && TcUnits.PrintSize(PacketSchedule.TransmitSize(candidate, kept)) == printed)
                yield return (candidate, bytes, kept);
        }
    }

    /// <summary>What may wait, so that the same latency is printed; null when nothing does that.</summary>
    private static uint? Limit(TcTbf tbf, TbfQdisc built)
    {
        if (tbf.Latency < 0)
            return TcReader.Latency(built, built.Limit) < 0 ? built.Limit : null;
        var limit = (tbf.Latency + PacketSchedule.ToMicroseconds(built.BurstTicks)) * built.Rate / Second;
        if (tbf.PeakRate != 0)
            limit = Math.Min(limit, (tbf.Latency + PacketSchedule.ToMicroseconds(built.PeakBurstTicks)) * built.PeakRate / Second);
        var least = (uint)Math.Clamp(Math.Ceiling(limit), 1, uint.MaxValue - 1);
        foreach (var candidate in (uint[])[least, least - 1, least + 1])
        {
            var latency = TcReader.Latency(built, candidate);
            if (latency >= 0 && TcUnits.PrintTime(latency) == TcUnits.PrintTime(tbf.Latency))
                return candidate;
        }

        return null;
    }

    /// <summary>The printed one, then those with which some time makes just that size, then all others as far as they are not too many.</summary>
    private static IEnumerable<ulong> Rates(ulong rate, uint size)
    {
        yield return rate;
        if (rate == 0)
            yield break;
        var printed = TcUnits.PrintRate(rate);
        var time = Math.Floor(size * Second / rate);
        for (var i = 0; i < RatesTried && time >= 1; i++, time--)
        {
            var other = (ulong)((size + 0.5) * Second / time);
            if (TcUnits.PrintRate(other) != printed)
                break;
            yield return other;
        }

        var step = Math.Max(rate / 1000 / RatesTried, 1);
        for (var i = 1ul; i <= RatesTried && TcUnits.PrintRate(rate + (i * step)) == printed; i++)
            yield return rate + (i * step);
    }
}
