using Weir.Testing;

namespace Weir.Bench.Tun.Contenders;

/// <summary>pasta of passt: TCP without buffers of its own on a TAP device, and a socket of the host for each connection.</summary>
internal sealed class Pasta : Contender
{
    private const string Program = "pasta";

    internal override string Name => Program;

    internal override string Title(TunSetting setting) => Program;

    internal override string? Missing => Tool.Find(Program) is null ? "no passt" : null;

    internal override bool Has(TunSetting setting) => !setting.Offload;

    internal override void SetUp(Bed bed, TunSetting setting)
    {
        TestNamespace host = bed.AddNamespace();
        bed.Serve(host);
        // It copies the address and the route of the host's link; its gateway is the host's loopback then.
        host.Ip("link add eth0 type veth peer name eth1");
        host.Ip("link set eth0 up");
        host.Ip("link set eth1 up");
        host.Ip("address add 10.9.0.1/24 dev eth0");
        host.Ip("route add default via 10.9.0.2");
        // It takes an ignored SIGPIPE, which children of .NET inherit, for a failure.
        bed.Stack = host.Start(
            "env", "--default-signal=PIPE", Program, "--foreground", "--quiet", "--runas", "0:0", "--ipv4-only", "--config-net", "--mtu", $"{setting.Mtu}", "--ns-ifname", "tap0", "--netns", bed.Client.NamespacePath);
        bed.Address = "10.9.0.2";
    }
}
