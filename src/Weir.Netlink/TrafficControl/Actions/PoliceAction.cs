using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Disciplines;

namespace Weir.Netlink.TrafficControl.Actions;

/// <summary><c>action police</c>: a rate, and what becomes of the frames beyond it (<see cref="FilterAction.Control"/>) and within it.</summary>
public sealed record PoliceAction() : FilterAction("police", ActionControl.Reclassify)
{
    /// <summary>Bytes per second; 0 for none.</summary>
    public ulong Rate { get; init; }
    /// <summary>Bytes. The kernel keeps it as a time: in lists this is what tc makes of it.</summary>
    public uint Burst { get; init; }
    /// <summary>That time in ticks, see <see cref="PacketSchedule"/>. In a request null for what <see cref="Burst"/> takes.</summary>
    public uint? BurstTicks { get; init; }
    /// <summary>Bytes of the largest packet; 0 in a request for about 2047.</summary>
    public uint Mtu { get; init; }
    /// <summary>Bytes per second; 0 for none.</summary>
    public ulong PeakRate { get; init; }
    /// <summary>Bytes per second, of the kernel's estimator; 0 for none.</summary>
    public uint AverageRate { get; init; }
    /// <summary>Packets per second; 0 for none.</summary>
    public ulong PacketRate { get; init; }
    /// <summary>Packets, as a time in ticks.</summary>
    public ulong PacketBurstTicks { get; init; }
    /// <summary>Bytes that each packet costs beyond its own.</summary>
    public ushort Overhead { get; init; }
    /// <summary>Bytes that a smaller packet counts as.</summary>
    public ushort MinimumPacket { get; init; }
    /// <summary>enum tc_link_layer: 1 Ethernet, 2 ATM.</summary>
    public byte LinkLayer { get; init; } = RateSpecification.Ethernet;
    /// <summary>What becomes of frames within the rate; null for passing.</summary>
    public int? ConformControl { get; init; }
}

/// <summary>include/uapi/linux/pkt_cls.h</summary>
internal enum PoliceAttribute : ushort
{
    TCA_POLICE_TBF = 1,
    TCA_POLICE_RATE = 2,
    TCA_POLICE_PEAKRATE = 3,
    TCA_POLICE_AVRATE = 4,
    TCA_POLICE_RESULT = 5,
    TCA_POLICE_TM = 6,
    TCA_POLICE_RATE64 = 8,
    TCA_POLICE_PEAKRATE64 = 9,
    TCA_POLICE_PKTRATE64 = 10,
    TCA_POLICE_PKTBURST64 = 11,
}

/// <summary>How a PoliceAction looks on the wire: TCA_POLICE_TBF with struct tc_police, the tables of its rates, and attributes for what does not fit it.</summary>
internal static class PoliceMessage
{
    // The kernel asks for the tables that it no longer reads (net/sched/act_police.c, net/sched/sch_api.c qdisc_get_rtab), and makes a missing mtu of their cell.
    private const int TableSize = 1024;

    private const uint DefaultMtu = 2047;

    /// <summary>struct tc_police, 56 bytes. Burst is a time in ticks. It does not begin as other actions do.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Police
    {
        public uint Index;
        public int Control;
        public uint Limit;
        public uint Burst;
        public uint Mtu;
        public RateSpecification Rate;
        public RateSpecification PeakRate;
        public int References;
        public int Bindings;
        public uint Capabilities;
    }

    internal static void Write(ref NetlinkWriter writer, PoliceAction police)
    {
        writer.WriteBytes(PoliceAttribute.TCA_POLICE_TBF, MemoryMarshal.AsBytes([new Police
        {
            Index = police.Index,
            Control = police.Control,
            Burst = police.BurstTicks ?? PacketSchedule.TransmitTime(police.Rate, police.Burst),
            Mtu = police.Mtu,
            Rate = RateOf(police, police.Rate),
            PeakRate = RateOf(police, police.PeakRate),
        }]));
        ReadOnlySpan<byte> table = stackalloc byte[TableSize];
        if (police.Rate != 0)
            writer.WriteBytes(PoliceAttribute.TCA_POLICE_RATE, table);
        if (police.Rate > uint.MaxValue)
            writer.WriteBytes(PoliceAttribute.TCA_POLICE_RATE64, MemoryMarshal.AsBytes([police.Rate]));
        if (police.PeakRate != 0)
            writer.WriteBytes(PoliceAttribute.TCA_POLICE_PEAKRATE, table);
        if (police.PeakRate > uint.MaxValue)
            writer.WriteBytes(PoliceAttribute.TCA_POLICE_PEAKRATE64, MemoryMarshal.AsBytes([police.PeakRate]));
        if (police.AverageRate != 0)
            writer.WriteUInt32(PoliceAttribute.TCA_POLICE_AVRATE, police.AverageRate);
        if (police.ConformControl is { } conform)
            writer.WriteInt32(PoliceAttribute.TCA_POLICE_RESULT, conform);
        if (police.PacketRate == 0)
            return;
        writer.WriteBytes(PoliceAttribute.TCA_POLICE_PKTRATE64, MemoryMarshal.AsBytes([police.PacketRate]));
        writer.WriteBytes(PoliceAttribute.TCA_POLICE_PKTBURST64, MemoryMarshal.AsBytes([police.PacketBurstTicks]));
    }

    internal static FilterAction Read(NetlinkAttributes options)
    {
        PoliceAction action = new();
        Police read = default;
        ulong rate = 0, peak = 0;
        foreach (var attribute in options)
        {
            switch ((PoliceAttribute)attribute.Type)
            {
                case PoliceAttribute.TCA_POLICE_TBF:
                    read = attribute.Read<Police>();
                    break;
                case PoliceAttribute.TCA_POLICE_AVRATE:
                    action = action with { AverageRate = attribute.UInt32 };
                    break;
                case PoliceAttribute.TCA_POLICE_RESULT:
                    action = action with { ConformControl = unchecked((int)attribute.UInt32) };
                    break;
                case PoliceAttribute.TCA_POLICE_RATE64:
                    rate = attribute.UInt64;
                    break;
                case PoliceAttribute.TCA_POLICE_PEAKRATE64:
                    peak = attribute.UInt64;
                    break;
                case PoliceAttribute.TCA_POLICE_PKTRATE64:
                    action = action with { PacketRate = attribute.UInt64 };
                    break;
                case PoliceAttribute.TCA_POLICE_PKTBURST64:
                    action = action with { PacketBurstTicks = attribute.UInt64 };
                    break;
            }
        }

        rate = rate == 0 ? read.Rate.Rate : rate;
        return action with
        {
            Index = read.Index,
            Control = read.Control,
            References = read.References,
            Bindings = read.Bindings,
            Rate = rate,
            PeakRate = peak == 0 ? read.PeakRate.Rate : peak,
            Burst = PacketSchedule.TransmitSize(rate, read.Burst),
            BurstTicks = read.Burst,
            Mtu = read.Mtu,
            Overhead = read.Rate.Overhead,
            MinimumPacket = read.Rate.MinimumPacket,
            LinkLayer = (byte)(read.Rate.LinkLayer & RateSpecification.LinkLayerMask),
        };
    }

    private static RateSpecification RateOf(PoliceAction police, ulong rate)
    {
        const int cells = 255;
        var specification = RateSpecification.Of(rate, police.Overhead, police.MinimumPacket, police.LinkLayer);
        if (rate == 0)
            return specification;
        var mtu = police.Mtu == 0 ? DefaultMtu : police.Mtu;
        while (mtu >> specification.CellLog > cells)
            specification.CellLog++;
        return specification;
    }
}
