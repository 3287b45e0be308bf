using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>include/uapi/linux/if_link.h: IFLA_TUN_.</summary>
internal enum TunAttribute : ushort
{
    IFLA_TUN_OWNER = 1,
    IFLA_TUN_GROUP = 2,
    IFLA_TUN_TYPE = 3,
    IFLA_TUN_PI = 4,
    IFLA_TUN_VNET_HDR = 5,
    IFLA_TUN_PERSIST = 6,
    IFLA_TUN_MULTI_QUEUE = 7,
    IFLA_TUN_NUM_QUEUES = 8,
    IFLA_TUN_NUM_DISABLED_QUEUES = 9,
}

/// <summary>A TUN or TAP device as it is shown. It can't be made so: see <see cref="Weir.Linux.TunDevice"/>.</summary>
public sealed record TunKind : LinkKind
{
    public override string Name => "tun";
    public uint? Owner { get; init; }
    public uint? Group { get; init; }
    /// <summary>True for TAP, Ethernet frames; false for TUN, IP packets.</summary>
    public bool Tap { get; init; }
    public bool PacketInformation { get; init; }
    public bool VnetHeader { get; init; }
    public bool Persistent { get; init; }
    public bool MultiQueue { get; init; }
    public uint Queues { get; init; }
    public uint DisabledQueues { get; init; }

    internal override void Write(ref NetlinkWriter writer)
    {
    }

    internal static TunKind Read(NetlinkAttributes attributes)
    {
        var kind = new TunKind();
        foreach (var attribute in attributes)
        {
            kind = (TunAttribute)attribute.Type switch
            {
                TunAttribute.IFLA_TUN_OWNER => kind with { Owner = attribute.UInt32 },
                TunAttribute.IFLA_TUN_GROUP => kind with { Group = attribute.UInt32 },
                TunAttribute.IFLA_TUN_TYPE => kind with { Tap = attribute.UInt8 == 2 },
                TunAttribute.IFLA_TUN_PI => kind with { PacketInformation = attribute.UInt8 != 0 },
                TunAttribute.IFLA_TUN_VNET_HDR => kind with { VnetHeader = attribute.UInt8 != 0 },
                TunAttribute.IFLA_TUN_PERSIST => kind with { Persistent = attribute.UInt8 != 0 },
                TunAttribute.IFLA_TUN_MULTI_QUEUE => kind with { MultiQueue = attribute.UInt8 != 0 },
                TunAttribute.IFLA_TUN_NUM_QUEUES => kind with { Queues = attribute.UInt32 },
                TunAttribute.IFLA_TUN_NUM_DISABLED_QUEUES => kind with { DisabledQueues = attribute.UInt32 },
                _ => kind,
            };
        }

        return kind;
    }
}
