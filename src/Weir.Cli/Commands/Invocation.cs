using System.CommandLine;
using Weir.Agent;
using Weir.Agent.Api;
using Weir.Capture;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary>One run of a command: what was asked, where the answer goes, and the agent if there is one.</summary>
public sealed class Invocation(ParseResult arguments, GlobalOptions globals, Terminal terminal, TimeProvider clock, CancellationToken cancel)
{
    public ParseResult Arguments { get; } = arguments;

    public Terminal Terminal { get; } = terminal;

    public TimeProvider Clock { get; } = clock;

    /// <summary>Ctrl-C, SIGTERM.</summary>
    public CancellationToken Cancel { get; } = cancel;

    public string StateDirectory => Path.GetFullPath(Arguments.GetRequiredValue(globals.State));

    public string SocketPath => Arguments.GetValue(globals.Socket) ?? DefaultSocketFor(StateDirectory);

    /// <summary>Whether <c>--socket</c> was given, and the configuration's value does not count.</summary>
    public bool SocketIsGiven => Arguments.GetValue(globals.Socket) is not null;

    public bool StateIsGiven => Arguments.GetResult(globals.State) is { Implicit: false };

    public bool WantsJson => Arguments.GetValue(globals.Json);

    public bool WantsDebug => Arguments.GetValue(globals.Debug);

    /// <summary>The agent at the socket, or null.</summary>
    public Task<AgentClient?> FindAgentAsync() => AgentClient.FindAsync(SocketPath, Cancel);

    /// <summary>The agent at the socket.</summary>
    public async Task<AgentClient> AgentAsync() => await FindAgentAsync() ?? throw new AgentException(
        AgentProblem.Host,
        $"No agent answers at {SocketPath}.",
        ["'weir up' starts one. If one runs elsewhere, name its place with --state or --socket."]);

    /// <summary>The captures of the state directory, for a host without a running agent.</summary>
    public Captures Captures(bool failClosed = false)
    {
        RequireRoot();
        return new Captures(new CaptureSettings(StateDirectory, AgentNames.NamespaceFor(StateDirectory)) { FailClosed = failClosed });
    }

    public static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new AgentException(
                AgentProblem.Forbidden,
                "This needs root: it reads and changes other network namespaces.",
                ["Run it with sudo. With a running agent, members of the group that weir.yaml names with socketGroup may use it without."]);
        }
    }

    private static string DefaultSocketFor(string stateDirectory) =>
        Path.TrimEndingDirectorySeparator(stateDirectory) == AgentOptions.DefaultStateDirectory
            ? AgentOptions.DefaultSocketPath
            : Path.Combine(stateDirectory, "weir.sock");
}
