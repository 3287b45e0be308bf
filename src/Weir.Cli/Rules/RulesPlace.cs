using System.CommandLine;
using Weir.Agent;
using Weir.Linux;

namespace Weir.Cli.Rules;

/// <summary>The namespace that <c>--at</c> names.</summary>
internal static class RulesPlace
{
    public static Option<string?> Option()
    {
        var option = new Option<string?>("--at") { Description = "The network namespace: a name, or a path such as /proc/4711/ns/net [default: this one]", HelpName = "NAMESPACE" };
        option.CompletionSources.Add(_ => Directory.Exists(NetworkNamespace.NamesDirectory) ? NetworkNamespace.ListNamed() : []);
        return option;
    }

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
