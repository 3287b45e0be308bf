using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>include/uapi/linux/if_link.h: IFLA_IPVLAN_.</summary>
internal enum IpvlanAttribute : ushort
{
    IFLA_IPVLAN_MODE = 1,
    IFLA_IPVLAN_FLAGS = 2,
}

/// <summary>include/uapi/linux/if_link.h: enum ipvlan_mode.</summary>
public enum IpvlanMode : ushort
{
    L2 = 0,
    L3 = 1,
    L3S = 2,
}

/// <summary>A link that shares the MAC address of another one (<see cref="NewLink.ParentIndex"/>).</summary>
public sealed record IpvlanKind(IpvlanMode Mode) : LinkKind
{
    public override string Name => "ipvlan";
    /// <summary>IPVLAN_F_: 0 bridge, 1 private, 2 vepa.</summary>
    public ushort Flags { get; init; }

    internal override void Write(ref NetlinkWriter writer)
    {
        writer.WriteUInt16(IpvlanAttribute.IFLA_IPVLAN_MODE, (ushort)Mode);
        writer.WriteUInt16(IpvlanAttribute.IFLA_IPVLAN_FLAGS, Flags);
    }

    internal static IpvlanKind Read(NetlinkAttributes attributes)
    {
        var kind = new IpvlanKind(IpvlanMode.L3);
        foreach (var attribute in attributes)
        {
            kind = (IpvlanAttribute)attribute.Type switch
            {
                IpvlanAttribute.IFLA_IPVLAN_MODE => kind with { Mode = (IpvlanMode)attribute.UInt16 },
                IpvlanAttribute.IFLA_IPVLAN_FLAGS => kind with { Flags = attribute.UInt16 },
                _ => kind,
            };
        }

        return kind;
    }
}
