using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent.Configuration;

/// <summary>From text to <see cref="AgentConfig"/>, with all findings at once.</summary>
internal static class AgentConfigReader
{
    private static readonly string[] s_keys =
        ["state", "socket", "socketGroup", "namespace", "failClosed", "heartbeat", "ring", "sessions", "workloads", .. PolicySection.Keys];

    private static readonly string[] s_workloadKeys = ["name", "namespace", "labels", "capture"];

    public static ConfigResult<AgentConfig> Parse(string text, string name)
    {
        var findings = new ConfigFindings(name);
        var config = ReadText(text, name, findings);
        if (config is not null)
            findings.AddByPath(PolicyConfigValidator.Check(config.Policy, config.Workloads.Select(w => w.Name)));
        return new ConfigResult<AgentConfig>(findings.HasErrors ? null : config, findings.Sorted());
    }

    private static AgentConfig? ReadText(string text, string name, ConfigFindings findings)
    {
        var root = YamlText.Read(text, name, findings.All);
        if (root is null or YamlScalar { IsNull: true }) return findings.HasErrors ? null : new AgentConfig();
        if (root is YamlMapping mapping) return Read(new ConfigSection(mapping, "", "the configuration", s_keys, findings));
        findings.Error(root.Position, $"the configuration is {root.Kind}", $"write keys: {string.Join(", ", s_keys)}");
        return null;
    }

    private static AgentConfig Read(ConfigSection root)
    {
        var fallback = new AgentConfig();
        return new AgentConfig
        {
            StateDirectory = AbsolutePath(root, "state", fallback.StateDirectory),
            SocketPath = SocketPath(root, fallback.SocketPath),
            SocketGroup = root.Has("socketGroup") ? root.Text("socketGroup", "") : null,
            Namespace = NamespaceName(root, "namespace", fallback.Namespace),
            FailClosed = root.Switch("failClosed", fallback.FailClosed),
            Heartbeat = root.Duration("heartbeat", fallback.Heartbeat, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10)),
            RingSlots = RingSlots(root, fallback.RingSlots),
            MaximumSessions = root.Section("sessions", ["max"])?.Number("max", fallback.MaximumSessions, 1024, 16_777_216) ?? fallback.MaximumSessions,
            Workloads = Workloads(root),
            Policy = PolicySection.Read(root),
            HasPolicy = Array.Exists(PolicySection.Keys, root.Has),
        };
    }

    private static string AbsolutePath(ConfigSection section, string key, string fallback)
    {
        var path = section.Text(key, fallback);
        if (path.StartsWith('/')) return path;
        section.ErrorAt(key, $"{key} is '{path}'", "write a path that begins with '/'");
        return fallback;
    }

    private static string SocketPath(ConfigSection section, string fallback)
    {
        // sun_path of struct sockaddr_un, unix(7): 108 bytes with the ending zero.
        const int Longest = 107;
        var path = AbsolutePath(section, "socket", fallback);
        if (System.Text.Encoding.UTF8.GetByteCount(path) <= Longest) return path;
        section.ErrorAt("socket", $"the socket's path is longer than {Longest} bytes", "choose a shorter one");
        return fallback;
    }

    private static string NamespaceName(ConfigSection section, string key, string fallback)
    {
        var name = section.Text(key, fallback);
        if (NamePattern.IsName(name)) return name;
        section.ErrorAt(key, $"'{name}' is no namespace name", "use letters, digits, '-', '_' and '.', as for ip netns");
        return fallback;
    }

    private static int RingSlots(ConfigSection root, int fallback)
    {
        if (root.Section("ring", ["slots"]) is not { } section) return fallback;
        var slots = section.Number("slots", fallback, 256, 262_144);
        if (int.PopCount(slots) == 1) return slots;
        section.ErrorAt("slots", $"{slots} slots", "write a power of two, like 16384");
        return fallback;
    }

    private static List<WorkloadConfig> Workloads(ConfigSection root)
    {
        var workloads = new List<WorkloadConfig>();
        var names = new HashSet<string>();
        foreach (var section in root.Sections("workloads", "a workload", s_workloadKeys))
        {
            var name = section.RequiredText("name");
            if (name.Length > 0 && !NamePattern.IsName(name))
                section.ErrorAt("name", $"'{name}' is no workload name", "use letters, digits, '-', '_' and '.', beginning with a letter or digit");
            else if (name.Length > 0 && !names.Add(name))
                section.ErrorAt("name", $"the workload '{name}' is there twice", "rename one");
            workloads.Add(new WorkloadConfig
            {
                Name = name,
                Namespace = NamespaceOf(section, name),
                Labels = section.Labels("labels"),
                Capture = section.Choice<CaptureMode?>("capture", null, ("inline", CaptureMode.Inline), ("tap", CaptureMode.Tap), ("none", null)),
            });
        }

        return workloads;
    }

    /// <summary>The namespace of the workload's own name, unless another one is said.</summary>
    private static string NamespaceOf(ConfigSection section, string name)
    {
        var text = section.Text("namespace", name);
        var isPath = text.Contains('/', StringComparison.Ordinal);
        if (text == name || (isPath ? text.StartsWith('/') : NamePattern.IsName(text))) return text;
        section.ErrorAt("namespace", $"'{text}' is no namespace", "write a name as for ip netns, or a path that begins with '/'");
        return name;
    }
}
