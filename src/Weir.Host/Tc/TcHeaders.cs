using Weir.Netlink.TrafficControl.Actions;

namespace Weir.Host.Tc;

/// <summary>Lists of words whose place is the kernel's number.</summary>
internal static class TcHeaders
{
    /// <summary>PACKET_HOST and the next (include/uapi/linux/if_packet.h).</summary>
    internal static readonly string[] PacketTypes = ["host", "broadcast", "multicast", "otherhost"];

    /// <summary>TCA_CSUM_UPDATE_FLAG_, one bit each.</summary>
    internal static readonly string[] Checksums = ["iph", "icmp", "igmp", "tcp", "udp", "udplite", "sctp"];

    private static readonly string[] Pedit = ["", "eth", "ipv4", "ipv6", "tcp", "udp"];

    internal static string Print(PeditHeader header) => Pedit.ElementAtOrDefault((int)header) ?? $"[{(int)header}]";

    internal static bool TryParse(string text, out PeditHeader header)
    {
        header = (PeditHeader)Math.Max(Array.IndexOf(Pedit, text), 0);
        return Pedit.Contains(text);
    }
}
