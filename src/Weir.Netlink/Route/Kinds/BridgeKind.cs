using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>include/uapi/linux/if_link.h: IFLA_BR_.</summary>
internal enum BridgeAttribute : ushort
{
    IFLA_BR_FORWARD_DELAY = 1,
    IFLA_BR_HELLO_TIME = 2,
    IFLA_BR_MAX_AGE = 3,
    IFLA_BR_AGEING_TIME = 4,
    IFLA_BR_STP_STATE = 5,
    IFLA_BR_PRIORITY = 6,
    IFLA_BR_VLAN_FILTERING = 7,
    IFLA_BR_VLAN_PROTOCOL = 8,
    IFLA_BR_GROUP_FWD_MASK = 9,
    IFLA_BR_MCAST_SNOOPING = 23,
    IFLA_BR_VLAN_DEFAULT_PVID = 39,
}

/// <summary>A bridge. Times are in hundredths of a second, as the kernel has them.</summary>
public sealed record BridgeKind : LinkKind
{
    public override string Name => "bridge";
    public uint? ForwardDelay { get; init; }
    public uint? HelloTime { get; init; }
    public uint? MaximumAge { get; init; }
    public uint? AgeingTime { get; init; }
    /// <summary>0 off, 1 the kernel's, 2 a program's.</summary>
    public uint? SpanningTree { get; init; }
    public ushort? Priority { get; init; }
    public bool? VlanFiltering { get; init; }
    /// <summary>0x8100 or 0x88a8.</summary>
    public ushort? VlanProtocol { get; init; }
    public ushort? GroupForwardMask { get; init; }
    public bool? MulticastSnooping { get; init; }
    public ushort? DefaultVlan { get; init; }

    internal override void Write(ref NetlinkWriter writer)
    {
        if (ForwardDelay is { } delay)
            writer.WriteUInt32(BridgeAttribute.IFLA_BR_FORWARD_DELAY, delay);
        if (HelloTime is { } hello)
            writer.WriteUInt32(BridgeAttribute.IFLA_BR_HELLO_TIME, hello);
        if (MaximumAge is { } age)
            writer.WriteUInt32(BridgeAttribute.IFLA_BR_MAX_AGE, age);
        if (AgeingTime is { } ageing)
            writer.WriteUInt32(BridgeAttribute.IFLA_BR_AGEING_TIME, ageing);
        if (SpanningTree is { } tree)
            writer.WriteUInt32(BridgeAttribute.IFLA_BR_STP_STATE, tree);
        if (Priority is { } priority)
            writer.WriteUInt16(BridgeAttribute.IFLA_BR_PRIORITY, priority);
        if (VlanFiltering is { } filtering)
            writer.WriteUInt8(BridgeAttribute.IFLA_BR_VLAN_FILTERING, filtering ? (byte)1 : (byte)0);
        if (VlanProtocol is { } protocol)
            writer.WriteUInt16BigEndian(BridgeAttribute.IFLA_BR_VLAN_PROTOCOL, protocol);
        if (GroupForwardMask is { } mask)
            writer.WriteUInt16(BridgeAttribute.IFLA_BR_GROUP_FWD_MASK, mask);
        if (MulticastSnooping is { } snooping)
            writer.WriteUInt8(BridgeAttribute.IFLA_BR_MCAST_SNOOPING, snooping ? (byte)1 : (byte)0);
        if (DefaultVlan is { } vlan)
            writer.WriteUInt16(BridgeAttribute.IFLA_BR_VLAN_DEFAULT_PVID, vlan);
    }

    internal static BridgeKind Read(NetlinkAttributes attributes)
    {
        var kind = new BridgeKind();
        foreach (var attribute in attributes)
        {
            kind = (BridgeAttribute)attribute.Type switch
            {
                BridgeAttribute.IFLA_BR_FORWARD_DELAY => kind with { ForwardDelay = attribute.UInt32 },
                BridgeAttribute.IFLA_BR_HELLO_TIME => kind with { HelloTime = attribute.UInt32 },
                BridgeAttribute.IFLA_BR_MAX_AGE => kind with { MaximumAge = attribute.UInt32 },
                BridgeAttribute.IFLA_BR_AGEING_TIME => kind with { AgeingTime = attribute.UInt32 },
                BridgeAttribute.IFLA_BR_STP_STATE => kind with { SpanningTree = attribute.UInt32 },
                BridgeAttribute.IFLA_BR_PRIORITY => kind with { Priority = attribute.UInt16 },
                BridgeAttribute.IFLA_BR_VLAN_FILTERING => kind with { VlanFiltering = attribute.UInt8 != 0 },
                BridgeAttribute.IFLA_BR_VLAN_PROTOCOL => kind with { VlanProtocol = attribute.UInt16BigEndian },
                BridgeAttribute.IFLA_BR_GROUP_FWD_MASK => kind with { GroupForwardMask = attribute.UInt16 },
                BridgeAttribute.IFLA_BR_MCAST_SNOOPING => kind with { MulticastSnooping = attribute.UInt8 != 0 },
                BridgeAttribute.IFLA_BR_VLAN_DEFAULT_PVID => kind with { DefaultVlan = attribute.UInt16 },
                _ => kind,
            };
        }

        return kind;
    }
}
