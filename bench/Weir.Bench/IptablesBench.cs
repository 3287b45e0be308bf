using System.Globalization;
using Weir.Host.Formats;
using Weir.Host.Iptables;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Bench;

/// <summary>
/// The rules of seed 000 into fresh namespaces, in turns: Weir in process (text read and planned; sent, all answers read, socket closed), and as
/// whole processes weir, iptables-restore, an iptables for each line, and nft with the rules in its own words.
/// </summary>
internal static class IptablesBench
{
    private const string Set = "ztunnel-pods-ips";
    private const string Restore = "iptables-restore, whole process";
    private const int Warm = 3;

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
        string saved = Temporary(text), script = Temporary(OneByOne(text));
        Measurements measurements = new();
        List<Action<TestNamespace>> contenders =
        [
            ns => Load(ns, text, rules, measurements),
            ns => measurements.Add(Restore, WholeProcess.Run(ns, $"iptables-restore {saved}")),
            ns => measurements.Add("iptables, one for each line", WholeProcess.Run(ns, $". {script}")),
        ];
        if (WholeProcess.Weir is { } weir)
        {
            contenders.Add(ns => measurements.Add("weir rules load, whole process", WholeProcess.Run(ns, $"{weir} rules load {saved} 2>/dev/null")));
            contenders.Add(ns => measurements.Add("weir --version, whole process", WholeProcess.Run(ns, $"{weir} --version")));
        }

        if (Tool.Find("nft") is not null)
            contenders.Add(ns => measurements.Add("nft -f, in its own words", WholeProcess.Run(ns, $"nft -f {Path.GetFullPath("bench/peers/seed-000.nft")}")));

        for (int round = 0; round < Warm; round++)
        {
            using TestNamespace ns = Make();
            Load(ns, text, rules, new Measurements());
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Count; i++)
            {
                using TestNamespace ns = Make();
                contenders[(i + round) % contenders.Count](ns);
            }
        }

        File.Delete(saved);
        File.Delete(script);
        Console.WriteLine($"{rounds} rounds, fresh namespaces, in turns");
        measurements.Print($"{rules} rules of seed 000", Restore);
        return 0;
    }

    private static void Load(TestNamespace ns, string text, int rules, Measurements measurements)
    {
        using NetworkNamespace opened = NetworkNamespace.OpenNamed(ns.Name);
        ILoad? load = null;
        measurements.Add("Weir in process: read, resolved, planned", Sample.Of(rules, () => load = IptablesFormat.IPv4.Prepare(text, opened, new LoadOptions())));
        measurements.Add("Weir in process: sent, all answers read, closed", Sample.Of(rules, () => load!.Apply()));
    }

    /// <summary>The text as commands of a shell.</summary>
    private static string OneByOne(string text)
    {
        List<string> commands = [];
        string table = "";
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith('*'))
                table = line[1..];
            else if (line.StartsWith(':') && line.Contains(" - ", StringComparison.Ordinal))
                commands.Add($"iptables -t {table} -N {line[1..].Split(' ')[0]}");
            else if (line.StartsWith("-A", StringComparison.Ordinal))
                commands.Add($"iptables -t {table} {line}");
        }

        return string.Concat(commands.Select(command => $"{command} || return 1\n"));
    }

    private static string Temporary(string text)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        return file;
    }

    private static TestNamespace Make()
    {
        TestNamespace ns = new();
        ns.Run("ipset", "create", Set, "hash:ip");
        return ns;
    }
}
