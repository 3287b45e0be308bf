using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary><c>pfifo</c>, <c>bfifo</c>: first in, first out.</summary>
public sealed record FifoQdisc : QdiscOptions
{
    /// <summary>Packets (pfifo) or bytes (bfifo); null for the link's own length.</summary>
    public uint? Limit { get; init; }
}

/// <summary>How a FifoQdisc looks on the wire: TCA_OPTIONS is struct tc_fifo_qopt itself, 4 bytes.</summary>
internal static class FifoMessage
{
    internal static void Write(ref NetlinkWriter writer, FifoQdisc fifo)
    {
        if (fifo.Limit is { } limit)
            writer.WriteBytes(TrafficControlAttribute.TCA_OPTIONS, MemoryMarshal.AsBytes([limit]));
    }

    internal static FifoQdisc Read(NetlinkAttribute options) => new() { Limit = options.UInt32 };
}
