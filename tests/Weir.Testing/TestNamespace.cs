using System.Globalization;

namespace Weir.Testing;

/// <summary>A named network namespace of one test, <c>weir-test-PID-N</c>. Dispose ends what runs in it and deletes it.</summary>
public sealed class TestNamespace : IDisposable
{
    public const string Prefix = "weir-test-";

    private static int _lastNumber;

    // Before the first namespace of this process: what processes that were killed have left behind.
    private static readonly Lazy<int> Leftovers = new(RemoveLeftovers);

    private readonly List<RunningTool> _running = [];
    private readonly Lock _gate = new();
    private bool _disposed;

    /// <summary>Makes the namespace, with its loopback up.</summary>
    public TestNamespace()
        : this(NewName())
    {
    }

    private TestNamespace(string name)
    {
        _ = Leftovers.Value;
        Name = name;
        Tool.Run("ip", "netns", "add", name);
        Ip("link set lo up");
    }

    public string Name { get; }

    public string NamespacePath => $"/run/netns/{Name}";

    /// <summary>A name that no other test has; for namespaces that the tested code makes itself (see <see cref="Delete"/>).</summary>
    public static string NewName() => $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _lastNumber)}";

    /// <summary>Ends the processes of a namespace and deletes it, if it is there.</summary>
    public static void Delete(string name)
    {
        if (!File.Exists($"/run/netns/{name}"))
            return;
        foreach (string pid in Tool.Try("ip", "netns", "pids", name).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Tool.Try("kill", "-KILL", pid);
        Tool.Try("ip", "netns", "delete", name);
    }

    /// <summary>Runs <c>ip -n NAME …</c> with the words of one line; it must succeed.</summary>
    public ToolResult Ip(string line) => Tool.Run("ip", ["-n", Name, .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    /// <summary>Runs a program inside; it must end with 0.</summary>
    public ToolResult Run(string program, params IReadOnlyList<string> arguments) => Tool.RunIn(Name, program, arguments);

    /// <summary>Runs a program inside, whatever it ends with.</summary>
    public ToolResult Try(string program, params IReadOnlyList<string> arguments) => Tool.TryIn(Name, program, arguments);

    /// <summary>Starts a program inside, which ends with this namespace at the latest.</summary>
    public RunningTool Start(string program, params IReadOnlyList<string> arguments)
    {
        RunningTool tool = RunningTool.StartIn(Name, program, arguments);
        lock (_gate)
            _running.Add(tool);
        return tool;
    }

    /// <summary>Waits until something listens on the TCP port in this namespace.</summary>
    public void WaitForListener(int port, TimeSpan? deadline = null) =>
        Eventually.True(
            deadline ?? TimeSpan.FromSeconds(20),
            () => Try("ss", "-Hltn", $"sport = :{port}").Output.Trim().Length > 0,
            $"a listener on port {port} in {Name}");

    /// <summary>Waits until a UDP socket is bound to the port in this namespace.</summary>
    public void WaitForUdp(int port) =>
        Eventually.True(
            TimeSpan.FromSeconds(20),
            () => Try("ss", "-Hlun", $"sport = :{port}").Output.Trim().Length > 0,
            $"a UDP socket on port {port} in {Name}");

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        lock (_gate)
        {
            foreach (RunningTool tool in _running)
                tool.Dispose();
        }

        Delete(Name);
    }

    private static int RemoveLeftovers()
    {
        if (!Directory.Exists("/run/netns"))
            return 0;
        List<string> dead = [.. Directory.GetFiles("/run/netns", $"{Prefix}*").Select(Path.GetFileName).OfType<string>().Where(IsOfDeadProcess)];
        dead.ForEach(Delete);
        return dead.Count;
    }

    private static bool IsOfDeadProcess(string name)
    {
        string pid = name[Prefix.Length..].Split('-')[0];
        return int.TryParse(pid, CultureInfo.InvariantCulture, out _) && !Directory.Exists($"/proc/{pid}");
    }
}
