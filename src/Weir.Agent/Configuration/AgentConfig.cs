using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent.Configuration;

/// <summary>What <c>weir.yaml</c> says; every part has a default, so that an empty file is a good one. docs/weir.example.yaml shows all keys.</summary>
public sealed record AgentConfig
{
    public const string DefaultPath = "/etc/weir/weir.yaml";

    private const long LongestFile = 16 * 1024 * 1024;

    /// <summary>Where the store and the capture journals live.</summary>
    public string StateDirectory { get; init; } = "/var/lib/weir";

    /// <summary>The Unix socket of the API.</summary>
    public string SocketPath { get; init; } = "/run/weir/weir.sock";

    /// <summary>The group whose members may use the socket besides root; null: root alone.</summary>
    public string? SocketGroup { get; init; }

    /// <summary>Weir's own named network namespace.</summary>
    public string Namespace { get; init; } = "weir";

    /// <summary>Inline workloads' traffic is dropped, not passed, while the agent is dead.</summary>
    public bool FailClosed { get; init; }

    /// <summary>How long the packet loop may be silent before the kernel holds it for dead; 100 ms to 10 s.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>Slots of 2 KiB in the packet ring; a power of two, 256 to 262144.</summary>
    public int RingSlots { get; init; } = 16_384;

    /// <summary>The most sessions that are watched at once; 1024 to 16777216.</summary>
    public int MaximumSessions { get; init; } = 262_144;

    public IReadOnlyList<WorkloadConfig> Workloads { get; init; } = [];

    /// <summary><c>defaultMode</c>, <c>groups</c> and <c>rules</c>.</summary>
    public PolicyConfig Policy { get; init; } = new();

    /// <summary>True when the file has <c>defaultMode</c>, <c>groups</c> or <c>rules</c>: it then brings a policy of its own.</summary>
    public bool HasPolicy { get; init; }

    public string StorePath => Path.Combine(StateDirectory, "weir.db");

    /// <summary>Reads a file. Errors in it are findings, with <c>file:line:column</c> each; so is a file that can't be read.</summary>
    public static ConfigResult<AgentConfig> Load(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length <= LongestFile) return Parse(File.ReadAllText(path), path);
            return new ConfigResult<AgentConfig>(null, [Finding.Error(path, $"the file has {length} bytes", $"more than {LongestFile} are not read")]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new ConfigResult<AgentConfig>(null, [Finding.Error(path, $"can't be read: {exception.Message}", "check the path and its permissions")]);
        }
    }

    /// <summary>The same from text; <paramref name="name"/> stands for the file in findings.</summary>
    public static ConfigResult<AgentConfig> Parse(string text, string name) => AgentConfigReader.Parse(text, name);
}

/// <summary>A workload that the configuration names.</summary>
public sealed record WorkloadConfig
{
    public required string Name { get; init; }

    /// <summary>A named namespace, or the path of a namespace file when it has a slash (<c>/proc/4711/ns/net</c>).</summary>
    public required string Namespace { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>How to capture it at start; null: not at all.</summary>
    public CaptureMode? Capture { get; init; }
}

/// <summary>A value that was read, and all that was found wrong on the way.</summary>
/// <param name="Value">Null when a finding is an error.</param>
public sealed record ConfigResult<T>(T? Value, IReadOnlyList<Finding> Findings)
    where T : class;
