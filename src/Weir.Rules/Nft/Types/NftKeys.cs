namespace Weir.Rules.Nft.Types;

/// <summary>What <c>meta</c>, <c>ct</c>, <c>rt</c> and <c>socket</c> know.</summary>
public static class NftKeys
{
    public static IReadOnlyList<NftKey> Meta { get; } =
    [
        new("length", 0, NftDataTypes.HostInteger, 32),
        new("protocol", 1, NftDataTypes.EtherType, 16),
        new("priority", 2, NftDataTypes.ClassId, 32),
        new("mark", 3, NftDataTypes.Mark, 32),
        new("iif", 4, NftDataTypes.Link, 32),
        new("oif", 5, NftDataTypes.Link, 32),
        new("iifname", 6, NftDataTypes.LinkName, 128),
        new("oifname", 7, NftDataTypes.LinkName, 128),
        new("iiftype", 8, NftDataTypes.LinkType, 16),
        new("oiftype", 9, NftDataTypes.LinkType, 16),
        new("skuid", 10, NftDataTypes.User, 32),
        new("skgid", 11, NftDataTypes.Group, 32),
        new("nftrace", 12, NftDataTypes.Integer, 8),
        new("rtclassid", 13, NftDataTypes.Realm, 32),
        new("nfproto", 15, NftDataTypes.Nfproto, 8),
        new("l4proto", 16, NftDataTypes.Protocol, 8),
        new("ibrname", 17, NftDataTypes.LinkName, 128),
        new("obrname", 18, NftDataTypes.LinkName, 128),
        new("pkttype", 19, NftDataTypes.PacketType, 8),
        new("cpu", 20, NftDataTypes.HostInteger, 32),
        new("iifgroup", 21, NftDataTypes.DeviceGroup, 32),
        new("oifgroup", 22, NftDataTypes.DeviceGroup, 32),
        new("cgroup", 23, NftDataTypes.HostInteger, 32),
        new("random", 24, NftDataTypes.Integer, 32),
        new("ipsec", 25, NftDataTypes.Boolean, 8),
        new("iifkind", 26, NftDataTypes.LinkName, 128),
        new("oifkind", 27, NftDataTypes.LinkName, 128),
        new("ibrpvid", 28, NftDataTypes.HostInteger, 16),
        new("ibrvproto", 29, NftDataTypes.EtherType, 16),
        new("time", 30, NftDataTypes.Date, 64),
        new("day", 31, NftDataTypes.Day, 8),
        new("hour", 32, NftDataTypes.Hour, 32),
        new("sdif", 33, NftDataTypes.Link, 32),
        new("sdifname", 34, NftDataTypes.LinkName, 128),
        new("broute", 35, NftDataTypes.Integer, 8),
    ];

    /// <summary>Addresses and ports have a direction.</summary>
    public static IReadOnlyList<NftKey> Ct { get; } =
    [
        new("state", 0, NftDataTypes.CtState, 32),
        new("direction", 1, NftDataTypes.CtDirection, 8),
        new("status", 2, NftDataTypes.CtStatus, 32),
        new("mark", 3, NftDataTypes.Mark, 32),
        new("expiration", 5, NftDataTypes.Time, 32),
        new("helper", 6, NftDataTypes.Text, 128),
        new("l3proto", 7, NftDataTypes.Nfproto, 8),
        new("protocol", 10, NftDataTypes.Protocol, 8),
        new("proto-src", 11, NftDataTypes.Service, 16),
        new("proto-dst", 12, NftDataTypes.Service, 16),
        new("packets", 14, NftDataTypes.HostInteger, 64),
        new("bytes", 15, NftDataTypes.HostInteger, 64),
        new("avgpkt", 16, NftDataTypes.HostInteger, 64),
        new("zone", 17, NftDataTypes.HostInteger, 16),
        new("event", 18, NftDataTypes.CtEvent, 32),
        new("ip saddr", 19, NftDataTypes.IPv4, 32),
        new("ip daddr", 20, NftDataTypes.IPv4, 32),
        new("ip6 saddr", 21, NftDataTypes.IPv6, 128),
        new("ip6 daddr", 22, NftDataTypes.IPv6, 128),
        new("id", 23, NftDataTypes.Integer, 32),
    ];

    public static IReadOnlyList<NftKey> Route { get; } =
    [
        new("classid", 0, NftDataTypes.Realm, 32),
        new("ip nexthop", 1, NftDataTypes.IPv4, 32),
        new("ip6 nexthop", 2, NftDataTypes.IPv6, 128),
        new("mtu", 3, NftDataTypes.HostInteger, 16),
        new("ipsec", 4, NftDataTypes.Boolean, 8),
    ];

    public static IReadOnlyList<NftKey> Socket { get; } =
    [
        new("transparent", 0, NftDataTypes.Integer, 8),
        new("mark", 1, NftDataTypes.Mark, 32),
        new("wildcard", 2, NftDataTypes.Integer, 8),
        new("cgroupv2", 3, NftDataTypes.HostInteger, 64),
    ];

    /// <summary>Keys that stand without <c>meta</c> before them.</summary>
    internal static readonly string[] Unqualified = ["iif", "oif", "iifname", "oifname", "iifgroup", "oifgroup"];

    /// <summary>Keys that may be written without <c>meta</c>, and are printed with it.</summary>
    internal static readonly string[] AlsoUnqualified = ["mark", "iiftype", "oiftype", "skuid", "skgid", "nftrace", "rtclassid", "cgroup", "ibrname", "obrname", "pkttype", "cpu"];

    public static NftKey? Find(IReadOnlyList<NftKey> keys, string name) => keys.FirstOrDefault(key => string.Equals(key.Name, name, StringComparison.Ordinal));

    public static NftKey? Find(IReadOnlyList<NftKey> keys, uint number) => keys.FirstOrDefault(key => key.Number == number);
}
