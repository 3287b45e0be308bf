using System.Net;
using System.Net.Sockets;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>include/uapi/linux/if_link.h: IFLA_VXLAN_.</summary>
internal enum VxlanAttribute : ushort
{
    IFLA_VXLAN_ID = 1,
    IFLA_VXLAN_GROUP = 2,
    IFLA_VXLAN_LINK = 3,
    IFLA_VXLAN_LOCAL = 4,
    IFLA_VXLAN_TTL = 5,
    IFLA_VXLAN_TOS = 6,
    IFLA_VXLAN_LEARNING = 7,
    IFLA_VXLAN_AGEING = 8,
    IFLA_VXLAN_LIMIT = 9,
    IFLA_VXLAN_PORT_RANGE = 10,
    IFLA_VXLAN_PROXY = 11,
    IFLA_VXLAN_RSC = 12,
    IFLA_VXLAN_L2MISS = 13,
    IFLA_VXLAN_L3MISS = 14,
    IFLA_VXLAN_PORT = 15,
    IFLA_VXLAN_GROUP6 = 16,
    IFLA_VXLAN_LOCAL6 = 17,
    IFLA_VXLAN_UDP_CSUM = 18,
    IFLA_VXLAN_UDP_ZERO_CSUM6_TX = 19,
    IFLA_VXLAN_UDP_ZERO_CSUM6_RX = 20,
    IFLA_VXLAN_GBP = 23,
    IFLA_VXLAN_COLLECT_METADATA = 25,
    IFLA_VXLAN_DF = 29,
}

/// <summary>A VXLAN tunnel (RFC 7348).</summary>
public sealed record VxlanKind : LinkKind
{
    public override string Name => "vxlan";
    /// <summary>The network identifier, 24 bits.</summary>
    public uint Id { get; init; }
    /// <summary>The other end, or the multicast group of all ends.</summary>
    public IPAddress? Remote { get; init; }
    public IPAddress? Local { get; init; }
    /// <summary>The link that carries it; 0: by route.</summary>
    public int LinkIndex { get; init; }
    public byte? Ttl { get; init; }
    public byte? Tos { get; init; }
    public bool? Learning { get; init; }
    /// <summary>Seconds.</summary>
    public uint? Ageing { get; init; }
    public uint? Limit { get; init; }
    public ushort? FirstSourcePort { get; init; }
    public ushort? LastSourcePort { get; init; }
    public bool? Proxy { get; init; }
    public bool? RouteShortCircuit { get; init; }
    public bool? Layer2Miss { get; init; }
    public bool? Layer3Miss { get; init; }
    /// <summary>The UDP port; the kernel's own choice, 8472, is not the assigned one, 4789.</summary>
    public ushort? Port { get; init; }
    public bool? UdpChecksum { get; init; }
    public bool? ZeroChecksum6Transmit { get; init; }
    public bool? ZeroChecksum6Receive { get; init; }
    public bool GroupPolicy { get; init; }
    /// <summary><c>external</c>: the tunnel's ends are in each packet's metadata.</summary>
    public bool External { get; init; }
    /// <summary>0 unset, 1 set, 2 inherit.</summary>
    public byte? DontFragment { get; init; }

    internal override void Write(ref NetlinkWriter writer)
    {
        if (LinkIndex != 0)
            writer.WriteInt32(VxlanAttribute.IFLA_VXLAN_LINK, LinkIndex);
        writer.WriteUInt32(VxlanAttribute.IFLA_VXLAN_ID, Id);
        if (Local is { } local)
            writer.WriteAddress(local.AddressFamily == AddressFamily.InterNetworkV6 ? VxlanAttribute.IFLA_VXLAN_LOCAL6 : VxlanAttribute.IFLA_VXLAN_LOCAL, local);
        if (Remote is { } remote)
            writer.WriteAddress(remote.AddressFamily == AddressFamily.InterNetworkV6 ? VxlanAttribute.IFLA_VXLAN_GROUP6 : VxlanAttribute.IFLA_VXLAN_GROUP, remote);
        WriteNumber(ref writer, VxlanAttribute.IFLA_VXLAN_TTL, Ttl);
        WriteNumber(ref writer, VxlanAttribute.IFLA_VXLAN_TOS, Tos);
        WriteChoice(ref writer, VxlanAttribute.IFLA_VXLAN_LEARNING, Learning);
        if (Ageing is { } ageing)
            writer.WriteUInt32(VxlanAttribute.IFLA_VXLAN_AGEING, ageing);
        if (Limit is { } limit)
            writer.WriteUInt32(VxlanAttribute.IFLA_VXLAN_LIMIT, limit);
        if (FirstSourcePort is { } first)
        {
            var last = LastSourcePort ?? first;
            writer.WriteBytes(VxlanAttribute.IFLA_VXLAN_PORT_RANGE, [(byte)(first >> 8), (byte)first, (byte)(last >> 8), (byte)last]);
        }

        WriteChoice(ref writer, VxlanAttribute.IFLA_VXLAN_PROXY, Proxy);
        WriteChoice(ref writer, VxlanAttribute.IFLA_VXLAN_RSC, RouteShortCircuit);
        WriteChoice(ref writer, VxlanAttribute.IFLA_VXLAN_L2MISS, Layer2Miss);
        WriteChoice(ref writer, VxlanAttribute.IFLA_VXLAN_L3MISS, Layer3Miss);
        if (Port is { } port)
            writer.WriteUInt16BigEndian(VxlanAttribute.IFLA_VXLAN_PORT, port);
        WriteChoice(ref writer, VxlanAttribute.IFLA_VXLAN_UDP_CSUM, UdpChecksum);
        WriteChoice(ref writer, VxlanAttribute.IFLA_VXLAN_UDP_ZERO_CSUM6_TX, ZeroChecksum6Transmit);
        WriteChoice(ref writer, VxlanAttribute.IFLA_VXLAN_UDP_ZERO_CSUM6_RX, ZeroChecksum6Receive);
        if (GroupPolicy)
            writer.WriteFlag(VxlanAttribute.IFLA_VXLAN_GBP);
        WriteChoice(ref writer, VxlanAttribute.IFLA_VXLAN_COLLECT_METADATA, External ? true : null);
        WriteNumber(ref writer, VxlanAttribute.IFLA_VXLAN_DF, DontFragment);
    }

    internal static VxlanKind Read(NetlinkAttributes attributes)
    {
        var kind = new VxlanKind();
        foreach (var attribute in attributes)
        {
            kind = (VxlanAttribute)attribute.Type switch
            {
                VxlanAttribute.IFLA_VXLAN_ID => kind with { Id = attribute.UInt32 },
                VxlanAttribute.IFLA_VXLAN_GROUP or VxlanAttribute.IFLA_VXLAN_GROUP6 => kind with { Remote = attribute.Address },
                VxlanAttribute.IFLA_VXLAN_LOCAL or VxlanAttribute.IFLA_VXLAN_LOCAL6 => kind with { Local = attribute.Address },
                VxlanAttribute.IFLA_VXLAN_LINK => kind with { LinkIndex = attribute.Int32 },
                VxlanAttribute.IFLA_VXLAN_TTL => kind with { Ttl = attribute.UInt8 },
                VxlanAttribute.IFLA_VXLAN_TOS => kind with { Tos = attribute.UInt8 },
                VxlanAttribute.IFLA_VXLAN_LEARNING => kind with { Learning = attribute.UInt8 != 0 },
                VxlanAttribute.IFLA_VXLAN_AGEING => kind with { Ageing = attribute.UInt32 },
                VxlanAttribute.IFLA_VXLAN_LIMIT => kind with { Limit = attribute.UInt32 },
                VxlanAttribute.IFLA_VXLAN_PORT_RANGE when attribute.Value.Length >= 4 => kind with
                {
                    FirstSourcePort = (ushort)(attribute.Value[0] << 8 | attribute.Value[1]),
                    LastSourcePort = (ushort)(attribute.Value[2] << 8 | attribute.Value[3]),
                },
                VxlanAttribute.IFLA_VXLAN_PROXY => kind with { Proxy = attribute.UInt8 != 0 },
                VxlanAttribute.IFLA_VXLAN_RSC => kind with { RouteShortCircuit = attribute.UInt8 != 0 },
                VxlanAttribute.IFLA_VXLAN_L2MISS => kind with { Layer2Miss = attribute.UInt8 != 0 },
                VxlanAttribute.IFLA_VXLAN_L3MISS => kind with { Layer3Miss = attribute.UInt8 != 0 },
                VxlanAttribute.IFLA_VXLAN_PORT => kind with { Port = attribute.UInt16BigEndian },
                VxlanAttribute.IFLA_VXLAN_UDP_CSUM => kind with { UdpChecksum = attribute.UInt8 != 0 },
                VxlanAttribute.IFLA_VXLAN_UDP_ZERO_CSUM6_TX => kind with { ZeroChecksum6Transmit = attribute.UInt8 != 0 },
                VxlanAttribute.IFLA_VXLAN_UDP_ZERO_CSUM6_RX => kind with { ZeroChecksum6Receive = attribute.UInt8 != 0 },
                VxlanAttribute.IFLA_VXLAN_GBP => kind with { GroupPolicy = true },
                VxlanAttribute.IFLA_VXLAN_COLLECT_METADATA => kind with { External = attribute.UInt8 != 0 },
                VxlanAttribute.IFLA_VXLAN_DF => kind with { DontFragment = attribute.UInt8 },
                _ => kind,
            };
        }

        return kind;
    }

    private static void WriteChoice(ref NetlinkWriter writer, VxlanAttribute type, bool? value) => WriteNumber(ref writer, type, value is { } on ? on ? (byte)1 : (byte)0 : null);

    private static void WriteNumber(ref NetlinkWriter writer, VxlanAttribute type, byte? value)
    {
        if (value is { } number)
            writer.WriteUInt8(type, number);
    }
}
