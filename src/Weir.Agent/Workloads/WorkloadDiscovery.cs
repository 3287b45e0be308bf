using Weir.Agent.Configuration;
using Weir.Capture.Inline;
using Weir.Linux;

namespace Weir.Agent.Workloads;

/// <summary>Finds the workloads of this host: the named network namespaces but those that a Weir made, joined with those that the configuration names.</summary>
/// <remarks>
/// A configured workload stands before a named namespace: the namespace it names gets its name and labels, and is no workload of its own besides.
/// Another Weir's namespace is known by its name and the pipe in it. By both: a workload can make links in itself, but can't choose its namespace's name.
/// Links that capture put into a workload are in the reading like others; the workload's addresses do not change by being captured.
/// </remarks>
/// <param name="ownNamespace">Weir's own namespace, which is no workload.</param>
public sealed class WorkloadDiscovery(INamespaceReader reader, IReadOnlyList<WorkloadConfig> configured, string ownNamespace)
{
    /// <summary>As of the last scan, by name.</summary>
    public IReadOnlyList<DiscoveredWorkload> Current { get; private set; } = [];

    /// <summary>Looks again, and says what is different. A namespace that can't be read now is not there.</summary>
    public WorkloadChanges Scan()
    {
        var before = Current;
        Current = [.. Find().OrderBy(w => w.Name, StringComparer.Ordinal)];
        return Compare(before, Current);
    }

    private List<DiscoveredWorkload> Find()
    {
        var found = new List<DiscoveredWorkload>();
        var namespaces = new HashSet<ulong>();
        var names = new HashSet<string> { ownNamespace };
        var own = reader.Read(PathOf(ownNamespace));
        if (own is not null) namespaces.Add(own.Inode);
        var named = reader.ListNamed();
        namespaces.UnionWith(named.Where(IsNameOfWeirs).Select(name => reader.Read(PathOf(name))).OfType<NamespaceReading>().Where(HoldsPipe).Select(reading => reading.Inode));
        foreach (var workload in configured) Add(workload.Name, PathOf(workload.Namespace), workload);
        foreach (var name in named) Add(name, PathOf(name), null);
        return found;

        // One namespace is one workload, by whatever path it is reached; one name too.
        void Add(string name, string path, WorkloadConfig? config)
        {
            if (names.Contains(name) || reader.Read(path) is not { } reading || !namespaces.Add(reading.Inode)) return;
            names.Add(name);
            found.Add(new DiscoveredWorkload
            {
                Name = name,
                NamespacePath = path,
                Inode = reading.Inode,
                Labels = config?.Labels ?? new Dictionary<string, string>(),
                Capture = config?.Capture,
                Links = reading.Links,
            });
        }
    }

    private static bool IsNameOfWeirs(string name) => name == AgentNames.NamespacePrefix || name.StartsWith($"{AgentNames.NamespacePrefix}-", StringComparison.Ordinal);

    private static bool HoldsPipe(NamespaceReading reading) => reading.Links.Any(link => link is { Kind: "veth", Name: PipeNames.Bridge });

    private static WorkloadChanges Compare(IReadOnlyList<DiscoveredWorkload> before, IReadOnlyList<DiscoveredWorkload> after)
    {
        var old = before.ToDictionary(w => (w.Name, w.Inode));
        var now = after.ToDictionary(w => (w.Name, w.Inode));
        return new WorkloadChanges(
            [.. after.Where(w => !old.ContainsKey((w.Name, w.Inode)))],
            [.. before.Where(w => !now.ContainsKey((w.Name, w.Inode)))],
            [.. after.Where(w => old.TryGetValue((w.Name, w.Inode), out var was) && !was.Links.SequenceEqual(w.Links))]);
    }

    private static string PathOf(string nameOrPath)
        => nameOrPath.Contains('/', StringComparison.Ordinal) ? nameOrPath : $"{NetworkNamespace.NamesDirectory}/{nameOrPath}";
}
