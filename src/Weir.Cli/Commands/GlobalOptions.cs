using System.CommandLine;
using Weir.Agent;

namespace Weir.Cli.Commands;

/// <summary>The options that every command takes.</summary>
public sealed class GlobalOptions
{
    public Option<string> State { get; } = new("--state")
    {
        Description = "Where the agent keeps its state",
        HelpName = "DIR",
        Recursive = true,
        DefaultValueFactory = _ => AgentOptions.DefaultStateDirectory,
    };

    public Option<string?> Socket { get; } = new("--socket")
    {
        Description = $"The agent's Unix socket [default: {AgentOptions.DefaultSocketPath}, or weir.sock in another --state]",
        HelpName = "PATH",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print data as JSON", Recursive = true };

    public Option<bool> Debug { get; } = new("--debug") { Description = "Show where an error comes from", Recursive = true };

    /// <summary>Not every command's: for those that live by the configuration, and add it themselves.</summary>
    public Option<string?> Config { get; } = ConfigFile.CreateOption();

    public void AddTo(Command command)
    {
        command.Add(State);
        command.Add(Socket);
        command.Add(Json);
        command.Add(Debug);
    }
}
