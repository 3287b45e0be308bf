using System.Text.Json;
using Weir.Bench.Tun.Contenders;

namespace Weir.Bench.Tun;

/// <summary>Medians of rounds, with the lowest and the highest; a ratio is the median of the rounds' own.</summary>
internal sealed class Report(TunOptions options, IReadOnlyList<Lane> lanes, IReadOnlyList<string> skipped, string loadBefore, string loadAfter)
{
    private const string Nothing = "";

    private double? OthersShare => Median(lanes.SelectMany(lane => Measure.All.SelectMany(lane.Samples)).Select(sample => sample?.OthersShare));

    internal void Print()
    {
        Console.WriteLine(
            $"{options.Rounds} rounds, {options.Seconds} s each, in turns; medians; {Environment.ProcessorCount} CPUs; Linux {Environment.OSVersion.Version}; reno in all namespaces; " +
            $"load {loadBefore} before, {loadAfter} after, other processes took {OthersShare:0.00} CPUs (median); connections are closed with a {(options.Reset ? "reset" : "FIN")}");
        foreach (string line in skipped)
            Console.WriteLine($"skipped: {line}");
        foreach (TunSetting setting in options.Settings)
        {
            Console.WriteLine();
            Console.WriteLine($"| {setting} | in, Gbit/s | Weir to it | a CPU second | out, Gbit/s | Weir to it | a CPU second | round trips/s | Weir to it | median, p99 µs | connections/s | Weir to it |");
            Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
            foreach (Lane lane in lanes.Where(lane => lane.Setting == setting))
                Console.WriteLine($"| {lane.Title} | {Bulk(lane, Measure.In)} | {Bulk(lane, Measure.Out)} | {Rate(lane, Measure.RoundTrips)} | {Latency(lane)} | {Rate(lane, Measure.Connections)} |");
        }

        PrintForCpu();
        Aims.Print(lanes);
        foreach (Lane lane in lanes)
        {
            foreach (Measure measure in Measure.All)
            {
                if (Median(lane.Samples(measure).Select(sample => sample?.ClientShare)) is > 0.9)
                    Console.WriteLine($"the client itself took nearly a whole CPU: {lane.Title}, {lane.Setting}, {measure.Name}");
            }
        }
    }

    /// <summary>What a busy machine does not blur: nobody's turn on a CPU counts but one's own.</summary>
    private void PrintForCpu()
    {
        Console.WriteLine();
        Console.WriteLine("| for each CPU second of all processes, client and service too | in, Gbit | Weir to it | out, Gbit | Weir to it | round trips | Weir to it | connections | Weir to it |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (Lane lane in lanes)
            Console.WriteLine($"| {lane.Setting}: {lane.Title} | {string.Join(" | ", Measure.All.Select(measure => ForCpu(lane, measure)))} |");
    }

    private string ForCpu(Lane lane, Measure measure)
    {
        double? median = Median(lane.Samples(measure).Select(sample => sample?.ForCpuSecondOfAll));
        return median is null ? $"failed | {Nothing}" : $"{measure.Text(median.Value)} | {WeirTo(lane, measure, sample => sample.ForCpuSecondOfAll):0.00}";
    }

    internal void PrintJson()
    {
        TunResult result = new(
            options.Rounds, options.Seconds, Environment.ProcessorCount, $"{Environment.OSVersion.Version}", loadBefore, loadAfter, OthersShare, options.Reset, skipped,
            [.. lanes.SelectMany(lane => Measure.All.Select(measure => Row(lane, measure)))]);
        Console.WriteLine(JsonSerializer.Serialize(result, TunJson.Default.TunResult));
    }

    /// <summary>Null without a value.</summary>
    internal static double? Median(IEnumerable<double?> values)
    {
        double[] sorted = [.. values.OfType<double>().Order()];
        return sorted.Length == 0 ? null : (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }

    private TunRow Row(Lane lane, Measure measure)
    {
        double?[] rates = [.. lane.Samples(measure).Select(sample => sample?.Rate)];
        return new TunRow(
            lane.Contender.Name, lane.Setting.Mtu, lane.Setting.Offload, measure.Name, measure.Unit, Median(rates), rates.Min(), rates.Max(), WeirTo(lane, measure, sample => sample.Rate),
            Of(sample => sample.ForCpuSecond), Of(sample => sample.ForCpuSecondOfAll), WeirTo(lane, measure, sample => sample.ForCpuSecondOfAll), Of(sample => sample.ClientShare), Of(sample => sample.OthersShare),
            Of(sample => sample.MedianMicroseconds), Of(sample => sample.P99Microseconds), rates);

        double? Of(Func<Measured, double?> value) => Median(lane.Samples(measure).Select(sample => sample is null ? null : value(sample)));
    }

    private string Bulk(Lane lane, Measure measure)
    {
        double? perCpu = Median(lane.Samples(measure).Select(sample => sample?.ForCpuSecond));
        return $"{Rate(lane, measure)} | {(perCpu is { } value ? $"{value:0.0}" : Nothing)}";
    }

    private string Rate(Lane lane, Measure measure)
    {
        double?[] rates = [.. lane.Samples(measure).Select(sample => sample?.Rate)];
        if (Median(rates) is not { } median)
            return $"failed | {Nothing}";
        int failed = rates.Count(rate => rate is null);
        string range = $"{measure.Text(rates.Min()!.Value)} to {measure.Text(rates.Max()!.Value)}";
        return $"{measure.Text(median)} ({range}{(failed > 0 ? $"; failed {failed} times" : "")}) | {(WeirTo(lane, measure, sample => sample.Rate) is { } ratio ? $"{ratio:0.00}" : Nothing)}";
    }

    private static string Latency(Lane lane)
    {
        IReadOnlyList<Measured?> samples = lane.Samples(Measure.RoundTrips);
        return Median(samples.Select(sample => sample?.MedianMicroseconds)) is { } median ? $"{median:0.0}, {Median(samples.Select(sample => sample?.P99Microseconds)):0}" : Nothing;
    }

    private double? WeirTo(Lane lane, Measure measure, Func<Measured, double> value)
    {
        Lane? weir = lanes.FirstOrDefault(other => other.Setting == lane.Setting && other.Contender.Name == WeirStack.Usual);
        return weir is null ? null : Median(weir.Samples(measure).Zip(lane.Samples(measure), (its, mine) => its is null || mine is null ? (double?)null : value(its) / value(mine)));
    }
}
