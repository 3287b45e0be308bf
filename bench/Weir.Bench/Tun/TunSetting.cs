namespace Weir.Bench.Tun;

/// <summary>What is asked of a device: only contenders in the same setting are compared.</summary>
/// <param name="Mtu">Of the device.</param>
/// <param name="Offload">Segments of up to 64 KiB pass whole, checksums are left out: on TUN the vnet header (IFF_VNET_HDR with TSO).</param>
internal sealed record TunSetting(int Mtu, bool Offload)
{
    internal static readonly IReadOnlyList<TunSetting> All = [new(1500, false), new(1500, true), new(65_520, false), new(65_520, true)];

    public override string ToString() => $"MTU {Mtu}, {(Offload ? "vnet header" : "no vnet header")}";
}
