using Weir.Bench;
using Weir.Bench.Datapath;
using Weir.Bench.Nftables;
using Weir.Bench.Stack;
using Weir.Bench.Route;
using Weir.Bench.Tun;

// Each is a measurement of its own, with its own text on standard output: ./dev bench NAME
IReadOnlyDictionary<string, Func<string[], int>> benches = new Dictionary<string, Func<string[], int>>
{
    ["network"] = NetworkBench.Run,
    ["datapath"] = DatapathBench.Run,
    ["ring"] = RingBench.Run,
    ["iptables"] = IptablesBench.Run,
    ["nftables"] = NftBench.Run,
    ["links"] = arguments => RouteBench.Run(new VethPairs(), arguments),
    ["routes"] = arguments => RouteBench.Run(new RoutesOfATable(), arguments),
    ["streams"] = StreamsBench.Run,
    ["rules"] = arguments => RouteBench.Run(new PolicyRules(), arguments),
    ["stack"] = StackBench.Run,
    ["tun"] = TunBench.Run,
};

string name = args.FirstOrDefault() ?? "";
if (benches.TryGetValue(name, out Func<string[], int>? bench))
    return bench(args[1..]);
Console.Error.WriteLine($"usage: ./dev bench {string.Join('|', benches.Keys)} [options]");
return 2;
