using System.Globalization;
using Weir.Testing;

namespace Weir.Bench;

/// <summary>
/// Two workloads on a bridge; the server's is captured. iperf3 between them (TCP, one stream) and connections a second, for the plain path,
/// tap, inline in discover and inline in protect. The four take turns in each round, so that a busy machine is busy for all.
/// </summary>
internal static class NetworkBench
{
    private const int IperfPort = 5201;

    private static readonly (string Name, string? Capture, string Mode)[] Paths =
    [
        ("plain", null, "discover"),
        ("tap", "tap", "discover"),
        ("inline discover", "inline", "discover"),
        ("inline protect", "inline", "protect"),
    ];

    private sealed record Sample(double Bulk, double BulkReverse, double Connections);

    /// <param name="arguments">Rounds (5) and seconds for each measurement (3).</param>
    public static int Run(string[] arguments)
    {
        int rounds = arguments.Length > 0 ? int.Parse(arguments[0]) : 5;
        int seconds = arguments.Length > 1 ? int.Parse(arguments[1]) : 3;
        if (!Environment.IsPrivilegedProcess || Tool.Find("iperf3") is null)
        {
            Console.Error.WriteLine("network: needs root and iperf3 (sudo ./dev bench network)");
            return 3;
        }

        using TestHost host = new(workloadCount: 2);
        using WeirAgent agent = new(new Dictionary<string, TestWorkload> { ["web"] = host[0], ["db"] = host[1] });
        using ConnectionRate rate = new(host[0].Namespace, host[1].Namespace, host[1].Address4);
        host[1].Namespace.Start("iperf3", "-s");
        host[1].Namespace.WaitForListener(IperfPort);
        agent.Start();

        Dictionary<string, List<Sample>> samples = Paths.ToDictionary(path => path.Name, _ => new List<Sample>());
        Dictionary<string, string> offloads = [];
        for (int round = 0; round < rounds; round++)
        {
            // Another one begins each time: what comes after an idle moment is a little faster.
            int first = round % Paths.Length;
            foreach ((string name, string? capture, string mode) in Paths[first..].Concat(Paths[..first]))
            {
                Enter(agent, capture, mode, () => Measure(host, rate, seconds: 1));
                samples[name].Add(Measure(host, rate, seconds));
                offloads[name] = Offloads(host[1].Namespace);
                if (capture is not null)
                    agent.Run("release", "db");
                Console.Error.WriteLine($"round {round + 1}/{rounds} {name,-16} {samples[name][^1]}");
            }
        }

        Print(samples, offloads, rounds, seconds);
        return 0;
    }

    /// <summary>Captures and sets the mode; protect is entered from discover, so that the sessions to be measured were learned.</summary>
    private static void Enter(WeirAgent agent, string? capture, string mode, Action learn)
    {
        if (capture is null)
            return;
        agent.Run("capture", "db", "--mode", capture);
        agent.Run("mode", "db", "discover");
        if (mode == "discover")
            return;
        learn();
        agent.Run("mode", "db", mode);
    }

    private static Sample Measure(TestHost host, ConnectionRate rate, int seconds) =>
        new(Bulk(host, seconds), Bulk(host, seconds, "-R"), rate.Measure(TimeSpan.FromSeconds(seconds)));

    private static double Bulk(TestHost host, int seconds, params string[] options) => host[0].Namespace
        .Run("iperf3", ["-c", host[1].Address4, "-t", seconds.ToString(CultureInfo.InvariantCulture), "-O", "1", "-J", .. options])
        .Json.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 1e9;

    private static string Offloads(TestNamespace ns)
    {
        string[] wanted = ["tx-checksumming", "tcp-segmentation-offload", "generic-segmentation-offload", "generic-receive-offload"];
        IEnumerable<string> states = ns.Run("ethtool", "-k", "eth0").Output.Split('\n')
            .Select(line => line.Split(':', StringSplitOptions.TrimEntries))
            .Where(pair => wanted.Contains(pair[0]))
            .Select(pair => $"{pair[0]} {pair[1].Split(' ')[0]}");
        return string.Join(", ", states);
    }

    private static void Print(Dictionary<string, List<Sample>> samples, Dictionary<string, string> offloads, int rounds, int seconds)
    {
        Console.WriteLine($"{rounds} rounds, {seconds} s each, in turns; medians; {Environment.ProcessorCount} CPUs; Linux {Environment.OSVersion.Version}");
        Console.WriteLine();
        Console.WriteLine("| path | to the workload, Gbit/s | ratio | from the workload, Gbit/s | ratio | connections/s | ratio |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach ((string name, List<Sample> list) in samples)
        {
            Console.WriteLine(
                $"| {name} | {Median(list, s => s.Bulk):0.00} | {Ratio(s => s.Bulk):0.000} | {Median(list, s => s.BulkReverse):0.00} | {Ratio(s => s.BulkReverse):0.000} " +
                $"| {Median(list, s => s.Connections):0} | {Ratio(s => s.Connections):0.000} |");

            // The median of each round's own ratio: what slows a whole round falls out.
            double Ratio(Func<Sample, double> value) => Median(list.Zip(samples["plain"], (sample, plain) => value(sample) / value(plain)));
        }

        Console.WriteLine();
        foreach ((string name, string state) in offloads)
            Console.WriteLine($"{name}: eth0 of the workload has {state}");
    }

    private static double Median(IEnumerable<Sample> samples, Func<Sample, double> value) => Median(samples.Select(value));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
