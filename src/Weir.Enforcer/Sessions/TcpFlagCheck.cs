using static Weir.Packets.TcpFlags;

namespace Weir.Enforcer.Sessions;

/// <summary>Which combinations of TCP flags a host can have sent.</summary>
internal static class TcpFlagCheck
{
    private const Packets.TcpFlags Compared = FIN | SYN | RST | ACK | URG;

    /// <summary>nf_conntrack_proto_tcp.c tcp_valid_flags; PSH, ECE and CWR may come with each.</summary>
    public static bool IsValid(Packets.TcpFlags flags) => (flags & Compared) switch
    {
        SYN or (SYN | URG) or (SYN | ACK) => true,
        RST or (RST | ACK) => true,
        (FIN | ACK) or (FIN | ACK | URG) => true,
        ACK or (ACK | URG) => true,
        _ => false,
    };
}
