using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>How a Link looks on the wire: struct ifinfomsg, then IFLA_ attributes.</summary>
internal static class LinkMessage
{
    private static readonly string[] OperationalStates = ["UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP"];

    /// <summary>struct ifinfomsg, 16 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte Family;
        public byte Pad;
        public ushort Type;
        public int Index;
        public uint Flags;
        public uint Change;
    }

    internal static Link? Read(NetlinkMessage message) => message.Type == NetlinkMessageType.RTM_NEWLINK ? ReadAny(message) : null;

    /// <summary>Of RTM_NEWLINK and RTM_DELLINK.</summary>
    internal static Link ReadAny(NetlinkMessage message)
    {
        var header = message.Header<Header>();
        var link = new Link { Index = header.Index, Name = "", Flags = header.Flags };
        foreach (var attribute in message.Attributes<Header>())
            link = Read(link, attribute);
        return link;
    }

    /// <summary>A veth pair: the first end in the message itself, the second inside VETH_INFO_PEER in the same form.</summary>
    internal static void WriteVeth(ref NetlinkWriter writer, VethEnd end, VethEnd peer)
    {
        writer.WriteFixed(new Header { Index = end.Index });
        WriteEnd(ref writer, end);
        var information = writer.BeginNested(LinkAttribute.IFLA_LINKINFO);
        writer.WriteString(LinkInfoAttribute.IFLA_INFO_KIND, "veth");
        var data = writer.BeginNested(LinkInfoAttribute.IFLA_INFO_DATA);
        var other = writer.BeginNested(VethAttribute.VETH_INFO_PEER);
        writer.WriteFixed(new Header { Index = peer.Index });
        WriteEnd(ref writer, peer);
        writer.EndNested(other);
        writer.EndNested(data);
        writer.EndNested(information);
    }

    /// <summary>A link that is made by its kind alone: <c>bridge</c>, <c>dummy</c>, <c>ifb</c>.</summary>
    internal static void WriteKind(ref NetlinkWriter writer, string name, string kind)
    {
        writer.WriteFixed(default(Header));
        writer.WriteString(LinkAttribute.IFLA_IFNAME, name);
        var information = writer.BeginNested(LinkAttribute.IFLA_LINKINFO);
        writer.WriteString(LinkInfoAttribute.IFLA_INFO_KIND, kind);
        writer.EndNested(information);
    }

    internal static void WriteChange(ref NetlinkWriter writer, int index, LinkChange change)
    {
        var (flags, mask) = Flags(change);
        writer.WriteFixed(new Header { Index = index, Flags = (uint)flags, Change = (uint)mask });
        if (change.Name is { } name)
            writer.WriteString(LinkAttribute.IFLA_IFNAME, name);
        if (change.Address is { } address)
            writer.WriteBytes(LinkAttribute.IFLA_ADDRESS, address);
        if (change.Mtu is { } mtu)
            writer.WriteInt32(LinkAttribute.IFLA_MTU, mtu);
        if (change.TransmitQueueLength is { } length)
            writer.WriteInt32(LinkAttribute.IFLA_TXQLEN, length);
        if (change.MasterIndex is { } master)
            writer.WriteInt32(LinkAttribute.IFLA_MASTER, master);
        // Without a NUL: net/core/dev.c dev_set_alias takes the attribute's length, and clears the alias when that is 0.
        if (change.Alias is { } alias)
            writer.WriteBytes(LinkAttribute.IFLA_IFALIAS, Encoding.UTF8.GetBytes(alias));
        if (change.Group is { } group)
            writer.WriteInt32(LinkAttribute.IFLA_GROUP, group);
        if (change.Ipv6AddressGeneration is { } generation)
            WriteAddressGeneration(ref writer, generation);
        if (change.Namespace is { } ns)
            writer.WriteInt32(LinkAttribute.IFLA_NET_NS_FD, ns.Descriptor);
        if (change.NewIndex != 0)
            writer.WriteInt32(LinkAttribute.IFLA_NEW_IFINDEX, change.NewIndex);
    }

    internal static void WriteIndex(ref NetlinkWriter writer, int index) => writer.WriteFixed(new Header { Index = index });

    internal static void WriteName(ref NetlinkWriter writer, string name)
    {
        writer.WriteFixed(default(Header));
        // IFNAMSIZ is 16 with the NUL; what is longer can only be an alternative name (ALTIFNAMSIZ 128).
        if (Encoding.UTF8.GetByteCount(name) < 16)
            writer.WriteString(LinkAttribute.IFLA_IFNAME, name);
        else
            writer.WriteString(LinkAttribute.IFLA_ALT_IFNAME, name);
    }

    private static void WriteEnd(ref NetlinkWriter writer, VethEnd end)
    {
        writer.WriteString(LinkAttribute.IFLA_IFNAME, end.Name);
        if (end.Address is { } address)
            writer.WriteBytes(LinkAttribute.IFLA_ADDRESS, address);
        if (end.Mtu is { } mtu)
            writer.WriteInt32(LinkAttribute.IFLA_MTU, mtu);
        if (end.TransmitQueueLength is { } length)
            writer.WriteInt32(LinkAttribute.IFLA_TXQLEN, length);
        if (end.TransmitQueues is { } transmit)
            writer.WriteInt32(LinkAttribute.IFLA_NUM_TX_QUEUES, transmit);
        if (end.ReceiveQueues is { } receive)
            writer.WriteInt32(LinkAttribute.IFLA_NUM_RX_QUEUES, receive);
        if (end.Namespace is { } ns)
            writer.WriteInt32(LinkAttribute.IFLA_NET_NS_FD, ns.Descriptor);
    }

    private static void WriteAddressGeneration(ref NetlinkWriter writer, byte mode)
    {
        var families = writer.BeginNested(LinkAttribute.IFLA_AF_SPEC);
        var inet6 = writer.BeginNested(LinkFamily.AF_INET6);
        writer.WriteUInt8(Inet6Attribute.IFLA_INET6_ADDR_GEN_MODE, mode);
        writer.EndNested(inet6);
        writer.EndNested(families);
    }

    private static (LinkFlags Flags, LinkFlags Mask) Flags(LinkChange change)
    {
        LinkFlags flags = LinkFlags.None, mask = LinkFlags.None;
        if (change.Up is { } up)
        {
            mask |= LinkFlags.IFF_UP;
            flags |= up ? LinkFlags.IFF_UP : LinkFlags.None;
        }

        if (change.Arp is { } arp)
        {
            mask |= LinkFlags.IFF_NOARP;
            flags |= arp ? LinkFlags.None : LinkFlags.IFF_NOARP;
        }

        return (flags, mask);
    }

    private static Link Read(Link link, NetlinkAttribute attribute) => (LinkAttribute)attribute.Type switch
    {
        LinkAttribute.IFLA_IFNAME => link with { Name = attribute.Text },
        LinkAttribute.IFLA_ADDRESS => link with { Address = attribute.Value.ToArray() },
        LinkAttribute.IFLA_BROADCAST => link with { Broadcast = attribute.Value.ToArray() },
        LinkAttribute.IFLA_MTU => link with { Mtu = attribute.Int32 },
        LinkAttribute.IFLA_LINK => link with { PeerIndex = attribute.Int32 },
        LinkAttribute.IFLA_LINK_NETNSID => link with { PeerNamespaceId = attribute.Int32 },
        LinkAttribute.IFLA_QDISC => link with { Qdisc = attribute.Text },
        LinkAttribute.IFLA_MASTER => link with { MasterIndex = attribute.Int32 },
        LinkAttribute.IFLA_TXQLEN => link with { TransmitQueueLength = attribute.Int32 },
        LinkAttribute.IFLA_NUM_TX_QUEUES => link with { TransmitQueues = attribute.Int32 },
        LinkAttribute.IFLA_NUM_RX_QUEUES => link with { ReceiveQueues = attribute.Int32 },
        LinkAttribute.IFLA_PROMISCUITY => link with { Promiscuity = attribute.Int32 },
        LinkAttribute.IFLA_OPERSTATE => link with { OperationalState = OperationalStateName(attribute.UInt8) },
        LinkAttribute.IFLA_IFALIAS => link with { Alias = attribute.Text },
        LinkAttribute.IFLA_GROUP => link with { Group = attribute.Int32 },
        LinkAttribute.IFLA_LINKINFO => ReadInformation(link, attribute.Nested),
        LinkAttribute.IFLA_STATS64 => ReadStatistics(link, attribute),
        LinkAttribute.IFLA_XDP => link with { XdpProgramId = ReadXdp(attribute.Nested) },
        LinkAttribute.IFLA_PROP_LIST => link with { AlternativeNames = ReadNames(attribute.Nested) },
        LinkAttribute.IFLA_AF_SPEC => link with { Ipv6AddressGeneration = ReadAddressGeneration(attribute.Nested) },
        _ => link,
    };

    private static string OperationalStateName(byte state) => state < OperationalStates.Length ? OperationalStates[state] : $"{state}";

    private static Link ReadInformation(Link link, NetlinkAttributes attributes)
    {
        foreach (var attribute in attributes)
        {
            link = (LinkInfoAttribute)attribute.Type switch
            {
                LinkInfoAttribute.IFLA_INFO_KIND => link with { Kind = attribute.Text },
                LinkInfoAttribute.IFLA_INFO_DATA => link with { KindData = attribute.Value.ToArray() },
                LinkInfoAttribute.IFLA_INFO_SLAVE_KIND => link with { PortKind = attribute.Text },
                LinkInfoAttribute.IFLA_INFO_SLAVE_DATA => link with { PortData = attribute.Value.ToArray() },
                _ => link,
            };
        }

        return link;
    }

    /// <summary>struct rtnl_link_stats64: u64 rx_packets, tx_packets, rx_bytes, tx_bytes, ...</summary>
    private static Link ReadStatistics(Link link, NetlinkAttribute attribute) => link with
    {
        ReceivedPackets = attribute.Read<ulong>(0),
        TransmittedPackets = attribute.Read<ulong>(8),
        ReceivedBytes = attribute.Read<ulong>(16),
        TransmittedBytes = attribute.Read<ulong>(24),
    };

    private static uint ReadXdp(NetlinkAttributes attributes)
    {
        foreach (var attribute in attributes)
        {
            if ((XdpAttribute)attribute.Type == XdpAttribute.IFLA_XDP_PROG_ID)
                return attribute.UInt32;
        }

        return 0;
    }

    private static List<string> ReadNames(NetlinkAttributes attributes)
    {
        var names = new List<string>();
        foreach (var attribute in attributes)
        {
            if ((LinkAttribute)attribute.Type == LinkAttribute.IFLA_ALT_IFNAME)
                names.Add(attribute.Text);
        }

        return names;
    }

    private static byte? ReadAddressGeneration(NetlinkAttributes families)
    {
        foreach (var family in families)
        {
            if ((LinkFamily)family.Type != LinkFamily.AF_INET6)
                continue;
            foreach (var attribute in family.Nested)
            {
                if ((Inet6Attribute)attribute.Type == Inet6Attribute.IFLA_INET6_ADDR_GEN_MODE)
                    return attribute.UInt8;
            }
        }

        return null;
    }
}
