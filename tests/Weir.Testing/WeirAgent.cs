using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Weir.Testing;

/// <summary>The published program as a user has it: an agent with its own state and socket, and the commands that talk to it.</summary>
public sealed class WeirAgent : IDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(20);

    private readonly ScratchFolder _folder = new();
    private readonly string _configuration;
    private RunningTool? _agent;

    /// <param name="workloads">Name and namespace of each workload.</param>
    /// <param name="settings">More lines of weir.yaml.</param>
    public WeirAgent(IReadOnlyDictionary<string, TestWorkload> workloads, string settings = "")
    {
        string list = string.Join('\n', workloads.Select(workload => $"  - name: {workload.Key}\n    namespace: {workload.Value.Name}"));
        _configuration = _folder.Write("weir.yaml", $"{settings}\nworkloads:\n{list}\n");
    }

    /// <summary>The file that <c>./weir</c> builds and starts.</summary>
    public static string Program { get; } =
        Environment.GetEnvironmentVariable("WEIR_PROGRAM") ?? Path.Combine(Repository.Root, "artifacts/weir/current/weir");

    public string StateDirectory => _folder.PathOf("state");

    public string Socket => _folder.PathOf("weir.sock");

    public int Pid => _agent?.Pid ?? throw new InvalidOperationException("the agent does not run");

    /// <summary>Weir's own namespace, which is there while something is captured.</summary>
    public string? Namespace => Directory.Exists("/run/netns")
        ? Directory.GetFiles("/run/netns", "weir-*").Select(path => Path.GetFileName(path)).FirstOrDefault(name => name == NamespaceName)
        : null;

    // As Weir.Agent's AgentNames makes it from the state directory.
    private string NamespaceName => "weir-" + Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(StateDirectory)).AsSpan(0, 3));

    public static void Require() => RootTier.Require("ip", "ss", Program);

    /// <summary>Starts <c>weir up</c> and waits until it answers.</summary>
    public WeirAgent Start(IReadOnlyDictionary<string, string?>? environment = null)
    {
        _agent?.Dispose();
        _agent = RunningTool.Start(Program, ["up", "-c", _configuration, "--state", StateDirectory, "--socket", Socket], environment);
        Assert.True(
            Eventually.Within(StartTime, () => _agent.HasExited || (File.Exists(Socket) && Try("status").Succeeded)) && !_agent.HasExited,
            $"weir up has not started\n{_agent.Output}{_agent.Error}");
        return this;
    }

    /// <summary>As systemd would: SIGTERM; it must end with 0.</summary>
    public void Stop()
    {
        RunningTool agent = _agent ?? throw new InvalidOperationException("the agent does not run");
        agent.Signal("TERM");
        Assert.True(agent.WaitForExit(TimeSpan.FromSeconds(15)), "weir up has not ended 15 s after SIGTERM");
        Assert.True(agent.Result.Succeeded, agent.Result.ToString());
        _agent = null;
        agent.Dispose();
    }

    /// <summary>As a crash: SIGKILL.</summary>
    public void Kill()
    {
        _agent?.Dispose();
        _agent = null;
    }

    public void Signal(string signal) => _agent!.Signal(signal);

    /// <summary>A command that must end with 0.</summary>
    public ToolResult Run(params IReadOnlyList<string> arguments) => Try(arguments).Check();

    /// <summary>A command, whatever it ends with.</summary>
    public ToolResult Try(params IReadOnlyList<string> arguments) => Try(arguments, environment: null);

    public ToolResult Try(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? environment)
    {
        using RunningTool command = RunningTool.Start(Program, [.. arguments, "--state", StateDirectory, "--socket", Socket], environment);
        command.CloseInput();
        Assert.True(command.WaitForExit(TimeSpan.FromSeconds(60)), $"{command.Command} still runs after a minute\n{command.Output}{command.Error}");
        return command.Result;
    }

    /// <summary>A command with <c>--json</c> that must end with 0.</summary>
    public JsonElement Json(params IReadOnlyList<string> arguments) => Run([.. arguments, "--json"]).Json;

    /// <summary>All recorded and open sessions.</summary>
    public IReadOnlyList<JsonElement> Flows(params IReadOnlyList<string> filter) => [.. Json(["flows", "--limit", "100000", .. filter]).EnumerateArray()];

    /// <summary>One of the data path's counters, by its name in <c>weir status --json</c>; 0 when it has not been counted yet.</summary>
    public long Counter(string name) => Json("status").GetProperty("counters").TryGetProperty(name, out JsonElement value) ? value.GetInt64() : 0;

    public void Policy(string yaml) => Run("policy", "apply", _folder.Write("policy.yaml", yaml));

    /// <summary>Each thread's network namespace must be the one that the process was started in.</summary>
    public void CheckThreads()
    {
        string own = File.ResolveLinkTarget("/proc/self/ns/net", returnFinalTarget: false)!.Name;
        foreach (string task in Directory.GetDirectories($"/proc/{Pid}/task"))
        {
            // A thread may end while we look.
            if (File.ResolveLinkTarget($"{task}/ns/net", returnFinalTarget: false) is { } link)
                Assert.True(link.Name == own, $"thread {File.ReadAllText($"{task}/comm").Trim()} of the agent is in {link.Name}, not in {own}");
        }
    }

    public void Dispose()
    {
        _agent?.Dispose();
        if (Namespace is { } left)
        {
            Try("release", "--all");
            TestNamespace.Delete(left);
        }

        _folder.Dispose();
    }
}
