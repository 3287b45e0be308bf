using System.Globalization;
using Weir.Testing;

namespace Weir.Bench.Route;

/// <summary>Programs that do the same with another library and tell what it took them, without their own start.</summary>
internal sealed record Peer(string Name, IReadOnlyList<string> CommandLine)
{
    private const string GoPackages = "/usr/share/gocode";
    private const string Python = "/usr/bin/python3";

    /// <summary>Those that this machine has; the others are told on standard error.</summary>
    internal static IReadOnlyList<Peer> Find()
    {
        List<Peer> peers = [];
        if (BuildGo() is { } program)
            peers.Add(new Peer("vishvananda/netlink, in process", [program]));
        else
            Console.Error.WriteLine("vishvananda/netlink is skipped: no golang-go, or no golang-github-vishvananda-netlink-dev");
        if (Tool.Find(Python) is not null && Tool.Try(Python, "-c", "import pyroute2").Succeeded)
            peers.Add(new Peer("pyroute2, in process", [Python, Path.GetFullPath("bench/peers/pyroute2/peer.py")]));
        else
            Console.Error.WriteLine("pyroute2 is skipped: no python3-pyroute2");
        return peers;
    }

    /// <param name="verb">add or list.</param>
    internal Sample Run(TestNamespace ns, ObjectKind kind, string verb)
    {
        string[] words = ns.Run(CommandLine[0], [.. CommandLine.Skip(1), kind.Name, verb, $"{ObjectKind.Count}"]).Output.Split(' ');
        double objects = double.Parse(words[2], CultureInfo.InvariantCulture);
        if (verb == "list" && (int)objects != kind.ListCount)
            throw new InvalidOperationException($"{Name} listed {objects} {kind.Name}");
        double bytes = double.Parse(words[1], CultureInfo.InvariantCulture) / objects;
        return new Sample(double.Parse(words[0], CultureInfo.InvariantCulture) / 1e6, bytes > 0 ? bytes : null);
    }

    /// <summary>Debian's packages are the library's source; the program is linked with them here.</summary>
    private static string? BuildGo()
    {
        if (Tool.Find("go") is null || !Directory.Exists($"{GoPackages}/src/github.com/vishvananda/netlink"))
            return null;
        string folder = Path.GetFullPath("artifacts/bench");
        Directory.CreateDirectory(folder);
        string program = Path.Combine(folder, "vishvananda");
        Tool.Run("env", "GO111MODULE=off", $"GOPATH={GoPackages}", $"GOCACHE={folder}/go-cache", "GOFLAGS=", "go", "build", "-o", program, Path.GetFullPath("bench/peers/vishvananda/main.go"));
        return program;
    }
}
