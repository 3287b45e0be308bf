using Weir.Testing;

namespace Weir.Bench.Tun;

/// <summary>The programs of <c>bench/peers</c>, built here; null for what this machine can't build.</summary>
internal static class Programs
{
    private const string GoPackages = "/usr/share/gocode";
    private static readonly string Folder = Path.GetFullPath("artifacts/bench");

    /// <summary>The client, and the kernel's side as a server.</summary>
    internal static string? Blast() => BuildC("blast", "blast.c", "serve.c");

    internal static string? CopyLoop() => BuildC("copyloop", "copyloop.c");

    /// <summary>Debian's package is the library's source; the program is linked with it here, without a network.</summary>
    internal static string? Gvisor()
    {
        if (Tool.Find("go") is null || !Directory.Exists($"{GoPackages}/src/gvisor.dev/gvisor/pkg/tcpip"))
            return null;
        string program = Output("gvisor");
        Build("env", "GO111MODULE=off", $"GOPATH={GoPackages}", $"GOCACHE={Folder}/go-cache", "GOFLAGS=", "go", "build", "-o", program, Path.GetFullPath("bench/peers/gvisor/main.go"));
        return program;
    }

    private static string? BuildC(string name, params string[] sources)
    {
        if (Tool.Find("gcc") is null)
            return null;
        string program = Output(name);
        Build("gcc", ["-O2", "-pthread", "-o", program, .. sources.Select(source => Path.GetFullPath($"bench/peers/tun/{source}"))]);
        return program;
    }

    private static string Output(string name)
    {
        Directory.CreateDirectory(Folder);
        return Path.Combine(Folder, name);
    }

    // gVisor's first build takes half a minute on an idle machine.
    private static void Build(string program, params IReadOnlyList<string> arguments) => Tool.Try(TimeSpan.FromMinutes(10), program, arguments).Check();
}
