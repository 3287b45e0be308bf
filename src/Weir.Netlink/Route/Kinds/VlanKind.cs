using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>include/uapi/linux/if_link.h: IFLA_VLAN_.</summary>
internal enum VlanAttribute : ushort
{
    IFLA_VLAN_ID = 1,
    IFLA_VLAN_FLAGS = 2,
    IFLA_VLAN_PROTOCOL = 5,
}

/// <summary>A link for the frames of one VLAN on another link (<see cref="NewLink.ParentIndex"/>).</summary>
public sealed record VlanKind(ushort Id) : LinkKind
{
    public override string Name => "vlan";
    /// <summary>0x8100 (802.1Q) or 0x88a8 (802.1ad); null: 802.1Q.</summary>
    public ushort? Protocol { get; init; }
    /// <summary>VLAN_FLAG_: 1 reorder_hdr, 2 gvrp, 4 loose_binding, 8 mvrp, 16 bridge_binding.</summary>
    public uint? Flags { get; init; }
    /// <summary>The flags that <see cref="Flags"/> speaks of; the others stay.</summary>
    public uint FlagMask { get; init; } = uint.MaxValue;

    internal override void Write(ref NetlinkWriter writer)
    {
        if (Protocol is { } protocol)
            writer.WriteUInt16BigEndian(VlanAttribute.IFLA_VLAN_PROTOCOL, protocol);
        writer.WriteUInt16(VlanAttribute.IFLA_VLAN_ID, Id);
        // struct ifla_vlan_flags { u32 flags; u32 mask; }
        if (Flags is { } flags)
            writer.WriteBytes(VlanAttribute.IFLA_VLAN_FLAGS, MemoryMarshal.AsBytes([flags, FlagMask]));
    }

    internal static VlanKind Read(NetlinkAttributes attributes)
    {
        var kind = new VlanKind(0);
        foreach (var attribute in attributes)
        {
            kind = (VlanAttribute)attribute.Type switch
            {
                VlanAttribute.IFLA_VLAN_ID => kind with { Id = attribute.UInt16 },
                VlanAttribute.IFLA_VLAN_PROTOCOL => kind with { Protocol = attribute.UInt16BigEndian },
                VlanAttribute.IFLA_VLAN_FLAGS => kind with { Flags = attribute.UInt32 },
                _ => kind,
            };
        }

        return kind;
    }
}
