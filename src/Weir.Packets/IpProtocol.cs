namespace Weir.Packets;

/// <summary>include/uapi/linux/in.h and in6.h: the numbers in IPv4's protocol and IPv6's next header field.</summary>
public static class IpProtocol
{
    public const byte IPPROTO_HOPOPTS = 0;
    public const byte IPPROTO_ICMP = 1;
    public const byte IPPROTO_TCP = 6;
    public const byte IPPROTO_UDP = 17;
    public const byte IPPROTO_ROUTING = 43;
    public const byte IPPROTO_FRAGMENT = 44;
    public const byte IPPROTO_ESP = 50;
    public const byte IPPROTO_AH = 51;
    public const byte IPPROTO_ICMPV6 = 58;
    public const byte IPPROTO_NONE = 59;
    public const byte IPPROTO_DSTOPTS = 60;
    public const byte IPPROTO_SCTP = 132;
}
