using System.CommandLine;
using Weir.Agent;
using Weir.Agent.Api;
using Weir.Agent.Configuration;
using Weir.Capture;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary>One run of a command: what was asked, where the answer goes, and the agent if there is one.</summary>
public sealed class Invocation(ParseResult arguments, GlobalOptions globals, Terminal terminal, TimeProvider clock, CancellationToken cancel)
{
    private AgentOptions? _options;

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

    /// <summary>The configuration's values, and over them what the command line says.</summary>
    public AgentOptions AgentOptions => _options ??= OptionsOf(ConfigFile.Load(Terminal, Arguments.GetValue(globals.Config)));

    public bool WantsJson => Arguments.GetValue(globals.Json);

    public bool WantsDebug => Arguments.GetValue(globals.Debug);

    /// <summary>The agent at the socket, or null.</summary>
    public Task<AgentClient?> FindAgentAsync() => AgentClient.FindAsync(SocketPath, Cancel);

    /// <summary>The agent at the socket.</summary>
    public async Task<AgentClient> AgentAsync() => await FindAgentAsync() ?? throw new AgentException(
        AgentProblem.Host,
        $"No agent answers at {SocketPath}.",
        ["'weir up' starts one. If one runs elsewhere, name its place with --state or --socket."]);

    /// <summary>For commands that do their work themselves when there is no agent: the one at the socket that was given or that the configuration names, or null.</summary>
    public Task<AgentClient?> FindConfiguredAgentAsync() => AgentClient.FindAsync(SocketIsGiven || StateIsGiven ? SocketPath : AgentOptions.SocketPath!, Cancel);

    /// <summary>The captures of the state directory, for a host without a running agent, as the configuration wants them.</summary>
    public Captures Captures(bool failClosed = false)
    {
        RequireRoot();
        var settings = AgentOptions.CaptureSettings;
        return new Captures(settings with { FailClosed = settings.FailClosed || failClosed });
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

    internal AgentOptions OptionsOf(AgentConfig config)
    {
        var state = StateIsGiven ? StateDirectory : config.StateDirectory;
        var socket = SocketIsGiven || StateIsGiven ? SocketPath : config.SocketPath;
        return AgentOptions.From(config with { StateDirectory = state, SocketPath = socket }) with { Clock = Clock };
    }

    private static string DefaultSocketFor(string stateDirectory) =>
        Path.TrimEndingDirectorySeparator(stateDirectory) == AgentOptions.DefaultStateDirectory
            ? AgentOptions.DefaultSocketPath
            : Path.Combine(stateDirectory, "weir.sock");
}
