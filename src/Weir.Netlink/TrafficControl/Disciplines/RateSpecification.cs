using System.Runtime.InteropServices;

namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary>struct tc_ratespec, 12 bytes (include/uapi/linux/pkt_sched.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RateSpecification
{
    internal const byte Ethernet = 1, Atm = 2, LinkLayerMask = 0x0f;

    public byte CellLog;
    /// <summary>enum tc_link_layer. With 1 (Ethernet) or 2 (ATM) the kernel reckons by itself and needs no rate table.</summary>
    public byte LinkLayer;
    public ushort Overhead;
    public short CellAlign;
    public ushort MinimumPacket;
    /// <summary>Bytes per second; all ones when the rate needs the 64-bit attribute beside it.</summary>
    public uint Rate;

    internal static RateSpecification Of(ulong rate, ushort overhead, ushort minimumPacket, byte linkLayer = Ethernet) => rate == 0 ? default : new()
    {
        LinkLayer = linkLayer,
        Overhead = overhead,
        CellAlign = -1,
        MinimumPacket = minimumPacket,
        Rate = (uint)Math.Min(rate, uint.MaxValue),
    };
}
