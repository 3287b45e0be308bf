using System.Runtime.InteropServices;

namespace Weir.Bench.Tun.Contenders;

/// <summary>The published program: <c>weir tcp bench serve</c> on a TUN device with one queue; with <paramref name="napi"/> a kernel thread takes what it sends.</summary>
internal sealed class WeirStack(bool napi) : Contender
{
    internal const string Plain = "weir", WithNapi = "weir-napi";

    private const string Address = "10.0.0.9";

    internal override string Name => napi ? WithNapi : Plain;

    internal override string Title(TunSetting setting) => napi ? "Weir, `--napi`" : "Weir";

    internal override string? Missing => WholeProcess.Weir is null ? "no program (./weir builds it)" : null;

    internal override bool Has(TunSetting setting) => true;

    internal override void SetUp(Bed bed, TunSetting setting)
    {
        string offload = setting.Offload ? "on" : "off";
        // As the launcher has it.
        string root = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        string[] words =
        [
            $"DOTNET_ROOT={root}", "DOTNET_TC_BackgroundWorkerTimeoutMs=7fffffff", WholeProcess.Weir!,
            "tcp", "bench", "serve", "--device", "tun0", "--address", $"{Address}/24", "--mtu", $"{setting.Mtu}", "--offload", offload, .. napi ? ["--napi"] : (string[])[],
        ];
        bed.Stack = Bed.StartReady(bed.Client, "ready", "env", words);
        if (!bed.Stack.Output.Contains($"offload {offload}", StringComparison.Ordinal))
            throw new InvalidOperationException($"the kernel refused the vnet header: {bed.Stack.Output}");
        bed.Address = Address;
    }
}
