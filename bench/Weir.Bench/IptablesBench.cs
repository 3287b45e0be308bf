using System.Globalization;
using Weir.Host.Formats;
using Weir.Host.Iptables;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Bench;

/// <summary>
/// The rules of seed 000 into fresh namespaces, Weir and iptables-restore taking turns: Weir in process (read the text, make the changes, send, read
/// all answers; the socket's close apart), iptables-restore as the process that it is.
/// </summary>
internal static class IptablesBench
{
    private const string Set = "ztunnel-pods-ips";

    /// <param name="arguments">Rounds (15).</param>
    public static int Run(string[] arguments)
    {
        int rounds = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 15;
        if (!Environment.IsPrivilegedProcess || Tool.Find("iptables-restore") is null || Tool.Find("ipset") is null)
        {
            Console.Error.WriteLine("iptables: needs root, iptables-restore and ipset (sudo ./dev bench iptables)");
            return 3;
        }

        string text = GoldenFile.Read("iptables/seed-000.txt");
        int rules = text.Split('\n').Count(line => line.StartsWith("-A", StringComparison.Ordinal));
        List<double> prepare = [], apply = [], whole = [], tool = [];
        List<long> allocated = [];
        for (int round = -3; round < rounds; round++)
        {
            (double prepared, double applied, long bytes) = Load(text);
            double restored = Restore(text);
            // The first rounds compile.
            if (round < 0)
                continue;
            prepare.Add(prepared);
            apply.Add(applied);
            whole.Add(prepared + applied);
            tool.Add(restored);
            allocated.Add(bytes / rules);
        }

        Console.WriteLine($"seed 000, {rules} rules, {rounds} rounds, fresh namespaces, alternating; medians in ms (lowest, highest)");
        Print("Weir in process: text read, resolved, planned", prepare);
        Print("Weir in process: sent, all answers read, closed", apply);
        Print("Weir in process: both", whole);
        Print("iptables-restore, whole process", tool);
        Console.WriteLine($"allocated by Weir for each rule, text included: {allocated.Order().ElementAt(allocated.Count / 2)} bytes");
        return 0;
    }

    private static (double Prepare, double Apply, long Bytes) Load(string text)
    {
        using TestNamespace ns = Make();
        using NetworkNamespace opened = NetworkNamespace.OpenNamed(ns.Name);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        long start = TimeProvider.System.GetTimestamp();
        ILoad load = IptablesFormat.IPv4.Prepare(text, opened, new LoadOptions());
        double prepared = TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
        start = TimeProvider.System.GetTimestamp();
        load.Apply();
        return (prepared, TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    private static double Restore(string text)
    {
        using TestNamespace ns = Make();
        string file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        // The tool's own time, without that of ip netns exec: the shell measures inside.
        ToolResult result = ns.Run("bash", "-c", $"s=$(date +%s%N); iptables-restore < {file}; echo $(( $(date +%s%N) - s ))");
        File.Delete(file);
        return long.Parse(result.Output.Trim(), CultureInfo.InvariantCulture) / 1e6;
    }

    private static TestNamespace Make()
    {
        TestNamespace ns = new();
        ns.Run("ipset", "create", Set, "hash:ip");
        return ns;
    }

    private static void Print(string name, List<double> samples)
    {
        List<double> sorted = [.. samples.Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-50} {sorted[sorted.Count / 2],8:F2}   ({sorted[0]:F2}, {sorted[^1]:F2})"));
    }
}
