using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary><c>tbf</c>: a token bucket that limits a link's rate.</summary>
public sealed record TbfQdisc : QdiscOptions
{
    /// <summary>Bytes per second.</summary>
    public required ulong Rate { get; init; }
    /// <summary>The bucket's size in bytes. The kernel keeps it as a time: in lists this is the largest that has the same.</summary>
    public required uint Burst { get; init; }
    /// <summary>That time in ticks, see <see cref="PacketSchedule"/>; only in lists.</summary>
    public uint BurstTicks { get; init; }
    /// <summary>Bytes that may wait.</summary>
    public required uint Limit { get; init; }
    /// <summary>Bytes per second; 0 for no second bucket.</summary>
    public ulong PeakRate { get; init; }
    /// <summary>The second bucket's size in bytes, at least the link's MTU.</summary>
    public uint PeakBurst { get; init; }
    /// <inheritdoc cref="BurstTicks"/>
    public uint PeakBurstTicks { get; init; }
    /// <summary>Bytes that each packet costs beyond its own.</summary>
    public ushort Overhead { get; init; }
    /// <summary>Bytes that a smaller packet counts as.</summary>
    public ushort MinimumPacket { get; init; }
    /// <summary>enum tc_link_layer: 1 Ethernet, 2 ATM.</summary>
    public byte LinkLayer { get; init; } = RateSpecification.Ethernet;
}

/// <summary>include/uapi/linux/pkt_sched.h</summary>
internal enum TbfAttribute : ushort
{
    TCA_TBF_PARMS = 1,
    TCA_TBF_RATE64 = 4,
    TCA_TBF_PRATE64 = 5,
    TCA_TBF_BURST = 6,
    TCA_TBF_PBURST = 7,
}

/// <summary>How a TbfQdisc looks inside TCA_OPTIONS: struct tc_tbf_qopt, and attributes for what does not fit it.</summary>
internal static class TbfMessage
{
    /// <summary>struct tc_tbf_qopt, 36 bytes. Buffer and mtu are times in ticks.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Options
    {
        public RateSpecification Rate;
        public RateSpecification PeakRate;
        public uint Limit;
        public uint Buffer;
        public uint PeakBuffer;
    }

    internal static void Write(ref NetlinkWriter writer, TbfQdisc tbf)
    {
        var isAtm = tbf.LinkLayer == RateSpecification.Atm;
        var options = new Options
        {
            Rate = RateSpecification.Of(tbf.Rate, tbf.Overhead, tbf.MinimumPacket, tbf.LinkLayer),
            PeakRate = RateSpecification.Of(tbf.PeakRate, tbf.Overhead, tbf.MinimumPacket, tbf.LinkLayer),
            Limit = tbf.Limit,
            Buffer = PacketSchedule.BurstTime(tbf.Rate, tbf.Overhead, tbf.MinimumPacket, isAtm, tbf.Burst),
            PeakBuffer = PacketSchedule.BurstTime(tbf.PeakRate, tbf.Overhead, tbf.MinimumPacket, isAtm, tbf.PeakBurst),
        };
        writer.WriteBytes(TbfAttribute.TCA_TBF_PARMS, MemoryMarshal.AsBytes([options]));
        writer.WriteUInt32(TbfAttribute.TCA_TBF_BURST, tbf.Burst);
        if (tbf.Rate > uint.MaxValue)
            writer.WriteBytes(TbfAttribute.TCA_TBF_RATE64, MemoryMarshal.AsBytes([tbf.Rate]));
        if (tbf.PeakRate > uint.MaxValue)
            writer.WriteBytes(TbfAttribute.TCA_TBF_PRATE64, MemoryMarshal.AsBytes([tbf.PeakRate]));
        if (tbf.PeakRate != 0)
            writer.WriteUInt32(TbfAttribute.TCA_TBF_PBURST, tbf.PeakBurst);
    }

    internal static TbfQdisc Read(NetlinkAttributes attributes)
    {
        Options options = default;
        ulong rate = 0, peak = 0;
        foreach (var attribute in attributes)
        {
            switch ((TbfAttribute)attribute.Type)
            {
                case TbfAttribute.TCA_TBF_PARMS:
                    options = attribute.Read<Options>();
                    break;
                case TbfAttribute.TCA_TBF_RATE64:
                    rate = attribute.UInt64;
                    break;
                case TbfAttribute.TCA_TBF_PRATE64:
                    peak = attribute.UInt64;
                    break;
            }
        }

        rate = rate == 0 ? options.Rate.Rate : rate;
        peak = peak == 0 ? options.PeakRate.Rate : peak;
        var layer = (byte)(options.Rate.LinkLayer & RateSpecification.LinkLayerMask);
        return new TbfQdisc
        {
            Rate = rate,
            PeakRate = peak,
            Limit = options.Limit,
            Burst = PacketSchedule.LargestBurst(rate, options.Rate.Overhead, options.Rate.MinimumPacket, layer == RateSpecification.Atm, options.Buffer),
            BurstTicks = options.Buffer,
            PeakBurst = PacketSchedule.LargestBurst(peak, options.PeakRate.Overhead, options.PeakRate.MinimumPacket, layer == RateSpecification.Atm, options.PeakBuffer),
            PeakBurstTicks = options.PeakBuffer,
            LinkLayer = layer,
            Overhead = options.Rate.Overhead,
            MinimumPacket = options.Rate.MinimumPacket,
        };
    }
}
