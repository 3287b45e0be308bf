using System.CommandLine;
using Weir.Agent;
using Weir.Agent.Configuration;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary><c>weir.yaml</c>, as <c>weir up</c> and the commands that act without an agent find it: what <c>--config</c> names, else the default file when it exists.</summary>
internal static class ConfigFile
{
    public static Option<string?> CreateOption() => new("--config", "-c") { Description = $"The configuration [default: {AgentConfig.DefaultPath}, when it exists]", HelpName = "FILE" };

    /// <exception cref="AgentException">With all errors of the file.</exception>
    public static AgentConfig Load(Terminal terminal, string? path)
    {
        if (path is null && !File.Exists(AgentConfig.DefaultPath))
            return new AgentConfig();

        var read = AgentConfig.Load(path ?? AgentConfig.DefaultPath);
        if (read.Value is null)
            throw new AgentException(AgentProblem.Request, "The configuration has errors; nothing was done.", [.. read.Findings.Select(finding => finding.ToString())]);
        foreach (var finding in read.Findings)
            terminal.Note(finding.ToString());
        return read.Value;
    }
}
