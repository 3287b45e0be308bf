using System.Text.Json.Serialization;

namespace Weir.Bench.Tun;

/// <summary>What <c>--json</c> prints.</summary>
internal sealed record TunResult(
    int Rounds, double Seconds, int Cpus, string Kernel, string LoadBefore, string LoadAfter, double? OthersShareOfCpu, bool ClosedByReset, IReadOnlyList<string> Skipped, IReadOnlyList<TunRow> Rows);

/// <summary>A contender in a setting, one measure.</summary>
internal sealed record TunRow(
    string Peer, int Mtu, bool VnetHeader, string Measure, string Unit, double? Median, double? Lowest, double? Highest, double? WeirToIt,
    double? ForCpuSecond, double? ForCpuSecondOfAll, double? WeirToItByCpuOfAll, double? ClientShareOfCpu, double? OthersShareOfCpu, double? MedianMicroseconds, double? P99Microseconds, IReadOnlyList<double?> Rounds);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TunResult))]
internal sealed partial class TunJson : JsonSerializerContext;
