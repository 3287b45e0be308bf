using System.Runtime.InteropServices;

namespace Weir.Netlink.TrafficControl;

/// <summary>include/uapi/linux/rtnetlink.h: attributes after struct tcmsg.</summary>
internal enum TrafficControlAttribute : ushort
{
    TCA_KIND = 1,
    TCA_OPTIONS = 2,
    TCA_STATS2 = 7,
    TCA_CHAIN = 11,
    TCA_INGRESS_BLOCK = 13,
    TCA_EGRESS_BLOCK = 14,
}

/// <summary>struct tcmsg, 20 bytes (include/uapi/linux/rtnetlink.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TrafficControlHeader
{
    public byte Family;
    public byte Pad1;
    public ushort Pad2;
    public int LinkIndex;
    public uint Handle;
    public uint Parent;
    /// <summary>Filters: the preference above, the ethertype in network order below. Qdiscs: references. Classes: the handle of the qdisc below.</summary>
    public uint Information;
}
