using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Actions;

/// <summary>include/uapi/linux/tc_act/tc_csum.h: which checksums are made anew (TCA_CSUM_UPDATE_FLAG_).</summary>
[Flags]
public enum ChecksumKinds : uint
{
    None = 0,
    Ipv4Header = 1,
    Icmp = 2,
    Igmp = 4,
    Tcp = 8,
    Udp = 16,
    UdpLite = 32,
    Sctp = 64,
}

/// <summary><c>action csum</c>: after pedit, which leaves checksums as they were.</summary>
public sealed record CsumAction(ChecksumKinds Kinds) : FilterAction("csum", ActionControl.Pass);

/// <summary>include/uapi/linux/tc_act/tc_csum.h</summary>
internal enum CsumAttribute : ushort
{
    TCA_CSUM_PARMS = 1,
    TCA_CSUM_TM = 2,
}

/// <summary>How a CsumAction looks on the wire: TCA_CSUM_PARMS with struct tc_csum.</summary>
internal static class CsumMessage
{
    /// <summary>struct tc_csum, 24 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Checksum
    {
        public ActionParameters Parameters;
        public uint Kinds;
    }

    internal static void Write(ref NetlinkWriter writer, CsumAction action) =>
        writer.WriteBytes(CsumAttribute.TCA_CSUM_PARMS, MemoryMarshal.AsBytes([new Checksum { Parameters = ActionParameters.Of(action), Kinds = (uint)action.Kinds }]));

    internal static FilterAction Read(NetlinkAttributes options)
    {
        var action = new CsumAction(ChecksumKinds.None);
        foreach (var attribute in options)
        {
            if ((CsumAttribute)attribute.Type != CsumAttribute.TCA_CSUM_PARMS)
                continue;
            var checksum = attribute.Read<Checksum>();
            action = checksum.Parameters.ApplyTo(new CsumAction((ChecksumKinds)checksum.Kinds));
        }

        return action;
    }
}
