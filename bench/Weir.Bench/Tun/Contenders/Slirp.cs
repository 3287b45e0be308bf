using Weir.Testing;

namespace Weir.Bench.Tun.Contenders;

/// <summary>slirp4netns: TCP of libslirp on a TAP device, and a socket of the host for each connection.</summary>
internal sealed class Slirp : Contender
{
    private const string Program = "slirp4netns";

    internal override string Name => Program;

    internal override string Title(TunSetting setting) => Program;

    internal override string? Missing => Tool.Find(Program) is null ? $"no {Program}" : null;

    internal override bool Has(TunSetting setting) => !setting.Offload;

    internal override void SetUp(Bed bed, TunSetting setting)
    {
        TestNamespace host = bed.AddNamespace();
        bed.Serve(host);
        bed.Stack = host.Start(Program, "--configure", $"--mtu={setting.Mtu}", "--disable-dns", "--netns-type=path", bed.Client.NamespacePath, "tap0");
        // Its gateway is the host's loopback.
        bed.Address = "10.0.2.2";
    }
}
