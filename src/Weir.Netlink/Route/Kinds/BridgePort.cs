using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>include/uapi/linux/if_link.h: IFLA_BRPORT_.</summary>
internal enum BridgePortAttribute : ushort
{
    IFLA_BRPORT_STATE = 1,
    IFLA_BRPORT_PRIORITY = 2,
    IFLA_BRPORT_COST = 3,
    IFLA_BRPORT_MODE = 4,
    IFLA_BRPORT_GUARD = 5,
    IFLA_BRPORT_PROTECT = 6,
    IFLA_BRPORT_FAST_LEAVE = 7,
    IFLA_BRPORT_LEARNING = 8,
    IFLA_BRPORT_UNICAST_FLOOD = 9,
    IFLA_BRPORT_MCAST_FLOOD = 27,
    IFLA_BRPORT_BCAST_FLOOD = 30,
    IFLA_BRPORT_NEIGH_SUPPRESS = 32,
    IFLA_BRPORT_ISOLATED = 33,
}

/// <summary>A bridge's port, as <c>ip -d link show</c> shows it after <c>bridge_slave</c>. Null: not said.</summary>
public sealed record BridgePort
{
    /// <summary>BR_STATE_: 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking.</summary>
    public byte? State { get; init; }
    public ushort? Priority { get; init; }
    public uint? Cost { get; init; }
    public bool? Hairpin { get; init; }
    public bool? Guard { get; init; }
    public bool? RootBlock { get; init; }
    public bool? FastLeave { get; init; }
    public bool? Learning { get; init; }
    public bool? Flood { get; init; }
    public bool? MulticastFlood { get; init; }
    public bool? BroadcastFlood { get; init; }
    public bool? NeighborSuppression { get; init; }
    public bool? Isolated { get; init; }

    internal void Write(ref NetlinkWriter writer)
    {
        if (State is { } state)
            writer.WriteUInt8(BridgePortAttribute.IFLA_BRPORT_STATE, state);
        if (Priority is { } priority)
            writer.WriteUInt16(BridgePortAttribute.IFLA_BRPORT_PRIORITY, priority);
        if (Cost is { } cost)
            writer.WriteUInt32(BridgePortAttribute.IFLA_BRPORT_COST, cost);
        Write(ref writer, BridgePortAttribute.IFLA_BRPORT_MODE, Hairpin);
        Write(ref writer, BridgePortAttribute.IFLA_BRPORT_GUARD, Guard);
        Write(ref writer, BridgePortAttribute.IFLA_BRPORT_PROTECT, RootBlock);
        Write(ref writer, BridgePortAttribute.IFLA_BRPORT_FAST_LEAVE, FastLeave);
        Write(ref writer, BridgePortAttribute.IFLA_BRPORT_LEARNING, Learning);
        Write(ref writer, BridgePortAttribute.IFLA_BRPORT_UNICAST_FLOOD, Flood);
        Write(ref writer, BridgePortAttribute.IFLA_BRPORT_MCAST_FLOOD, MulticastFlood);
        Write(ref writer, BridgePortAttribute.IFLA_BRPORT_BCAST_FLOOD, BroadcastFlood);
        Write(ref writer, BridgePortAttribute.IFLA_BRPORT_NEIGH_SUPPRESS, NeighborSuppression);
        Write(ref writer, BridgePortAttribute.IFLA_BRPORT_ISOLATED, Isolated);
    }

    /// <summary>Of IFLA_INFO_SLAVE_DATA as it came, see <see cref="Link.PortData"/>.</summary>
    public static BridgePort Read(ReadOnlySpan<byte> data)
    {
        var port = new BridgePort();
        foreach (var attribute in new NetlinkAttributes(data))
        {
            port = (BridgePortAttribute)attribute.Type switch
            {
                BridgePortAttribute.IFLA_BRPORT_STATE => port with { State = attribute.UInt8 },
                BridgePortAttribute.IFLA_BRPORT_PRIORITY => port with { Priority = attribute.UInt16 },
                BridgePortAttribute.IFLA_BRPORT_COST => port with { Cost = attribute.UInt32 },
                BridgePortAttribute.IFLA_BRPORT_MODE => port with { Hairpin = attribute.UInt8 != 0 },
                BridgePortAttribute.IFLA_BRPORT_GUARD => port with { Guard = attribute.UInt8 != 0 },
                BridgePortAttribute.IFLA_BRPORT_PROTECT => port with { RootBlock = attribute.UInt8 != 0 },
                BridgePortAttribute.IFLA_BRPORT_FAST_LEAVE => port with { FastLeave = attribute.UInt8 != 0 },
                BridgePortAttribute.IFLA_BRPORT_LEARNING => port with { Learning = attribute.UInt8 != 0 },
                BridgePortAttribute.IFLA_BRPORT_UNICAST_FLOOD => port with { Flood = attribute.UInt8 != 0 },
                BridgePortAttribute.IFLA_BRPORT_MCAST_FLOOD => port with { MulticastFlood = attribute.UInt8 != 0 },
                BridgePortAttribute.IFLA_BRPORT_BCAST_FLOOD => port with { BroadcastFlood = attribute.UInt8 != 0 },
                BridgePortAttribute.IFLA_BRPORT_NEIGH_SUPPRESS => port with { NeighborSuppression = attribute.UInt8 != 0 },
                BridgePortAttribute.IFLA_BRPORT_ISOLATED => port with { Isolated = attribute.UInt8 != 0 },
                _ => port,
            };
        }

        return port;
    }

    private static void Write(ref NetlinkWriter writer, BridgePortAttribute type, bool? value)
    {
        if (value is { } on)
            writer.WriteUInt8(type, on ? (byte)1 : (byte)0);
    }
}
