using Weir.Testing;

namespace Weir.Bench.Tun.Contenders;

/// <summary>No TCP in user space: two kernels, and a program that copies between their TUN devices. What a TUN device allows.</summary>
internal sealed class CopyLoop : Contender
{
    private readonly string? _program = Programs.CopyLoop();

    internal override string Name => "copy";

    internal override string Title(TunSetting setting) => "copy loop between two TUN devices";

    internal override string? Missing => _program is null ? "no gcc" : null;

    internal override bool Has(TunSetting setting) => true;

    internal override void SetUp(Bed bed, TunSetting setting)
    {
        TestNamespace server = bed.AddNamespace();
        bed.Serve(server);
        bed.Stack = Bed.StartReady(server, "ready", _program!, [bed.Client.Name, server.Name, "tun0", .. setting.Offload ? ["offload"] : (string[])[]]);
        foreach ((TestNamespace ns, int own) in new[] { (bed.Client, 1), (server, 2) })
        {
            ns.Ip($"link set tun0 mtu {setting.Mtu} up");
            ns.Ip($"address add 10.0.0.{own}/24 dev tun0");
        }

        bed.Address = "10.0.0.2";
    }
}
