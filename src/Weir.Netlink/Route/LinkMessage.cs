using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route.Kinds;

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

    /// <summary>Of RTM_NEWLINK and RTM_DELLINK. Everything is read first and the link made once: a dump of thousands allocates nothing beside them.</summary>
    internal static Link ReadAny(NetlinkMessage message)
    {
        var header = message.Header<Header>();
        string name = "", qdisc = "", alias = "", state = "", kind = "", portKind = "";
        byte[] address = [], broadcast = [], permanent = [], kindData = [], portData = [];
        int mtu = 0, parent = 0, master = 0, queueLength = 0, transmitQueues = 0, receiveQueues = 0, promiscuity = 0, group = 0, minimumMtu = 0, maximumMtu = 0, allMulticast = 0;
        uint gsoSegments = 0, gsoSize = 0, groSize = 0, tsoSize = 0, tsoSegments = 0, gso4Size = 0, gro4Size = 0, carrierChanges = 0, program = 0;
        byte linkMode = 0, carrier = 0, protocolDown = 0, xdpMode = 0;
        int? peerNamespace = null;
        byte? addressGeneration = null;
        LinkStatistics statistics = default;
        IReadOnlyList<string> names = [];
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((LinkAttribute)attribute.Type)
            {
                case LinkAttribute.IFLA_IFNAME: name = attribute.Text; break;
                case LinkAttribute.IFLA_ADDRESS: address = attribute.Value.ToArray(); break;
                case LinkAttribute.IFLA_BROADCAST: broadcast = attribute.Value.ToArray(); break;
                case LinkAttribute.IFLA_MTU: mtu = attribute.Int32; break;
                case LinkAttribute.IFLA_LINK: parent = attribute.Int32; break;
                case LinkAttribute.IFLA_LINK_NETNSID: peerNamespace = attribute.Int32; break;
                case LinkAttribute.IFLA_QDISC: qdisc = KnownWords.Of(attribute); break;
                case LinkAttribute.IFLA_MASTER: master = attribute.Int32; break;
                case LinkAttribute.IFLA_TXQLEN: queueLength = attribute.Int32; break;
                case LinkAttribute.IFLA_NUM_TX_QUEUES: transmitQueues = attribute.Int32; break;
                case LinkAttribute.IFLA_NUM_RX_QUEUES: receiveQueues = attribute.Int32; break;
                case LinkAttribute.IFLA_PROMISCUITY: promiscuity = attribute.Int32; break;
                case LinkAttribute.IFLA_ALLMULTI: allMulticast = attribute.Int32; break;
                case LinkAttribute.IFLA_OPERSTATE: state = OperationalStateName(attribute.UInt8); break;
                case LinkAttribute.IFLA_LINKMODE: linkMode = attribute.UInt8; break;
                case LinkAttribute.IFLA_IFALIAS: alias = attribute.Text; break;
                case LinkAttribute.IFLA_GROUP: group = attribute.Int32; break;
                case LinkAttribute.IFLA_MIN_MTU: minimumMtu = attribute.Int32; break;
                case LinkAttribute.IFLA_MAX_MTU: maximumMtu = attribute.Int32; break;
                case LinkAttribute.IFLA_GSO_MAX_SEGS: gsoSegments = attribute.UInt32; break;
                case LinkAttribute.IFLA_GSO_MAX_SIZE: gsoSize = attribute.UInt32; break;
                case LinkAttribute.IFLA_GRO_MAX_SIZE: groSize = attribute.UInt32; break;
                case LinkAttribute.IFLA_TSO_MAX_SIZE: tsoSize = attribute.UInt32; break;
                case LinkAttribute.IFLA_TSO_MAX_SEGS: tsoSegments = attribute.UInt32; break;
                case LinkAttribute.IFLA_GSO_IPV4_MAX_SIZE: gso4Size = attribute.UInt32; break;
                case LinkAttribute.IFLA_GRO_IPV4_MAX_SIZE: gro4Size = attribute.UInt32; break;
                case LinkAttribute.IFLA_CARRIER: carrier = attribute.UInt8; break;
                case LinkAttribute.IFLA_CARRIER_CHANGES: carrierChanges = attribute.UInt32; break;
                case LinkAttribute.IFLA_PROTO_DOWN: protocolDown = attribute.UInt8; break;
                case LinkAttribute.IFLA_PERM_ADDRESS: permanent = attribute.Value.ToArray(); break;
                case LinkAttribute.IFLA_LINKINFO: ReadInformation(attribute.Nested, ref kind, ref kindData, ref portKind, ref portData); break;
                case LinkAttribute.IFLA_STATS64: statistics = attribute.Read<LinkStatistics>(); break;
                case LinkAttribute.IFLA_XDP: ReadXdp(attribute.Nested, ref program, ref xdpMode); break;
                case LinkAttribute.IFLA_PROP_LIST: names = ReadNames(attribute.Nested); break;
                case LinkAttribute.IFLA_AF_SPEC: addressGeneration = ReadAddressGeneration(attribute.Nested); break;
            }
        }

        return new Link
        {
            Index = header.Index,
            Name = name,
            HardwareType = header.Type,
            Flags = header.Flags,
            Kind = kind,
            KindData = kindData,
            PortKind = portKind,
            PortData = portData,
            Address = address,
            Broadcast = broadcast,
            PermanentAddress = permanent,
            Mtu = mtu,
            MinimumMtu = minimumMtu,
            MaximumMtu = maximumMtu,
            TransmitQueueLength = queueLength,
            TransmitQueues = transmitQueues,
            ReceiveQueues = receiveQueues,
            Promiscuity = promiscuity,
            AllMulticast = allMulticast,
            OperationalState = state,
            LinkMode = linkMode,
            PeerIndex = parent,
            PeerNamespaceId = peerNamespace,
            MasterIndex = master,
            Qdisc = qdisc,
            Alias = alias,
            Group = group,
            GsoMaximumSize = gsoSize,
            GsoMaximumSegments = gsoSegments,
            GroMaximumSize = groSize,
            TsoMaximumSize = tsoSize,
            TsoMaximumSegments = tsoSegments,
            GsoIpv4MaximumSize = gso4Size,
            GroIpv4MaximumSize = gro4Size,
            Carrier = carrier != 0,
            CarrierChanges = carrierChanges,
            ProtocolDown = protocolDown != 0,
            XdpProgramId = program,
            XdpMode = xdpMode,
            AlternativeNames = names,
            Ipv6AddressGeneration = addressGeneration,
            Statistics = statistics,
        };
    }

    /// <summary><c>ip link add</c>.</summary>
    internal static void WriteNew(ref NetlinkWriter writer, NewLink link)
    {
        writer.WriteFixed(new Header { Index = link.Index, Flags = link.Up ? (uint)LinkFlags.IFF_UP : 0, Change = link.Up ? (uint)LinkFlags.IFF_UP : 0 });
        writer.WriteString(LinkAttribute.IFLA_IFNAME, link.Name);
        if (link.ParentIndex != 0)
            writer.WriteInt32(LinkAttribute.IFLA_LINK, link.ParentIndex);
        if (link.Address is { } address)
            writer.WriteBytes(LinkAttribute.IFLA_ADDRESS, address);
        if (link.Mtu is { } mtu)
            writer.WriteInt32(LinkAttribute.IFLA_MTU, mtu);
        if (link.TransmitQueueLength is { } length)
            writer.WriteInt32(LinkAttribute.IFLA_TXQLEN, length);
        if (link.TransmitQueues is { } transmit)
            writer.WriteInt32(LinkAttribute.IFLA_NUM_TX_QUEUES, transmit);
        if (link.ReceiveQueues is { } receive)
            writer.WriteInt32(LinkAttribute.IFLA_NUM_RX_QUEUES, receive);
        if (link.MasterIndex != 0)
            writer.WriteInt32(LinkAttribute.IFLA_MASTER, link.MasterIndex);
        if (link.Group is { } group)
            writer.WriteInt32(LinkAttribute.IFLA_GROUP, group);
        if (link.Namespace is { } ns)
            writer.WriteInt32(LinkAttribute.IFLA_NET_NS_FD, ns.Descriptor);
        if (link.NamespaceOfProcess is { } pid)
            writer.WriteInt32(LinkAttribute.IFLA_NET_NS_PID, pid);
        WriteKind(ref writer, link.Kind);
    }

    /// <summary>IFLA_LINKINFO with the kind, and its data when it has any.</summary>
    private static void WriteKind(ref NetlinkWriter writer, LinkKind kind)
    {
        var information = writer.BeginNested(LinkAttribute.IFLA_LINKINFO);
        writer.WriteString(LinkInfoAttribute.IFLA_INFO_KIND, kind.Name);
        if (kind is not PlainKind)
        {
            var data = writer.BeginNested(LinkInfoAttribute.IFLA_INFO_DATA);
            kind.Write(ref writer);
            writer.EndNested(data);
        }

        writer.EndNested(information);
    }

    /// <summary>A veth pair: the first end in the message itself, the second inside VETH_INFO_PEER in the same form.</summary>
    internal static void WriteVeth(ref NetlinkWriter writer, VethEnd end, VethEnd peer)
    {
        writer.WriteFixed(new Header { Index = end.Index });
        WriteEnd(ref writer, end);
        var information = writer.BeginNested(LinkAttribute.IFLA_LINKINFO);
        writer.WriteString(LinkInfoAttribute.IFLA_INFO_KIND, "veth");
        var data = writer.BeginNested(LinkInfoAttribute.IFLA_INFO_DATA);
        WritePeer(ref writer, peer);
        writer.EndNested(data);
        writer.EndNested(information);
    }

    /// <summary>VETH_INFO_PEER: the other end, in the form of a message of its own.</summary>
    internal static void WritePeer(ref NetlinkWriter writer, VethEnd peer)
    {
        var other = writer.BeginNested(VethAttribute.VETH_INFO_PEER);
        writer.WriteFixed(new Header { Index = peer.Index });
        WriteEnd(ref writer, peer);
        writer.EndNested(other);
    }

    /// <summary>IFLA_XDP for RTM_SETLINK; descriptor -1 takes the program away.</summary>
    internal static void WriteXdp(ref NetlinkWriter writer, int index, int descriptor, XdpFlags flags)
    {
        writer.WriteFixed(new Header { Index = index });
        var xdp = writer.BeginNested((ushort)((ushort)LinkAttribute.IFLA_XDP | 0x8000));
        writer.WriteInt32(XdpAttribute.IFLA_XDP_FD, descriptor);
        if (flags != XdpFlags.None)
            writer.WriteUInt32(XdpAttribute.IFLA_XDP_FLAGS, (uint)flags);
        writer.EndNested(xdp);
    }

    internal static void WriteChange(ref NetlinkWriter writer, int index, LinkChange change)
    {
        var (flags, mask) = Flags(change);
        writer.WriteFixed(new Header { Index = index, Flags = (uint)flags, Change = (uint)mask });
        if (change.Name is { } name)
            writer.WriteString(LinkAttribute.IFLA_IFNAME, name);
        if (change.Address is { } address)
            writer.WriteBytes(LinkAttribute.IFLA_ADDRESS, address);
        if (change.Broadcast is { } broadcast)
            writer.WriteBytes(LinkAttribute.IFLA_BROADCAST, broadcast);
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
        if (change.NamespaceOfProcess is { } pid)
            writer.WriteInt32(LinkAttribute.IFLA_NET_NS_PID, pid);
        if (change.NewIndex != 0)
            writer.WriteInt32(LinkAttribute.IFLA_NEW_IFINDEX, change.NewIndex);
        if (change.Kind is { } kind)
            WriteKind(ref writer, kind);
        if (change.BridgePort is { } port)
            WritePort(ref writer, port);
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

    private static void WritePort(ref NetlinkWriter writer, BridgePort port)
    {
        var information = writer.BeginNested(LinkAttribute.IFLA_LINKINFO);
        writer.WriteString(LinkInfoAttribute.IFLA_INFO_SLAVE_KIND, "bridge");
        var data = writer.BeginNested(LinkInfoAttribute.IFLA_INFO_SLAVE_DATA);
        port.Write(ref writer);
        writer.EndNested(data);
        writer.EndNested(information);
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
        Choose(change.Up, LinkFlags.IFF_UP);
        Choose(change.Arp is { } arp ? !arp : null, LinkFlags.IFF_NOARP);
        Choose(change.Promiscuous, LinkFlags.IFF_PROMISC);
        Choose(change.AllMulticast, LinkFlags.IFF_ALLMULTI);
        Choose(change.Multicast, LinkFlags.IFF_MULTICAST);
        return (flags, mask);

        void Choose(bool? on, LinkFlags flag)
        {
            if (on is null)
                return;
            mask |= flag;
            flags |= on.Value ? flag : LinkFlags.None;
        }
    }

    private static string OperationalStateName(byte state) => state < OperationalStates.Length ? OperationalStates[state] : $"{state}";

    private static void ReadInformation(NetlinkAttributes attributes, ref string kind, ref byte[] kindData, ref string portKind, ref byte[] portData)
    {
        foreach (var attribute in attributes)
        {
            switch ((LinkInfoAttribute)attribute.Type)
            {
                case LinkInfoAttribute.IFLA_INFO_KIND: kind = KnownWords.Of(attribute); break;
                case LinkInfoAttribute.IFLA_INFO_DATA: kindData = attribute.Value.ToArray(); break;
                case LinkInfoAttribute.IFLA_INFO_SLAVE_KIND: portKind = KnownWords.Of(attribute); break;
                case LinkInfoAttribute.IFLA_INFO_SLAVE_DATA: portData = attribute.Value.ToArray(); break;
            }
        }
    }

    private static void ReadXdp(NetlinkAttributes attributes, ref uint program, ref byte mode)
    {
        foreach (var attribute in attributes)
        {
            switch ((XdpAttribute)attribute.Type)
            {
                case XdpAttribute.IFLA_XDP_PROG_ID: program = attribute.UInt32; break;
                case XdpAttribute.IFLA_XDP_ATTACHED: mode = attribute.UInt8; break;
            }
        }
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
