using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route.Kinds;

/// <summary>What makes a link one of its kind: the words after <c>type</c> in <c>ip link add</c>, IFLA_INFO_KIND and IFLA_INFO_DATA.</summary>
/// <remarks>Null stands for "not said": the kernel then takes its default. <see cref="RawKind"/> is for kinds that have no type here.</remarks>
public abstract record LinkKind
{
    /// <summary>The word of <c>ip link add … type</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Writes the attributes inside IFLA_INFO_DATA; nothing when the kind has none.</summary>
    internal abstract void Write(ref NetlinkWriter writer);

    /// <summary>Of a link's kind and its data as they came.</summary>
    public static LinkKind Read(string name, ReadOnlySpan<byte> data)
    {
        var attributes = new NetlinkAttributes(data);
        return name switch
        {
            "bridge" => BridgeKind.Read(attributes),
            "geneve" => GeneveKind.Read(attributes),
            "ipvlan" => IpvlanKind.Read(attributes),
            "macvlan" => MacvlanKind.Read("macvlan", attributes),
            "macvtap" => MacvlanKind.Read("macvtap", attributes),
            "tun" => TunKind.Read(attributes),
            "vlan" => VlanKind.Read(attributes),
            "vxlan" => VxlanKind.Read(attributes),
            "dummy" or "ifb" or "wireguard" => new PlainKind(name),
            _ => new RawKind(name, data.ToArray()),
        };
    }
}
