using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary><c>codel</c>: drops when packets wait too long (RFC 8289). What is null is the kernel's choice.</summary>
public sealed record CodelQdisc : QdiscOptions
{
    /// <summary>Packets that may wait.</summary>
    public uint? Limit { get; init; }
    /// <summary>Microseconds that packets may wait; the kernel keeps multiples of 1.024, see <see cref="CodelTime"/>.</summary>
    public uint? Target { get; init; }
    /// <summary>Microseconds, about the round trip of the slowest connection.</summary>
    public uint? Interval { get; init; }
    /// <summary>Microseconds after which packets are marked by ECN.</summary>
    public uint? MarkThreshold { get; init; }
    public bool? Ecn { get; init; }
}

/// <summary>The clock of codel: units of 1024 ns (include/net/codel.h CODEL_SHIFT).</summary>
public static class CodelTime
{
    /// <summary>What the kernel tells of a time that it was told; both in microseconds.</summary>
    public static uint Kept(uint microseconds) => (uint)((microseconds * 1000ul >> 10 << 10) / 1000);
}

/// <summary>include/uapi/linux/pkt_sched.h</summary>
internal enum CodelAttribute : ushort
{
    TCA_CODEL_TARGET = 1,
    TCA_CODEL_LIMIT = 2,
    TCA_CODEL_INTERVAL = 3,
    TCA_CODEL_ECN = 4,
    TCA_CODEL_CE_THRESHOLD = 5,
}

/// <summary>How a CodelQdisc looks inside TCA_OPTIONS.</summary>
internal static class CodelMessage
{
    internal static void Write(ref NetlinkWriter writer, CodelQdisc codel)
    {
        WriteIf(ref writer, CodelAttribute.TCA_CODEL_LIMIT, codel.Limit);
        WriteIf(ref writer, CodelAttribute.TCA_CODEL_TARGET, codel.Target);
        WriteIf(ref writer, CodelAttribute.TCA_CODEL_INTERVAL, codel.Interval);
        WriteIf(ref writer, CodelAttribute.TCA_CODEL_ECN, codel.Ecn is { } ecn ? ecn ? 1u : 0 : null);
        WriteIf(ref writer, CodelAttribute.TCA_CODEL_CE_THRESHOLD, codel.MarkThreshold);
    }

    internal static CodelQdisc Read(NetlinkAttributes attributes)
    {
        CodelQdisc codel = new();
        foreach (var attribute in attributes)
        {
            codel = (CodelAttribute)attribute.Type switch
            {
                CodelAttribute.TCA_CODEL_LIMIT => codel with { Limit = attribute.UInt32 },
                CodelAttribute.TCA_CODEL_TARGET => codel with { Target = attribute.UInt32 },
                CodelAttribute.TCA_CODEL_INTERVAL => codel with { Interval = attribute.UInt32 },
                CodelAttribute.TCA_CODEL_ECN => codel with { Ecn = attribute.UInt32 != 0 },
                CodelAttribute.TCA_CODEL_CE_THRESHOLD => codel with { MarkThreshold = attribute.UInt32 },
                _ => codel,
            };
        }

        return codel;
    }

    internal static void WriteIf<T>(ref NetlinkWriter writer, T attribute, uint? value)
        where T : unmanaged, Enum
    {
        if (value is { } number)
            writer.WriteUInt32(attribute, number);
    }
}
