using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary><c>prio</c>: bands, the first of which is served first; <c>pfifo_fast</c> is listed as one, and takes no options.</summary>
public sealed record PrioQdisc : QdiscOptions
{
    /// <summary>2 to 16 (TCQ_PRIO_BANDS).</summary>
    public uint Bands { get; init; } = 3;
    /// <summary>The band of each priority of a packet, from 0 to 15 (TC_PRIO_MAX).</summary>
    public IReadOnlyList<byte> PriorityMap { get; init; } = DefaultMap;

    /// <summary>What tc says when it is not told.</summary>
    public static IReadOnlyList<byte> DefaultMap { get; } = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
}

/// <summary>How a PrioQdisc looks on the wire: TCA_OPTIONS is struct tc_prio_qopt itself, 20 bytes (include/uapi/linux/pkt_sched.h).</summary>
internal static class PrioMessage
{
    private const int BandsSize = 4, Priorities = 16;

    internal static void Write(ref NetlinkWriter writer, PrioQdisc prio)
    {
        if (prio.PriorityMap.Count != Priorities)
            throw new ArgumentException($"prio wants a band for each of {Priorities} priorities", nameof(prio));
        Span<byte> options = stackalloc byte[BandsSize + Priorities];
        MemoryMarshal.Write(options, prio.Bands);
        for (var i = 0; i < Priorities; i++)
            options[BandsSize + i] = prio.PriorityMap[i];
        writer.WriteBytes(TrafficControlAttribute.TCA_OPTIONS, options);
    }

    internal static PrioQdisc? Read(NetlinkAttribute options) => options.Value.Length < BandsSize + Priorities ? null
        : new() { Bands = options.UInt32, PriorityMap = options.Value.Slice(BandsSize, Priorities).ToArray() };
}
