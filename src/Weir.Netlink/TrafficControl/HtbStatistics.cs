using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary>What a class of htb counts: packets that it let through by its own rate and by that of a class above, packets that were too large, and what its buckets hold.</summary>
/// <param name="Tokens">A time in ticks, below 0 for a debt.</param>
/// <param name="CeilingTokens"><inheritdoc cref="HtbStatistics" path="/param[@name='Tokens']"/></param>
public sealed record HtbStatistics(uint Lends, uint Borrows, uint Giants, int Tokens, int CeilingTokens)
{
    /// <summary>struct tc_htb_xstats (include/uapi/linux/pkt_sched.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedStatistics
    {
        public uint Lends;
        public uint Borrows;
        public uint Giants;
        public int Tokens;
        public int CeilingTokens;
    }

    internal static HtbStatistics Read(NetlinkAttribute attribute)
    {
        var read = attribute.Read<ExtendedStatistics>();
        return new HtbStatistics(read.Lends, read.Borrows, read.Giants, read.Tokens, read.CeilingTokens);
    }
}
