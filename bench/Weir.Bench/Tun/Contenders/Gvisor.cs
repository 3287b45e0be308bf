namespace Weir.Bench.Tun.Contenders;

/// <summary>gVisor's netstack in a Go program of its own, on a TUN device.</summary>
internal sealed class Gvisor : Contender
{
    private const string Address = "10.0.0.9";
    private readonly string? _program = Programs.Gvisor();

    internal override string Name => "gvisor";

    internal override string Title(TunSetting setting) => "gVisor's netstack";

    internal override string? Missing => _program is null ? "no golang-go, or no golang-gvisor-gvisor-dev" : null;

    internal override bool Has(TunSetting setting) => !setting.Offload;

    internal override void SetUp(Bed bed, TunSetting setting)
    {
        bed.Client.Ip("tuntap add tun0 mode tun");
        bed.Client.Ip($"link set tun0 mtu {setting.Mtu} up");
        bed.Client.Ip("address add 10.0.0.1/24 dev tun0");
        bed.Stack = Bed.StartReady(bed.Client, "ready", _program!, "tun0", Address, $"{setting.Mtu}");
        bed.Address = Address;
    }
}
