using System.CommandLine;
using Weir.Agent.Api;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary><c>weir mode GROUP discover|monitor|protect</c></summary>
internal static class ModeCommand
{
    public static Command Create(CommandHost host)
    {
        var group = new Argument<string>("GROUP") { Description = "A group of the policy, or a workload", HelpName = "GROUP" };
        group.CompletionSources.Add(_ => Directory.Exists(Linux.NetworkNamespace.NamesDirectory) ? Linux.NetworkNamespace.ListNamed() : []);
        var mode = Parameters.PolicyMode();
        var command = host.Command("mode", "How strictly a group is treated. Open sessions are judged again at once.", RunAsync)
            .WithExamples("weir mode db protect", "weir mode frontend monitor");
        command.Add(group);
        command.Add(mode);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            using var agent = await invocation.AgentAsync();
            var groups = await agent.SetModeAsync(invocation.Arguments.GetRequiredValue(group), invocation.Arguments.GetRequiredValue(mode), invocation.Cancel);
            if (invocation.WantsJson)
                invocation.Terminal.Json(groups, ApiJson.Default.IReadOnlyListGroupStatus);
            else
                Show(invocation.Terminal, groups);
            return ExitCode.Done;
        }
    }

    private static void Show(Terminal terminal, IReadOnlyList<GroupStatus> groups)
    {
        var table = new TableView("group", "mode", "members", "labels");
        foreach (var group in groups)
        {
            table.Add(
                new Cell(group.Name, Tone.Strong),
                group.Mode is { } mode ? Words.Lower(mode) : new Cell("default", Tone.Faint),
                string.Join(' ', group.Members),
                string.Join(' ', group.Labels.Select(label => $"{label.Key}={label.Value}")));
        }

        terminal.Table(table);
    }
}
