using System.Runtime.InteropServices;

namespace Weir.Bench.Tun.Contenders;

/// <summary>The published program: <c>weir tcp bench serve</c> on a TUN device with one queue; as it is, or without NAPI where it would have it.</summary>
internal sealed class WeirStack(bool napi) : Contender
{
    internal const string Usual = "weir", WithoutNapi = "weir-no-napi";

    private const string Address = "10.0.0.9";

    internal override string Name => napi ? Usual : WithoutNapi;

    internal override string Title(TunSetting setting) => napi ? "Weir" : "Weir, `--napi off`";

    internal override string? Missing => WholeProcess.Weir is null ? "no program (./weir builds it)" : null;

    internal override bool Has(TunSetting setting) => napi || setting is { Offload: false, Mtu: 1500 };

    internal override void SetUp(Bed bed, TunSetting setting)
    {
        string offload = setting.Offload ? "on" : "off";
        // As the launcher has it.
        string root = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        string[] words =
        [
            $"DOTNET_ROOT={root}", "DOTNET_TC_BackgroundWorkerTimeoutMs=7fffffff", WholeProcess.Weir!,
            "tcp", "bench", "serve", "--device", "tun0", "--address", $"{Address}/24", "--mtu", $"{setting.Mtu}", "--offload", offload, .. napi ? (string[])[] : ["--napi", "off"],
        ];
        bed.Stack = Bed.StartReady(bed.Client, "ready", "env", words);
        if (!bed.Stack.Output.Contains($"offload {offload}", StringComparison.Ordinal))
            throw new InvalidOperationException($"the kernel refused the vnet header: {bed.Stack.Output}");
        bed.Address = Address;
    }
}
