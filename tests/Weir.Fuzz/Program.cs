using System.Globalization;
using Weir.Fuzz;

// Weir.Fuzz NAME [seconds] [seed]
// Feeds a target with mutated corpus files and random bytes for a bounded time. The same seed gives the same inputs.
if (args.Length == 0 || !TargetList.All.ContainsKey(args[0]) && args[0] != "all")
{
    Console.WriteLine("usage: Weir.Fuzz NAME [seconds, default 10] [seed, default 1]");
    Console.WriteLine($"targets: all, {string.Join(", ", TargetList.All.Keys)}");
    return args.Length == 0 ? 0 : 2;
}

double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 10;
int seed = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;
string[] names = args[0] == "all" ? [.. TargetList.All.Keys] : [args[0]];
bool allPassed = true;
foreach (string name in names)
{
    allPassed &= new Fuzzer(name, TargetList.All[name], seed).Run(TimeSpan.FromSeconds(seconds), TimeProvider.System, Console.Out);
}

return allPassed ? 0 : 1;
