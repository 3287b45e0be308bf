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
    RTA_VIA = 18,
    RTA_PREF = 20,
    RTA_ENCAP_TYPE = 21,
    RTA_ENCAP = 22,
    RTA_EXPIRES = 23,
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

    internal static IpRoute? Read(NetlinkMessage message)
    {
        var header = message.Header<Header>();
        if (message.Type != NetlinkMessageType.RTM_NEWROUTE || (header.Flags & (uint)RouteFlags.RTM_F_CLONED) != 0
            || KernelFamilies.ToAddressFamily(header.Family) is not { } family)
            return null;
        var route = new IpRoute
        {
            Family = family,
            DestinationLength = header.DestinationLength,
            SourceLength = header.SourceLength,
            TypeOfService = header.TypeOfService,
            Table = header.Table,
            Protocol = header.Protocol,
            Scope = header.Scope,
            Type = header.Type,
            Flags = header.Flags,
            Raw = message.AttributeBytes<Header>().ToArray(),
        };
        foreach (var attribute in message.Attributes<Header>())
            route = Read(route, attribute);
        return route;
    }

    private static IpRoute Read(IpRoute route, NetlinkAttribute attribute) => (RouteAttribute)attribute.Type switch
    {
        RouteAttribute.RTA_TABLE => route with { Table = attribute.UInt32 },
        RouteAttribute.RTA_DST => route with { Destination = attribute.Address },
        RouteAttribute.RTA_SRC => route with { Source = attribute.Address },
        RouteAttribute.RTA_GATEWAY => route with { Gateway = attribute.Address },
        RouteAttribute.RTA_VIA => route with { Gateway = ReadVia(attribute), GatewayIsVia = true },
        RouteAttribute.RTA_OIF => route with { LinkIndex = attribute.Int32 },
        RouteAttribute.RTA_PREFSRC => route with { PreferredSource = attribute.Address },
        RouteAttribute.RTA_PRIORITY => route with { Priority = attribute.UInt32 },
        RouteAttribute.RTA_PREF => route with { Preference = attribute.UInt8 },
        RouteAttribute.RTA_CACHEINFO => route with { ExpiresSeconds = ReadExpiry(attribute) },
        RouteAttribute.RTA_METRICS => route with { Metrics = ReadMetrics(attribute.Nested) },
        RouteAttribute.RTA_MULTIPATH => route with { NextHops = ReadLegs(attribute.Value) },
        RouteAttribute.RTA_NH_ID => route with { NextHopId = attribute.UInt32 },
        _ => route,
    };

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

        CopyUnmodelled(ref writer, route.Raw);
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
        CopyUnmodelled(ref writer, leg.Raw);
        writer.EndNested(start);
    }

    private static void WriteMetrics(ref NetlinkWriter writer, IpRoute route)
    {
        var congestionControl = CongestionControl(route.Raw);
        if (route.Metrics.Count == 0 && congestionControl.IsEmpty)
            return;
        var metrics = writer.BeginNested(RouteAttribute.RTA_METRICS);
        foreach (var (number, value) in route.Metrics.OrderBy(metric => metric.Key))
            writer.WriteUInt32((RouteMetric)number, value);
        if (!congestionControl.IsEmpty)
            writer.WriteBytes(RouteMetric.RTAX_CC_ALGO, congestionControl);
        writer.EndNested(metrics);
    }

    private static ReadOnlySpan<byte> CongestionControl(ReadOnlySpan<byte> raw)
    {
        foreach (var attribute in new NetlinkAttributes(raw))
        {
            if ((RouteAttribute)attribute.Type != RouteAttribute.RTA_METRICS)
                continue;
            foreach (var metric in attribute.Nested)
            {
                if ((RouteMetric)metric.Type == RouteMetric.RTAX_CC_ALGO)
                    return metric.Value;
            }
        }

        return default;
    }

    /// <summary>What has no property of its own and still belongs to the route: encapsulation, realms.</summary>
    private static void CopyUnmodelled(ref NetlinkWriter writer, ReadOnlySpan<byte> raw)
    {
        foreach (var attribute in new NetlinkAttributes(raw))
        {
            if ((RouteAttribute)attribute.Type is RouteAttribute.RTA_FLOW or RouteAttribute.RTA_ENCAP_TYPE or RouteAttribute.RTA_ENCAP or RouteAttribute.RTA_TTL_PROPAGATE)
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
