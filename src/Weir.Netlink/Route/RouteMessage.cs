using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>include/uapi/linux/rtnetlink.h: enum rtattr_type_t.</summary>
internal enum RouteAttribute : ushort
{
    RTA_DST = 1,
    RTA_SRC = 2,
    RTA_IIF = 3,
    RTA_OIF = 4,
    RTA_GATEWAY = 5,
    RTA_PRIORITY = 6,
    RTA_PREFSRC = 7,
    RTA_METRICS = 8,
    RTA_MULTIPATH = 9,
    RTA_FLOW = 11,
    RTA_CACHEINFO = 12,
    RTA_TABLE = 15,
    RTA_MARK = 16,
    RTA_VIA = 18,
    RTA_NEWDST = 19,
    RTA_PREF = 20,
    RTA_ENCAP_TYPE = 21,
    RTA_ENCAP = 22,
    RTA_EXPIRES = 23,
    RTA_PAD = 24,
    RTA_TTL_PROPAGATE = 26,
    RTA_NH_ID = 30,
}

/// <summary>include/uapi/linux/rtnetlink.h: inside RTA_METRICS; all numbers but CC_ALGO, which is a name.</summary>
internal enum RouteMetric : ushort
{
    RTAX_LOCK = 1,
    RTAX_CC_ALGO = 16,
}

/// <summary>include/uapi/linux/rtnetlink.h: rtm_flags and rtnh_flags.</summary>
[Flags]
internal enum RouteFlags : uint
{
    None = 0,
    RTNH_F_DEAD = 1,
    RTNH_F_PERVASIVE = 2,
    RTNH_F_ONLINK = 4,
    RTM_F_CLONED = 0x200,
    RTM_F_LOOKUP_TABLE = 0x1000,
}

/// <summary>How an IpRoute looks on the wire: struct rtmsg, then RTA_ attributes.</summary>
internal static class RouteMessage
{
    /// <summary>The kernel refuses a request that says DEAD or LINKDOWN (net/ipv4/fib_semantics.c fib_create_info).</summary>
    private const RouteFlags Writable = RouteFlags.RTNH_F_PERVASIVE | RouteFlags.RTNH_F_ONLINK;

    /// <summary>struct rtmsg, 12 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte Family;
        public byte DestinationLength;
        public byte SourceLength;
        public byte TypeOfService;
        public byte Table;
        public byte Protocol;
        public byte Scope;
        public byte Type;
        public uint Flags;
    }

    /// <summary>struct rtnexthop, 8 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct LegHeader
    {
        public ushort Length;
        public byte Flags;
        public byte Hops;
        public int Index;
    }

    internal static void Write(ref NetlinkWriter writer, IpRoute route)
    {
        writer.WriteFixed(new Header
        {
            Family = (byte)KernelFamilies.Of(route.Family),
            DestinationLength = route.DestinationLength,
            SourceLength = route.SourceLength,
            TypeOfService = route.TypeOfService,
            Table = route.Table <= byte.MaxValue ? (byte)route.Table : (byte)0,
            Protocol = route.Protocol,
            Scope = route.Scope,
            Type = route.Type,
            Flags = route.Flags & (uint)Writable,
        });
        if (route.Table > byte.MaxValue)
            writer.WriteUInt32(RouteAttribute.RTA_TABLE, route.Table);
        if (route.Destination is { } destination)
            writer.WriteAddress(RouteAttribute.RTA_DST, destination);
        if (route.Source is { } source)
            writer.WriteAddress(RouteAttribute.RTA_SRC, source);
        if (route.Priority != 0)
            writer.WriteUInt32(RouteAttribute.RTA_PRIORITY, route.Priority);
        if (route.PreferredSource is { } preferred)
            writer.WriteAddress(RouteAttribute.RTA_PREFSRC, preferred);
        WriteMetrics(ref writer, route);
        if (route.Realms != 0)
            writer.WriteUInt32(RouteAttribute.RTA_FLOW, route.Realms);
        if (route.Preference is { } preference)
            writer.WriteUInt8(RouteAttribute.RTA_PREF, preference);
        if (route.ExpiresSeconds is { } seconds)
            writer.WriteUInt32(RouteAttribute.RTA_EXPIRES, seconds);
        WriteWay(ref writer, route);
    }

    /// <summary>A dump of one table (0: all) of a family; the kernel filters by it because of strict checking.</summary>
    internal static void WriteList(ref NetlinkWriter writer, AddressFamily family, uint table)
    {
        writer.WriteFixed(new Header { Family = (byte)KernelFamilies.Of(family) });
        if (table != 0)
            writer.WriteUInt32(RouteAttribute.RTA_TABLE, table);
    }

    /// <summary>RTM_F_LOOKUP_TABLE: the answer says which table the route was found in.</summary>
    internal static void WriteGet(ref NetlinkWriter writer, IPAddress destination, IPAddress? source, uint mark, int outputLink, int inputLink)
    {
        var length = (byte)(destination.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32);
        writer.WriteFixed(new Header
        {
            Family = (byte)KernelFamilies.Of(destination.AddressFamily),
            DestinationLength = length,
            SourceLength = source is null ? (byte)0 : length,
            Flags = (uint)RouteFlags.RTM_F_LOOKUP_TABLE,
        });
        writer.WriteAddress(RouteAttribute.RTA_DST, destination);
        if (source is not null)
            writer.WriteAddress(RouteAttribute.RTA_SRC, source);
        if (mark != 0)
            writer.WriteUInt32(RouteAttribute.RTA_MARK, mark);
        if (outputLink != 0)
            writer.WriteInt32(RouteAttribute.RTA_OIF, outputLink);
        if (inputLink != 0)
            writer.WriteInt32(RouteAttribute.RTA_IIF, inputLink);
    }

    /// <summary>Null for what is no route of a table: other messages, and copies that the kernel made for one destination.</summary>
    internal static IpRoute? Read(NetlinkMessage message) =>
        message.Type == NetlinkMessageType.RTM_NEWROUTE && !IsCached(message) ? ReadAny(message) : null;

    internal static bool IsCached(NetlinkMessage message) => (message.Header<Header>().Flags & (uint)RouteFlags.RTM_F_CLONED) != 0;

    /// <summary>Of RTM_NEWROUTE and RTM_DELROUTE. Everything is read first and the route made once: a dump of thousands allocates nothing beside them.</summary>
    internal static IpRoute? ReadAny(NetlinkMessage message)
    {
        var header = message.Header<Header>();
        if (KernelFamilies.ToAddressFamily(header.Family) is not { } family)
            return null;
        IPAddress? destination = null, source = null, gateway = null, preferredSource = null;
        uint table = header.Table, priority = 0, nextHopId = 0, realms = 0;
        var congestionControl = "";
        var linkIndex = 0;
        bool via = false, unmodelled = false;
        byte? preference = null;
        uint? expires = null;
        IReadOnlyDictionary<ushort, uint> metrics = IpRoute.NoMetrics;
        IReadOnlyList<NextHop> nextHops = [];
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((RouteAttribute)attribute.Type)
            {
                case RouteAttribute.RTA_TABLE: table = attribute.UInt32; break;
                case RouteAttribute.RTA_DST: destination = attribute.Address; break;
                case RouteAttribute.RTA_SRC: source = attribute.Address; break;
                case RouteAttribute.RTA_GATEWAY: gateway = attribute.Address; break;
                case RouteAttribute.RTA_VIA: (gateway, via) = (ReadVia(attribute), true); break;
                case RouteAttribute.RTA_OIF: linkIndex = attribute.Int32; break;
                case RouteAttribute.RTA_PREFSRC: preferredSource = attribute.Address; break;
                case RouteAttribute.RTA_PRIORITY: priority = attribute.UInt32; break;
                case RouteAttribute.RTA_PREF: preference = attribute.UInt8; break;
                case RouteAttribute.RTA_CACHEINFO: expires = ReadExpiry(attribute); break;
                case RouteAttribute.RTA_METRICS:
                    metrics = ReadMetrics(attribute.Nested);
                    congestionControl = ReadCongestionControl(attribute.Nested);
                    break;
                case RouteAttribute.RTA_FLOW: realms = attribute.UInt32; break;
                case RouteAttribute.RTA_PAD: break;
                case RouteAttribute.RTA_MULTIPATH: nextHops = ReadLegs(attribute.Value); break;
                case RouteAttribute.RTA_NH_ID: nextHopId = attribute.UInt32; break;
                default: unmodelled = true; break;
            }
        }

        return new IpRoute
        {
            Family = family,
            Destination = destination,
            DestinationLength = header.DestinationLength,
            Source = source,
            SourceLength = header.SourceLength,
            Gateway = gateway,
            GatewayIsVia = via,
            LinkIndex = linkIndex,
            PreferredSource = preferredSource,
            Table = table,
            Priority = priority,
            TypeOfService = header.TypeOfService,
            Protocol = header.Protocol,
            Scope = header.Scope,
            Type = header.Type,
            Flags = header.Flags,
            Preference = preference,
            ExpiresSeconds = expires,
            Metrics = metrics,
            CongestionControl = congestionControl,
            Realms = realms,
            NextHops = nextHops,
            NextHopId = nextHopId,
            Raw = unmodelled ? message.AttributeBytes<Header>().ToArray() : [],
        };
    }

    private static string ReadCongestionControl(NetlinkAttributes metrics)
    {
        foreach (var metric in metrics)
        {
            if ((RouteMetric)metric.Type == RouteMetric.RTAX_CC_ALGO)
                return metric.Text;
        }

        return "";
    }

    /// <summary>Where the packets go: a nexthop object, legs, or one gateway and link. A dump shows an object's gateway too; it must not be sent back.</summary>
    private static void WriteWay(ref NetlinkWriter writer, IpRoute route)
    {
        if (route.NextHopId != 0)
        {
            writer.WriteUInt32(RouteAttribute.RTA_NH_ID, route.NextHopId);
            return;
        }

        if (route.NextHops.Count != 0)
        {
            var legs = writer.BeginNested(RouteAttribute.RTA_MULTIPATH);
            foreach (var leg in route.NextHops)
                WriteLeg(ref writer, route.Family, leg);
            writer.EndNested(legs);
        }
        else
        {
            if (route.LinkIndex != 0)
                writer.WriteInt32(RouteAttribute.RTA_OIF, route.LinkIndex);
            WriteGateway(ref writer, route.Family, route.Gateway, route.GatewayIsVia);
        }

        CopyUnmodelled(ref writer, route.Raw, realms: route.Realms == 0);
    }

    private static void WriteGateway(ref NetlinkWriter writer, AddressFamily family, IPAddress? gateway, bool isVia)
    {
        if (gateway is null)
            return;
        if (!isVia && gateway.AddressFamily == family)
        {
            writer.WriteAddress(RouteAttribute.RTA_GATEWAY, gateway);
            return;
        }

        // struct rtvia { u16 family; u8 address[]; }
        Span<byte> via = stackalloc byte[18];
        MemoryMarshal.Write(via, (ushort)KernelFamilies.Of(gateway.AddressFamily));
        gateway.TryWriteBytes(via[2..], out var length);
        writer.WriteBytes(RouteAttribute.RTA_VIA, via[..(2 + length)]);
    }

    /// <summary>struct rtnexthop { u16 len; u8 flags; u8 hops = weight - 1; i32 ifindex; }, then attributes; len counts both.</summary>
    private static void WriteLeg(ref NetlinkWriter writer, AddressFamily family, NextHop leg)
    {
        // A leg begins as an attribute does, with its length and two bytes that here hold flags and hops.
        var start = writer.BeginNested((ushort)((leg.Flags & (byte)Writable) | (byte)Math.Max(leg.Weight - 1, 0) << 8));
        writer.WriteFixed(leg.LinkIndex);
        WriteGateway(ref writer, family, leg.Gateway, isVia: false);
        CopyUnmodelled(ref writer, leg.Raw, realms: true);
        writer.EndNested(start);
    }

    private static void WriteMetrics(ref NetlinkWriter writer, IpRoute route)
    {
        if (route.Metrics.Count == 0 && route.CongestionControl.Length == 0)
            return;
        var metrics = writer.BeginNested(RouteAttribute.RTA_METRICS);
        foreach (var (number, value) in route.Metrics.OrderBy(metric => metric.Key))
            writer.WriteUInt32((RouteMetric)number, value);
        if (route.CongestionControl.Length != 0)
            writer.WriteString(RouteMetric.RTAX_CC_ALGO, route.CongestionControl);
        writer.EndNested(metrics);
    }

    /// <summary>What has no property of its own and still belongs to the route or leg: encapsulation, a leg's realms.</summary>
    private static void CopyUnmodelled(ref NetlinkWriter writer, ReadOnlySpan<byte> raw, bool realms)
    {
        foreach (var attribute in new NetlinkAttributes(raw))
        {
            if (((RouteAttribute)attribute.Type == RouteAttribute.RTA_FLOW && realms)
                || (RouteAttribute)attribute.Type is RouteAttribute.RTA_ENCAP_TYPE or RouteAttribute.RTA_ENCAP or RouteAttribute.RTA_TTL_PROPAGATE)
                writer.WriteNumbered(attribute.RawType, attribute.Value);
        }
    }

    private static IPAddress? ReadVia(NetlinkAttribute attribute) =>
        attribute.Value.Length is 6 or 18 ? new IPAddress(attribute.Value[2..]) : null;

    /// <summary>struct rta_cacheinfo { u32 clntref, lastuse; i32 expires; ... }, in hundredths of a second.</summary>
    private static uint? ReadExpiry(NetlinkAttribute attribute) => attribute.Read<int>(8) is var ticks and not 0 ? (uint)Math.Max(ticks / 100, 0) : null;

    private static SortedDictionary<ushort, uint> ReadMetrics(NetlinkAttributes attributes)
    {
        var metrics = new SortedDictionary<ushort, uint>();
        foreach (var attribute in attributes)
        {
            if ((RouteMetric)attribute.Type != RouteMetric.RTAX_CC_ALGO)
                metrics[attribute.Type] = attribute.UInt32;
        }

        return metrics;
    }

    private static List<NextHop> ReadLegs(ReadOnlySpan<byte> bytes)
    {
        var legs = new List<NextHop>();
        while (bytes.Length >= 8)
        {
            var header = MemoryMarshal.Read<LegHeader>(bytes);
            if (header.Length < 8 || header.Length > bytes.Length)
                break;
            IPAddress? gateway = null;
            var raw = bytes[8..header.Length];
            foreach (var attribute in new NetlinkAttributes(raw))
            {
                gateway = (RouteAttribute)attribute.Type switch
                {
                    RouteAttribute.RTA_GATEWAY => attribute.Address,
                    RouteAttribute.RTA_VIA => ReadVia(attribute),
                    _ => gateway,
                };
            }

            legs.Add(new NextHop(gateway, header.Index, (byte)Math.Min(header.Hops + 1, byte.MaxValue), header.Flags) { Raw = raw.ToArray() });
            bytes = bytes[Math.Min(NetlinkWriter.Align(header.Length), bytes.Length)..];
        }

        return legs;
    }
}
