namespace Weir.Rules.Nft.Types;

/// <summary>nft's types, with their numbers in src/include/datatype.h enum datatypes.</summary>
public static class NftDataTypes
{
    private static readonly (string Name, uint Value)[] EcnSymbols = [("not-ect", 0), ("ect1", 1), ("ect0", 2), ("ce", 3)];

    private static readonly (string Name, uint Value)[] EventSymbols =
        [("new", 1), ("related", 2), ("destroy", 4), ("reply", 8), ("assured", 0x10), ("protoinfo", 0x20), ("helper", 0x40), ("mark", 0x80), ("seqadj", 0x100), ("secmark", 0x200), ("label", 0x400)];

    public static NftDataType Verdict { get; } = new("verdict", 1, 0, NftDataKind.Verdict);

    public static NftDataType Nfproto { get; } = new("nf_proto", 2, 8, NftDataKind.Integer) { Symbols = NftSymbols.Nfproto };

    public static NftDataType Integer { get; } = new("integer", 4, 0, NftDataKind.Integer);

    /// <summary>The same number in a set; printed in hexadecimal.</summary>
    public static NftDataType RawInteger { get; } = new("integer", 4, 0, NftDataKind.Raw);

    public static NftDataType HostInteger { get; } = new("integer", 4, 0, NftDataKind.Integer, IsHostOrder: true);

    public static NftDataType Text { get; } = new("string", 5, 128, NftDataKind.Text);

    public static NftDataType LinkLayer { get; } = new("ll_addr", 6, 48, NftDataKind.Ethernet);

    public static NftDataType IPv4 { get; } = new("ipv4_addr", 7, 32, NftDataKind.IPv4);

    public static NftDataType IPv6 { get; } = new("ipv6_addr", 8, 128, NftDataKind.IPv6);

    public static NftDataType Ethernet { get; } = new("ether_addr", 9, 48, NftDataKind.Ethernet);

    public static NftDataType EtherType { get; } = new("ether_type", 10, 16, NftDataKind.Hexadecimal) { Symbols = NftSymbols.EtherType };

    public static NftDataType ArpOperation { get; } = new("arp_op", 11, 16, NftDataKind.Integer) { Symbols = NftSymbols.ArpOperation };

    public static NftDataType Protocol { get; } = new("inet_proto", 12, 8, NftDataKind.Integer) { Symbols = NftSymbols.Protocol, Aliases = [("icmpv6", 58), ("comp", 108)] };

    public static NftDataType Service { get; } = new("inet_service", 13, 16, NftDataKind.Service);

    public static NftDataType IcmpType { get; } = new("icmp_type", 14, 8, NftDataKind.Integer) { Symbols = NftSymbols.IcmpType };

    public static NftDataType TcpFlag { get; } = new("tcp_flag", 15, 8, NftDataKind.Bitmask) { Symbols = NftSymbols.TcpFlag };

    public static NftDataType DccpPacketType { get; } = new("dccp_pkttype", 16, 4, NftDataKind.Integer) { Symbols = NftSymbols.DccpPacketType };

    public static NftDataType MhType { get; } = new("mh_type", 17, 8, NftDataKind.Integer) { Symbols = NftSymbols.MhType };

    public static NftDataType Time { get; } = new("time", 18, 32, NftDataKind.Time, IsHostOrder: true);

    public static NftDataType Mark { get; } = new("mark", 19, 32, NftDataKind.Hexadecimal, IsHostOrder: true);

    public static NftDataType Link { get; } = new("iface_index", 20, 32, NftDataKind.Link, IsHostOrder: true);

    public static NftDataType LinkType { get; } = new("iface_type", 21, 16, NftDataKind.Integer, IsHostOrder: true) { Symbols = NftSymbols.LinkType };

    public static NftDataType Realm { get; } = new("realm", 22, 32, NftDataKind.Integer, IsHostOrder: true) { Symbols = [("cosmos", 0)], QuotesSymbols = true };

    public static NftDataType ClassId { get; } = new("classid", 23, 32, NftDataKind.ClassId, IsHostOrder: true);

    public static NftDataType User { get; } = new("uid", 24, 32, NftDataKind.User, IsHostOrder: true);

    public static NftDataType Group { get; } = new("gid", 25, 32, NftDataKind.Group, IsHostOrder: true);

    public static NftDataType CtState { get; } = new("ct_state", 26, 32, NftDataKind.Bitmask, IsHostOrder: true) { Symbols = NftSymbols.CtState };

    public static NftDataType CtDirection { get; } = new("ct_dir", 27, 8, NftDataKind.Integer) { Symbols = NftSymbols.CtDirection };

    public static NftDataType CtStatus { get; } = new("ct_status", 28, 32, NftDataKind.Bitmask, IsHostOrder: true) { Symbols = NftSymbols.CtStatus };

    public static NftDataType Icmp6Type { get; } = new("icmpv6_type", 29, 8, NftDataKind.Integer) { Symbols = NftSymbols.Icmp6Type };

    public static NftDataType PacketType { get; } = new("pkt_type", 31, 8, NftDataKind.Integer) { Symbols = NftSymbols.PacketType };

    public static NftDataType IcmpCode { get; } = new("icmp_code", 32, 8, NftDataKind.Integer) { Symbols = NftSymbols.IcmpCode };

    public static NftDataType Icmp6Code { get; } = new("icmpv6_code", 33, 8, NftDataKind.Integer) { Symbols = NftSymbols.Icmp6Code };

    public static NftDataType IcmpxCode { get; } = new("icmpx_code", 34, 8, NftDataKind.Integer) { Symbols = NftSymbols.IcmpxCode };

    public static NftDataType DeviceGroup { get; } = new("devgroup", 35, 32, NftDataKind.Integer, IsHostOrder: true) { Symbols = [("default", 0)], QuotesSymbols = true };

    public static NftDataType Dscp { get; } = new("dscp", 36, 6, NftDataKind.Hexadecimal) { Symbols = NftSymbols.Dscp };

    public static NftDataType Ecn { get; } = new("ecn", 37, 2, NftDataKind.Integer) { Symbols = EcnSymbols };

    public static NftDataType FibAddressType { get; } = new("fib_addrtype", 38, 32, NftDataKind.Integer, IsHostOrder: true) { Symbols = NftSymbols.FibAddressType };

    public static NftDataType Boolean { get; } = new("boolean", 39, 8, NftDataKind.Integer) { Symbols = NftSymbols.Boolean };

    public static NftDataType CtEvent { get; } = new("ct_event", 40, 32, NftDataKind.Bitmask, IsHostOrder: true) { Symbols = EventSymbols };

    public static NftDataType LinkName { get; } = new("ifname", 41, 128, NftDataKind.Text);

    public static NftDataType IgmpType { get; } = new("igmp_type", 42, 8, NftDataKind.Integer) { Symbols = NftSymbols.IgmpType };

    public static NftDataType Date { get; } = new("time", 43, 64, NftDataKind.Clock, IsHostOrder: true);

    public static NftDataType Hour { get; } = new("hour", 44, 32, NftDataKind.Clock, IsHostOrder: true);

    public static NftDataType Day { get; } = new("day", 45, 8, NftDataKind.Integer) { Symbols = NftSymbols.Day, QuotesSymbols = true };

    private static readonly Dictionary<string, NftDataType> ByName = new[]
    {
        Nfproto, Integer, Text, LinkLayer, IPv4, IPv6, Ethernet, EtherType, ArpOperation, Protocol, Service, IcmpType, TcpFlag, DccpPacketType, MhType, Mark, Link, LinkType,
        Realm, ClassId, User, Group, CtState, CtDirection, CtStatus, Icmp6Type, PacketType, IcmpCode, Icmp6Code, IcmpxCode, DeviceGroup, Dscp, Ecn, FibAddressType, Boolean, CtEvent,
        LinkName, IgmpType, Hour, Day, Verdict, Time,
    }.ToDictionary(type => type.Name, StringComparer.Ordinal);

    private static readonly Dictionary<uint, NftDataType> ByNumber = ByName.Values.ToDictionary(type => type.Number);

    public static NftDataType? Find(string name) => ByName.GetValueOrDefault(name);

    public static NftDataType? Find(uint number) => ByNumber.GetValueOrDefault(number);
}
