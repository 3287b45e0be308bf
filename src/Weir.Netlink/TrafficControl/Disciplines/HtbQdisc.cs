using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary><c>htb</c>: a tree of classes that share a link's rate.</summary>
public sealed record HtbQdisc : QdiscOptions
{
    /// <summary>The minor number of the class for what no filter chose; 0 for none. tc reads it as hexadecimal.</summary>
    public uint DefaultClass { get; init; }
    /// <summary><c>r2q</c>: a class's quantum is its rate divided by this.</summary>
    public uint RateToQuantum { get; init; } = 10;
    /// <summary>Packets that no class has may wait; null for the link's own queue length.</summary>
    public uint? DirectQueueLength { get; init; }
    /// <summary>Packets that no class had; only in lists.</summary>
    public uint DirectPackets { get; init; }
}

/// <summary>A class of htb. Rates are bytes per second, sizes bytes.</summary>
public sealed record HtbClass
{
    public required ulong Rate { get; init; }
    /// <summary>With what others leave over; 0 for the rate.</summary>
    public ulong Ceiling { get; init; }
    /// <summary>0 for tc's own choice, a packet of 1600 bytes. The kernel keeps it as a time: in lists this is what tc makes of it.</summary>
    public uint Burst { get; init; }
    /// <inheritdoc cref="Burst"/>
    public uint CeilingBurst { get; init; }
    /// <summary>That time in ticks, see <see cref="PacketSchedule"/>. In a request null for what <see cref="Burst"/> takes.</summary>
    public uint? BurstTicks { get; init; }
    /// <inheritdoc cref="BurstTicks"/>
    public uint? CeilingBurstTicks { get; init; }
    /// <summary>0 for the rate divided by <see cref="HtbQdisc.RateToQuantum"/>.</summary>
    public uint Quantum { get; init; }
    /// <summary>The smaller one is served first.</summary>
    public uint Priority { get; init; }
    public ushort Overhead { get; init; }
    public ushort MinimumPacket { get; init; }
    /// <summary>enum tc_link_layer: 1 Ethernet, 2 ATM.</summary>
    public byte LinkLayer { get; init; } = RateSpecification.Ethernet;
    /// <summary>0 for a leaf; only in lists.</summary>
    public uint Level { get; init; }
}

/// <summary>include/uapi/linux/pkt_sched.h</summary>
internal enum HtbAttribute : ushort
{
    TCA_HTB_PARMS = 1,
    TCA_HTB_INIT = 2,
    TCA_HTB_DIRECT_QLEN = 5,
    TCA_HTB_RATE64 = 6,
    TCA_HTB_CEIL64 = 7,
}

/// <summary>How HtbQdisc and HtbClass look inside TCA_OPTIONS: struct tc_htb_glob and struct tc_htb_opt.</summary>
internal static class HtbMessage
{
    /// <summary>struct tc_htb_glob, 20 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Global
    {
        public uint Version;
        public uint RateToQuantum;
        public uint DefaultClass;
        public uint Debug;
        public uint DirectPackets;
    }

    /// <summary>struct tc_htb_opt, 44 bytes. Buffers are times in ticks.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ClassOptions
    {
        public RateSpecification Rate;
        public RateSpecification Ceiling;
        public uint Buffer;
        public uint CeilingBuffer;
        public uint Quantum;
        public uint Level;
        public uint Priority;
    }

    internal static void Write(ref NetlinkWriter writer, HtbQdisc htb)
    {
        const uint version = 3;
        writer.WriteBytes(HtbAttribute.TCA_HTB_INIT, MemoryMarshal.AsBytes([new Global { Version = version, RateToQuantum = htb.RateToQuantum, DefaultClass = htb.DefaultClass }]));
        if (htb.DirectQueueLength is { } length)
            writer.WriteUInt32(HtbAttribute.TCA_HTB_DIRECT_QLEN, length);
    }

    internal static HtbQdisc Read(NetlinkAttributes attributes)
    {
        var htb = new HtbQdisc();
        foreach (var attribute in attributes)
        {
            switch ((HtbAttribute)attribute.Type)
            {
                case HtbAttribute.TCA_HTB_INIT:
                    var global = attribute.Read<Global>();
                    htb = htb with { RateToQuantum = global.RateToQuantum, DefaultClass = global.DefaultClass, DirectPackets = global.DirectPackets };
                    break;
                case HtbAttribute.TCA_HTB_DIRECT_QLEN:
                    htb = htb with { DirectQueueLength = attribute.UInt32 };
                    break;
            }
        }

        return htb;
    }

    internal static void WriteClass(ref NetlinkWriter writer, HtbClass htb)
    {
        var ceiling = htb.Ceiling == 0 ? htb.Rate : htb.Ceiling;
        var options = new ClassOptions
        {
            Rate = RateSpecification.Of(htb.Rate, htb.Overhead, htb.MinimumPacket, htb.LinkLayer),
            Ceiling = RateSpecification.Of(ceiling, htb.Overhead, htb.MinimumPacket, htb.LinkLayer),
            Buffer = htb.BurstTicks ?? PacketSchedule.TransmitTime(htb.Rate, htb.Burst == 0 ? DefaultBurst(htb.Rate) : htb.Burst),
            CeilingBuffer = htb.CeilingBurstTicks ?? PacketSchedule.TransmitTime(ceiling, htb.CeilingBurst == 0 ? DefaultBurst(ceiling) : htb.CeilingBurst),
            Quantum = htb.Quantum,
            Priority = htb.Priority,
        };
        if (htb.Rate > uint.MaxValue)
            writer.WriteBytes(HtbAttribute.TCA_HTB_RATE64, MemoryMarshal.AsBytes([htb.Rate]));
        if (ceiling > uint.MaxValue)
            writer.WriteBytes(HtbAttribute.TCA_HTB_CEIL64, MemoryMarshal.AsBytes([ceiling]));
        writer.WriteBytes(HtbAttribute.TCA_HTB_PARMS, MemoryMarshal.AsBytes([options]));
    }

    internal static HtbClass? ReadClass(NetlinkAttributes attributes)
    {
        ClassOptions? read = null;
        ulong rate = 0, ceiling = 0;
        foreach (var attribute in attributes)
        {
            switch ((HtbAttribute)attribute.Type)
            {
                case HtbAttribute.TCA_HTB_PARMS:
                    read = attribute.Read<ClassOptions>();
                    break;
                case HtbAttribute.TCA_HTB_RATE64:
                    rate = attribute.UInt64;
                    break;
                case HtbAttribute.TCA_HTB_CEIL64:
                    ceiling = attribute.UInt64;
                    break;
            }
        }

        if (read is not { } options)
            return null;
        rate = rate == 0 ? options.Rate.Rate : rate;
        ceiling = ceiling == 0 ? options.Ceiling.Rate : ceiling;
        return new HtbClass
        {
            Rate = rate,
            Ceiling = ceiling,
            Burst = PacketSchedule.TransmitSize(rate, options.Buffer),
            CeilingBurst = PacketSchedule.TransmitSize(ceiling, options.CeilingBuffer),
            BurstTicks = options.Buffer,
            CeilingBurstTicks = options.CeilingBuffer,
            Quantum = options.Quantum,
            Priority = options.Priority,
            Level = options.Level,
            Overhead = options.Rate.Overhead,
            MinimumPacket = options.Rate.MinimumPacket,
            LinkLayer = (byte)(options.Rate.LinkLayer & RateSpecification.LinkLayerMask),
        };
    }

    /// <summary>As tc reckons: what the rate brings in a nanosecond, and one packet of 1600 bytes.</summary>
    private static uint DefaultBurst(ulong rate) => (uint)Math.Min((rate / 1_000_000_000) + 1600, uint.MaxValue);
}
