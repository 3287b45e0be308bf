using Weir.Testing;

namespace Weir.Bench.Tun.Contenders;

/// <summary>The kernel's TCP on both ends of a veth pair: no device of user space at all.</summary>
internal sealed class KernelVeth : Contender
{
    internal override string Name => "veth";

    internal override string Title(TunSetting setting) => $"kernel over veth, offloads {(setting.Offload ? "on" : "off")}";

    internal override string? Missing => Tool.Find("ethtool") is null ? "no ethtool" : null;

    internal override bool Has(TunSetting setting) => setting.Mtu == 1500;

    internal override void SetUp(Bed bed, TunSetting setting)
    {
        TestNamespace server = bed.AddNamespace();
        bed.Serve(server);
        // Of different index: equal numbers make linkwatch wait up to a second for the carrier.
        bed.Client.Ip($"link add eth0 index 7 mtu {setting.Mtu} type veth peer name eth0 mtu {setting.Mtu} netns {server.Name}");
        foreach ((TestNamespace ns, int own) in new[] { (bed.Client, 1), (server, 2) })
        {
            if (!setting.Offload)
                ns.Run("ethtool", "-K", "eth0", "tx", "off", "tso", "off", "gso", "off", "gro", "off");
            ns.Ip("link set eth0 up");
            ns.Ip($"address add 10.0.0.{own}/24 dev eth0");
        }

        bed.Address = "10.0.0.2";
    }
}
