using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>include/uapi/linux/if_link.h: IFLA_MACVLAN_.</summary>
internal enum MacvlanAttribute : ushort
{
    IFLA_MACVLAN_MODE = 1,
    IFLA_MACVLAN_FLAGS = 2,
}

/// <summary>include/uapi/linux/if_link.h: enum macvlan_mode.</summary>
public enum MacvlanMode : uint
{
    Private = 1,
    Vepa = 2,
    Bridge = 4,
    Passthru = 8,
    Source = 16,
}

/// <summary>A link with an own MAC address on another one (<see cref="NewLink.ParentIndex"/>); or <c>macvtap</c>, the same with a device file.</summary>
public sealed record MacvlanKind(MacvlanMode Mode) : LinkKind
{
    public override string Name => Tap ? "macvtap" : "macvlan";
    public bool Tap { get; init; }
    /// <summary>MACVLAN_FLAG_: 1 nopromisc, 2 nodst.</summary>
    public ushort? Flags { get; init; }

    internal override void Write(ref NetlinkWriter writer)
    {
        writer.WriteUInt32(MacvlanAttribute.IFLA_MACVLAN_MODE, (uint)Mode);
        if (Flags is { } flags)
            writer.WriteUInt16(MacvlanAttribute.IFLA_MACVLAN_FLAGS, flags);
    }

    internal static MacvlanKind Read(string name, NetlinkAttributes attributes)
    {
        var kind = new MacvlanKind(MacvlanMode.Vepa) { Tap = name == "macvtap" };
        foreach (var attribute in attributes)
        {
            kind = (MacvlanAttribute)attribute.Type switch
            {
                MacvlanAttribute.IFLA_MACVLAN_MODE => kind with { Mode = (MacvlanMode)attribute.UInt32 },
                MacvlanAttribute.IFLA_MACVLAN_FLAGS => kind with { Flags = attribute.UInt16 },
                _ => kind,
            };
        }

        return kind;
    }
}
