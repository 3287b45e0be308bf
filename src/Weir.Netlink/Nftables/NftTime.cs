namespace Weir.Netlink.Nftables;

/// <summary>Times of nf_tables: 64-bit milliseconds.</summary>
internal static class NftTime
{
    /// <summary>What no TimeSpan can hold is the longest one.</summary>
    internal static TimeSpan FromMilliseconds(ulong milliseconds) =>
        milliseconds < (ulong)TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.FromTicks((long)milliseconds * TimeSpan.TicksPerMillisecond) : TimeSpan.MaxValue;

    internal static ulong ToMilliseconds(TimeSpan time) => (ulong)Math.Max(0, time.Ticks / TimeSpan.TicksPerMillisecond);
}
