using Weir.Agent;
using Weir.Linux;

namespace Weir.Cli.Rules;

/// <summary>The namespace that <c>--at</c> names.</summary>
internal static class RulesPlace
{
    public static NetworkNamespace Open(string? name)
    {
        if (name is null)
            return NetworkNamespace.OpenCurrent();
        if (name.Contains('/') ? File.Exists(name) : NetworkNamespace.NamedExists(name))
            return name.Contains('/') ? NetworkNamespace.OpenPath(name) : NetworkNamespace.OpenNamed(name);

        throw new AgentException(
            AgentProblem.NotFound,
            $"There is no network namespace {name}.",
            [$"{NetworkNamespace.NamesDirectory} has the named ones, as 'ip netns' lists them; a process's is /proc/PID/ns/net."]);
    }
}
