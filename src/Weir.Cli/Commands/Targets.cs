using Weir.Agent;
using Weir.Capture;
using Weir.Linux;

namespace Weir.Cli.Commands;

/// <summary>A workload by its name on this host, for commands that work without an agent.</summary>
internal static class Targets
{
    public static CaptureTarget Find(string workload, string? namespacePath)
    {
        var path = namespacePath ?? Path.Combine(NetworkNamespace.NamesDirectory, workload);
        if (File.Exists(path))
            return new CaptureTarget(workload, path);

        throw new AgentException(
            AgentProblem.NotFound,
            namespacePath is null ? $"There is no workload {workload} on this host." : $"There is no namespace {namespacePath}.",
            [
                $"Workloads are the named network namespaces: {NetworkNamespace.NamesDirectory} lists them, as 'ip netns' does.",
                "--netns PATH names another one, for instance /proc/4711/ns/net for a process.",
            ]);
    }
}
