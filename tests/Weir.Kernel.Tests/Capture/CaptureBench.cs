using Weir.Capture;
using Weir.Host;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Capture;

/// <summary>A test host with a state directory and a namespace name of its own.</summary>
internal sealed class CaptureBench : IDisposable
{
    private readonly string state = Directory.CreateTempSubdirectory("weir-test-").FullName;
    private readonly string weirName = TestNamespace.NewName();

    public CaptureBench(int workloads = 2, bool failClosed = false)
    {
        Host = new TestHost(workloads);
        Settings = new CaptureSettings(state, weirName) { FailClosed = failClosed };
        Captures = new Captures(Settings);
        foreach (TestWorkload workload in Host.Workloads)
            WaitUntilReady(workload);
    }

    public TestHost Host { get; }

    public CaptureSettings Settings { get; }

    public Captures Captures { get; private set; }

    public string WeirName => weirName;

    /// <summary>What a new process has: nothing in memory.</summary>
    public Captures NewProcess() => Captures = new Captures(Settings);

    public static CaptureTarget Target(TestWorkload workload) => new(workload.Name, workload.Namespace.NamespacePath);

    public CapturedWorkload Capture(TestWorkload workload) => Captures.Apply(Captures.Plan(Target(workload), CaptureMode.Inline));

    /// <summary>The states of all namespaces concerned.</summary>
    public IReadOnlyList<NamespaceState> ReadAll() => [.. Names().Select(Read)];

    /// <summary>Fails with the differences, if any remain; the kernel gets a moment for carrier and neighbour work.</summary>
    public void ExpectAsBefore(IReadOnlyList<NamespaceState> before)
    {
        IReadOnlyList<string> differences = [];
        bool equal = Eventually.Within(TimeSpan.FromSeconds(4), () =>
        {
            differences = [.. before.Zip(ReadAll()).SelectMany(pair => NamespaceState.Compare(pair.First, pair.Second).Select(line => $"{pair.First.Namespace}: {line}"))];
            return differences.Count == 0;
        });
        Assert.True(equal, string.Join('\n', differences));
        Assert.False(NetworkNamespace.NamedExists(weirName), $"{weirName} is still there");
    }

    public void Ping(TestWorkload from, string address, int count = 1) =>
        from.Namespace.Run("ping", "-c", $"{count}", "-i", "0.05", "-W", "2", address);

    public void Dispose()
    {
        TestNamespace.Delete(weirName);
        Host.Dispose();
        Directory.Delete(state, recursive: true);
    }

    public static void WaitUntilReady(TestWorkload workload) =>
        Eventually.True(TimeSpan.FromSeconds(5), () => workload.Namespace.Ip("-6 address show tentative").Output.Length == 0
            && workload.Namespace.Ip("link show eth0").Output.Contains("state UP", StringComparison.Ordinal)
            && workload.Namespace.Ip("-6 route show table local").Output.Contains("fe80", StringComparison.Ordinal), $"eth0 of {workload.Name} ready");

    private IEnumerable<string> Names() => Host.Workloads.Select(workload => workload.Namespace.Name).Append(Host.Network.Name);

    private static NamespaceState Read(string name)
    {
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(name);
        return NamespaceState.Read(ns);
    }
}
