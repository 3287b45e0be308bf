using System.Globalization;
using Weir.Fuzz;

// Weir.Fuzz NAME [seconds] [seed]
// Feeds a target with mutated corpus files and random bytes for a bounded time. The same seed gives the same inputs.
double seconds = 10;
int seed = 1;
if (args.Length is 0 or > 3 || (!TargetList.All.ContainsKey(args[0]) && args[0] != "all")
    || (args.Length > 1 && !double.TryParse(args[1], CultureInfo.InvariantCulture, out seconds))
    || (args.Length > 2 && !int.TryParse(args[2], CultureInfo.InvariantCulture, out seed)))
{
    Console.WriteLine("usage: Weir.Fuzz NAME [seconds, default 10] [seed, default 1]");
    Console.WriteLine($"targets: all, {string.Join(", ", TargetList.All.Keys)}");
    return args.Length == 0 ? 0 : 2;
}

string[] names = args[0] == "all" ? [.. TargetList.All.Keys] : [args[0]];
bool allPassed = true;
foreach (string name in names)
{
    allPassed &= new Fuzzer(name, TargetList.All[name], seed).Run(TimeSpan.FromSeconds(seconds), TimeProvider.System, Console.Out);
}

return allPassed ? 0 : 1;
