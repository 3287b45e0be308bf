using System.Text.Json;

namespace Weir.Bench.Tun;

/// <summary>What the client said of one run.</summary>
/// <param name="Rate">In the measure's unit.</param>
/// <param name="ForCpuSecond">Gbit, or trips, or connections, for each second of CPU time of the stack's process; null without such a process.</param>
/// <param name="ForCpuSecondOfAll">The same for the CPU time of all processes: the stack's, the client's and, behind a peer, the service's.</param>
/// <param name="ClientShare">Of one CPU, the client's own: near 1 the client is the limit.</param>
/// <param name="OthersShare">Of one CPU, what the rest of the machine took meanwhile.</param>
/// <param name="MedianMicroseconds">Of a round trip.</param>
/// <param name="P99Microseconds">Of a round trip.</param>
internal sealed record Measured(double Rate, double? ForCpuSecond, double ForCpuSecondOfAll, double ClientShare, double OthersShare, double? MedianMicroseconds, double? P99Microseconds)
{
    internal static Measured From(JsonElement line)
    {
        double rate = Number("rate")!.Value, elapsed = Number("elapsed")!.Value;
        // /proc counts in hundredths: less than two of them say nothing.
        double client = Number("client_cpu")!.Value, stack = Number("stack_cpu") ?? 0, service = Number("service_cpu") ?? 0;
        double? perCpu = stack >= 0.02 ? rate * elapsed / stack : null;
        return new Measured(rate, perCpu, rate * elapsed / (client + stack + service), client / elapsed, Number("others_cpu")!.Value / elapsed, Number("median_us"), Number("p99_us"));

        double? Number(string name) => line.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
    }
}
