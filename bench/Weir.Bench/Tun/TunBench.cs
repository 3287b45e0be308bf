using Weir.Bench.Tun.Contenders;
using Weir.Testing;

namespace Weir.Bench.Tun;

/// <summary>
/// Weir's stack against the kernel's TCP over a TUN device, beside other ways to do the same: bulk both ways, round trips, connections. One client, in C,
/// for all. Those of one setting take turns in each round, another one first each time.
/// </summary>
internal static class TunBench
{
    private static readonly IReadOnlyDictionary<string, Func<Contender>> Contenders = new Dictionary<string, Func<Contender>>
    {
        [WeirStack.Usual] = () => new WeirStack(napi: true),
        [WeirStack.WithoutNapi] = () => new WeirStack(napi: false),
        ["copy"] = () => new CopyLoop(),
        ["veth"] = () => new KernelVeth(),
        ["slirp4netns"] = () => new Slirp(),
        ["pasta"] = () => new Pasta(),
        ["gvisor"] = () => new Gvisor(),
    };

    internal static int Run(string[] arguments)
    {
        if (TunOptions.Parse(arguments, Contenders.Keys) is not { } options)
        {
            Console.Error.WriteLine(TunOptions.Usage);
            return 2;
        }

        if (!Environment.IsPrivilegedProcess || Tool.Find("ip") is null || Tool.Find("sysctl") is null || !File.Exists("/dev/net/tun"))
        {
            Console.Error.WriteLine("tun: needs root, ip, sysctl and /dev/net/tun (sudo ./dev bench tun)");
            return 3;
        }

        if (Programs.Blast() is not { } blast)
        {
            Console.Error.WriteLine("tun: needs gcc, the client that measures is in C (bench/peers/tun)");
            return 3;
        }

        using Interruption interruption = new();
        List<string> skipped = [];
        List<Lane> lanes = [];
        try
        {
            List<Contender> contenders = Find(options, skipped);
            lanes.AddRange(options.Settings.SelectMany(setting => contenders.Where(contender => contender.Has(setting)).Select(contender => new Lane(contender, setting, blast))));
            string before = Load();
            Warm(lanes, options, skipped, interruption.Token);
            Measure(lanes, options, interruption.Token);
            Report report = new(options, lanes, skipped, before, Load());
            if (options.Json)
                report.PrintJson();
            else
                report.Print();
            return 0;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("tun: interrupted; what it made is taken away");
            return 130;
        }
        finally
        {
            lanes.ForEach(lane => lane.Dispose());
        }
    }

    private static List<Contender> Find(TunOptions options, List<string> skipped)
    {
        List<Contender> found = [];
        foreach ((string name, Func<Contender> create) in Contenders)
        {
            if (name != WeirStack.Usual && options.Peers.Count > 0 && !options.Peers.Contains(name))
                continue;
            Contender contender = create();
            if (contender.Missing is not { } reason)
            {
                found.Add(contender);
                continue;
            }

            Skip(skipped, name, reason);
        }

        return found;
    }

    private static void Skip(List<string> skipped, string what, string reason)
    {
        skipped.Add($"{what}: {reason}");
        Console.Error.WriteLine($"{what} is skipped: {reason}");
    }

    /// <summary>Starts all; who can't be started is out.</summary>
    private static void Warm(List<Lane> lanes, TunOptions options, List<string> skipped, CancellationToken cancel)
    {
        Console.Error.WriteLine("warming up");
        lanes.RemoveAll(lane =>
        {
            if (lane.Warm(options, cancel) is not { } reason)
                return false;
            Skip(skipped, $"{lane.Contender.Name}, {lane.Setting}", reason);
            return true;
        });
    }

    private static void Measure(List<Lane> lanes, TunOptions options, CancellationToken cancel)
    {
        for (int round = 0; round < options.Rounds; round++)
        {
            Console.Error.WriteLine($"round {round + 1} of {options.Rounds}, load {Load()}: in, out, round trips, connections");
            foreach (TunSetting setting in options.Settings)
            {
                Lane[] those = [.. lanes.Where(lane => lane.Setting == setting)];
                Console.Error.WriteLine($" {setting}");
                for (int i = 0; i < those.Length; i++)
                    those[(i + round) % those.Length].Run(options, cancel);
            }
        }
    }

    private static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];
}
