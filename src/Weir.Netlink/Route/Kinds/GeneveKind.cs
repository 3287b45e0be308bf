using System.Net;
using System.Net.Sockets;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>include/uapi/linux/if_link.h: IFLA_GENEVE_.</summary>
internal enum GeneveAttribute : ushort
{
    IFLA_GENEVE_ID = 1,
    IFLA_GENEVE_REMOTE = 2,
    IFLA_GENEVE_TTL = 3,
    IFLA_GENEVE_TOS = 4,
    IFLA_GENEVE_PORT = 5,
    IFLA_GENEVE_COLLECT_METADATA = 6,
    IFLA_GENEVE_REMOTE6 = 7,
    IFLA_GENEVE_UDP_CSUM = 8,
    IFLA_GENEVE_UDP_ZERO_CSUM6_TX = 9,
    IFLA_GENEVE_UDP_ZERO_CSUM6_RX = 10,
    IFLA_GENEVE_LABEL = 11,
    IFLA_GENEVE_TTL_INHERIT = 12,
    IFLA_GENEVE_DF = 13,
}

/// <summary>A Geneve tunnel (RFC 8926).</summary>
/// <remarks>The kernel doesn't lower the MTU when it knows no route to the remote end yet: 1450 over an Ethernet of 1500.</remarks>
public sealed record GeneveKind : LinkKind
{
    public override string Name => "geneve";
    /// <summary>The virtual network identifier, 24 bits.</summary>
    public uint Id { get; init; }
    public IPAddress? Remote { get; init; }
    public uint Label { get; init; }
    /// <summary>0: the kernel's choice (<c>ttl auto</c>).</summary>
    public byte Ttl { get; init; }
    public byte Tos { get; init; }
    public ushort? Port { get; init; }
    /// <summary><c>external</c>: the tunnel's ends are in each packet's metadata; one such device for a port.</summary>
    public bool External { get; init; }
    public bool? UdpChecksum { get; init; }
    public bool? ZeroChecksum6Transmit { get; init; }
    public bool? ZeroChecksum6Receive { get; init; }
    public bool TtlInherit { get; init; }
    /// <summary>0 unset, 1 set, 2 inherit.</summary>
    public byte? DontFragment { get; init; }

    internal override void Write(ref NetlinkWriter writer)
    {
        // An external one says nothing of the tunnel itself (drivers/net/geneve.c geneve_nl2info refuses the rest beside it).
        if (!External)
            writer.WriteUInt32(GeneveAttribute.IFLA_GENEVE_ID, Id);
        if (Remote is { } remote)
            writer.WriteAddress(remote.AddressFamily == AddressFamily.InterNetworkV6 ? GeneveAttribute.IFLA_GENEVE_REMOTE6 : GeneveAttribute.IFLA_GENEVE_REMOTE, remote);
        if (!External)
        {
            writer.WriteUInt32BigEndian(GeneveAttribute.IFLA_GENEVE_LABEL, Label);
            writer.WriteUInt8(GeneveAttribute.IFLA_GENEVE_TTL, Ttl);
            writer.WriteUInt8(GeneveAttribute.IFLA_GENEVE_TOS, Tos);
        }

        if (DontFragment is { } df)
            writer.WriteUInt8(GeneveAttribute.IFLA_GENEVE_DF, df);
        if (Port is { } port)
            writer.WriteUInt16BigEndian(GeneveAttribute.IFLA_GENEVE_PORT, port);
        if (External)
            writer.WriteFlag(GeneveAttribute.IFLA_GENEVE_COLLECT_METADATA);
        if (UdpChecksum is { } checksum)
            writer.WriteUInt8(GeneveAttribute.IFLA_GENEVE_UDP_CSUM, checksum ? (byte)1 : (byte)0);
        if (ZeroChecksum6Transmit is { } transmit)
            writer.WriteUInt8(GeneveAttribute.IFLA_GENEVE_UDP_ZERO_CSUM6_TX, transmit ? (byte)1 : (byte)0);
        if (ZeroChecksum6Receive is { } receive)
            writer.WriteUInt8(GeneveAttribute.IFLA_GENEVE_UDP_ZERO_CSUM6_RX, receive ? (byte)1 : (byte)0);
        if (TtlInherit)
            writer.WriteUInt8(GeneveAttribute.IFLA_GENEVE_TTL_INHERIT, 1);
    }

    internal static GeneveKind Read(NetlinkAttributes attributes)
    {
        var kind = new GeneveKind();
        foreach (var attribute in attributes)
        {
            kind = (GeneveAttribute)attribute.Type switch
            {
                GeneveAttribute.IFLA_GENEVE_ID => kind with { Id = attribute.UInt32 },
                GeneveAttribute.IFLA_GENEVE_REMOTE or GeneveAttribute.IFLA_GENEVE_REMOTE6 => kind with { Remote = attribute.Address },
                GeneveAttribute.IFLA_GENEVE_LABEL => kind with { Label = attribute.UInt32BigEndian },
                GeneveAttribute.IFLA_GENEVE_TTL => kind with { Ttl = attribute.UInt8 },
                GeneveAttribute.IFLA_GENEVE_TOS => kind with { Tos = attribute.UInt8 },
                GeneveAttribute.IFLA_GENEVE_PORT => kind with { Port = attribute.UInt16BigEndian },
                GeneveAttribute.IFLA_GENEVE_COLLECT_METADATA => kind with { External = true },
                GeneveAttribute.IFLA_GENEVE_UDP_CSUM => kind with { UdpChecksum = attribute.UInt8 != 0 },
                GeneveAttribute.IFLA_GENEVE_UDP_ZERO_CSUM6_TX => kind with { ZeroChecksum6Transmit = attribute.UInt8 != 0 },
                GeneveAttribute.IFLA_GENEVE_UDP_ZERO_CSUM6_RX => kind with { ZeroChecksum6Receive = attribute.UInt8 != 0 },
                GeneveAttribute.IFLA_GENEVE_TTL_INHERIT => kind with { TtlInherit = attribute.UInt8 != 0 },
                GeneveAttribute.IFLA_GENEVE_DF => kind with { DontFragment = attribute.UInt8 },
                _ => kind,
            };
        }

        return kind;
    }
}
