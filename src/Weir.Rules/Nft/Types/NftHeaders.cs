namespace Weir.Rules.Nft.Types;

/// <summary>The headers that nft knows, their fields in the order of their offsets.</summary>
public static class NftHeaders
{
    private const byte EchoReply = 0, Unreachable = 3, Redirect = 5, EchoRequest = 8;
    private const byte TooBig6 = 2, ParameterProblem6 = 4, EchoRequest6 = 128, EchoReply6 = 129, ListenerQuery6 = 130;

    public static NftHeader Ether { get; } = new("ether", NftHeaderBase.Link, 0,
    [
        new("daddr", 0, 48, NftDataTypes.Ethernet),
        new("saddr", 48, 48, NftDataTypes.Ethernet),
        new("type", 96, 16, NftDataTypes.EtherType),
    ])
    { ProtocolField = "type" };

    /// <summary>The tag begins behind the Ethernet header.</summary>
    public static NftHeader Vlan { get; } = new("vlan", NftHeaderBase.Link, 0x8100,
    [
        new("pcp", 112, 3, NftDataTypes.Integer),
        new("dei", 115, 1, NftDataTypes.Integer),
        new("id", 116, 12, NftDataTypes.Integer),
        new("type", 128, 16, NftDataTypes.EtherType),
    ])
    { ProtocolField = "type" };

    public static NftHeader Arp { get; } = new("arp", NftHeaderBase.Network, 0x0806,
    [
        new("htype", 0, 16, NftDataTypes.Integer),
        new("ptype", 16, 16, NftDataTypes.EtherType),
        new("hlen", 32, 8, NftDataTypes.Integer),
        new("plen", 40, 8, NftDataTypes.Integer),
        new("operation", 48, 16, NftDataTypes.ArpOperation),
        new("saddr ether", 64, 48, NftDataTypes.Ethernet),
        new("saddr ip", 112, 32, NftDataTypes.IPv4),
        new("daddr ether", 144, 48, NftDataTypes.Ethernet),
        new("daddr ip", 192, 32, NftDataTypes.IPv4),
    ]);

    public static NftHeader Ip { get; } = new("ip", NftHeaderBase.Network, 0x0800,
    [
        new("version", 0, 4, NftDataTypes.Integer),
        new("hdrlength", 4, 4, NftDataTypes.Integer),
        new("dscp", 8, 6, NftDataTypes.Dscp),
        new("ecn", 14, 2, NftDataTypes.Ecn),
        new("length", 16, 16, NftDataTypes.Integer),
        new("id", 32, 16, NftDataTypes.Integer),
        new("frag-off", 48, 16, NftDataTypes.Integer),
        new("ttl", 64, 8, NftDataTypes.Integer),
        new("protocol", 72, 8, NftDataTypes.Protocol),
        new("checksum", 80, 16, NftDataTypes.Integer),
        new("saddr", 96, 32, NftDataTypes.IPv4),
        new("daddr", 128, 32, NftDataTypes.IPv4),
    ])
    { ProtocolField = "protocol" };

    public static NftHeader Ip6 { get; } = new("ip6", NftHeaderBase.Network, 0x86dd,
    [
        new("version", 0, 4, NftDataTypes.Integer),
        new("dscp", 4, 6, NftDataTypes.Dscp),
        new("ecn", 10, 2, NftDataTypes.Ecn),
        new("flowlabel", 12, 20, NftDataTypes.Integer),
        new("length", 32, 16, NftDataTypes.Integer),
        new("nexthdr", 48, 8, NftDataTypes.Protocol),
        new("hoplimit", 56, 8, NftDataTypes.Integer),
        new("saddr", 64, 128, NftDataTypes.IPv6),
        new("daddr", 192, 128, NftDataTypes.IPv6),
    ])
    { ProtocolField = "nexthdr" };

    public static NftHeader Icmp { get; } = new("icmp", NftHeaderBase.Transport, 1,
    [
        new("type", 0, 8, NftDataTypes.IcmpType),
        new("code", 8, 8, NftDataTypes.IcmpCode),
        new("checksum", 16, 16, NftDataTypes.Integer),
        new("id", 32, 16, NftDataTypes.Integer) { MessageTypes = [EchoRequest, EchoReply] },
        new("sequence", 48, 16, NftDataTypes.Integer) { MessageTypes = [EchoRequest, EchoReply] },
        new("gateway", 32, 32, NftDataTypes.Integer) { MessageTypes = [Redirect] },
        new("mtu", 48, 16, NftDataTypes.Integer) { MessageTypes = [Unreachable] },
    ])
    { ProtocolField = "type" };

    public static NftHeader Icmp6 { get; } = new("icmpv6", NftHeaderBase.Transport, 58,
    [
        new("type", 0, 8, NftDataTypes.Icmp6Type),
        new("code", 8, 8, NftDataTypes.Icmp6Code),
        new("checksum", 16, 16, NftDataTypes.Integer),
        new("parameter-problem", 32, 32, NftDataTypes.Integer) { MessageTypes = [ParameterProblem6] },
        new("mtu", 32, 32, NftDataTypes.Integer) { MessageTypes = [TooBig6] },
        new("id", 32, 16, NftDataTypes.Integer) { MessageTypes = [EchoRequest6, EchoReply6] },
        new("sequence", 48, 16, NftDataTypes.Integer) { MessageTypes = [EchoRequest6, EchoReply6] },
        new("max-delay", 32, 16, NftDataTypes.Integer) { MessageTypes = [ListenerQuery6] },
    ])
    { ProtocolField = "type" };

    public static NftHeader Igmp { get; } = new("igmp", NftHeaderBase.Transport, 2,
    [
        new("type", 0, 8, NftDataTypes.IgmpType),
        new("mrt", 8, 8, NftDataTypes.Integer),
        new("checksum", 16, 16, NftDataTypes.Integer),
        new("group", 32, 32, NftDataTypes.IPv4),
    ]);

    public static NftHeader Tcp { get; } = new("tcp", NftHeaderBase.Transport, 6,
    [
        new("sport", 0, 16, NftDataTypes.Service),
        new("dport", 16, 16, NftDataTypes.Service),
        new("sequence", 32, 32, NftDataTypes.Integer),
        new("ackseq", 64, 32, NftDataTypes.Integer),
        new("doff", 96, 4, NftDataTypes.Integer),
        new("reserved", 100, 4, NftDataTypes.Integer),
        new("flags", 104, 8, NftDataTypes.TcpFlag),
        new("window", 112, 16, NftDataTypes.Integer),
        new("checksum", 128, 16, NftDataTypes.Integer),
        new("urgptr", 144, 16, NftDataTypes.Integer),
    ]);

    public static NftHeader Udp { get; } = new("udp", NftHeaderBase.Transport, 17,
    [
        new("sport", 0, 16, NftDataTypes.Service),
        new("dport", 16, 16, NftDataTypes.Service),
        new("length", 32, 16, NftDataTypes.Integer),
        new("checksum", 48, 16, NftDataTypes.Integer),
    ]);

    public static NftHeader UdpLite { get; } = new("udplite", NftHeaderBase.Transport, 136,
    [
        new("sport", 0, 16, NftDataTypes.Service),
        new("dport", 16, 16, NftDataTypes.Service),
        new("csumcov", 32, 16, NftDataTypes.Integer),
        new("checksum", 48, 16, NftDataTypes.Integer),
    ]);

    public static NftHeader Dccp { get; } = new("dccp", NftHeaderBase.Transport, 33,
    [
        new("sport", 0, 16, NftDataTypes.Service),
        new("dport", 16, 16, NftDataTypes.Service),
        new("type", 67, 4, NftDataTypes.DccpPacketType),
    ]);

    public static NftHeader Sctp { get; } = new("sctp", NftHeaderBase.Transport, 132,
    [
        new("sport", 0, 16, NftDataTypes.Service),
        new("dport", 16, 16, NftDataTypes.Service),
        new("vtag", 32, 32, NftDataTypes.Integer),
        new("checksum", 64, 32, NftDataTypes.Integer),
    ]);

    public static NftHeader Esp { get; } = new("esp", NftHeaderBase.Transport, 50,
    [
        new("spi", 0, 32, NftDataTypes.Integer),
        new("sequence", 32, 32, NftDataTypes.Integer),
    ]);

    public static NftHeader Ah { get; } = new("ah", NftHeaderBase.Transport, 51,
    [
        new("nexthdr", 0, 8, NftDataTypes.Protocol),
        new("hdrlength", 8, 8, NftDataTypes.Integer),
        new("reserved", 16, 16, NftDataTypes.Integer),
        new("spi", 32, 32, NftDataTypes.Integer),
        new("sequence", 64, 32, NftDataTypes.Integer),
    ]);

    public static NftHeader Comp { get; } = new("comp", NftHeaderBase.Transport, 108,
    [
        new("nexthdr", 0, 8, NftDataTypes.Protocol),
        new("flags", 8, 8, NftDataTypes.RawInteger),
        new("cpi", 16, 16, NftDataTypes.Integer),
    ]);

    /// <summary>Any transport header that begins with two ports.</summary>
    public static NftHeader Th { get; } = new("th", NftHeaderBase.Transport, 0,
    [
        new("sport", 0, 16, NftDataTypes.Service),
        new("dport", 16, 16, NftDataTypes.Service),
    ]);

    public static IReadOnlyList<NftHeader> All { get; } = [Ether, Vlan, Arp, Ip, Ip6, Icmp, Icmp6, Igmp, Tcp, Udp, UdpLite, Dccp, Sctp, Esp, Ah, Comp, Th];

    public static NftHeader? Find(string name) => All.FirstOrDefault(header => string.Equals(header.Name, name, StringComparison.Ordinal));

    /// <summary>The transport header that a protocol number names.</summary>
    public static NftHeader? Transport(uint protocol) => All.FirstOrDefault(header => header.Base == NftHeaderBase.Transport && header.Protocol == protocol && protocol != 0);

    /// <summary>The network header that an EtherType names.</summary>
    public static NftHeader? Network(uint etherType) => All.FirstOrDefault(header => header.Base == NftHeaderBase.Network && header.Protocol == etherType);
}
