using System.CommandLine;
using Weir.Agent.Api;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary><c>weir verify</c></summary>
internal static class VerifyCommand
{
    public static Command Create(CommandHost host)
    {
        var command = host.Command("verify", "The kernel's state against the plans of what is captured. Exit code 1: they differ.", RunAsync)
            .WithExamples("weir verify", "weir verify --json");
        command.Add(host.Globals.Config);
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation)
    {
        using var agent = await invocation.FindConfiguredAgentAsync();
        var result = agent is not null ? await agent.VerifyAsync(invocation.Cancel) : VerifyDirectly(invocation);
        if (invocation.WantsJson)
            invocation.Terminal.Json(result, ApiJson.Default.VerifyResult);
        else
            Show(invocation.Terminal, result);
        return result.InPlace ? ExitCode.Done : ExitCode.No;
    }

    private static VerifyResult VerifyDirectly(Invocation invocation)
    {
        var drift = invocation.Captures().Verify();
        return new VerifyResult(drift.Count == 0, [.. drift.Select(DriftStatus.Of)]);
    }

    private static void Show(Terminal terminal, VerifyResult result)
    {
        if (result.InPlace)
        {
            terminal.Line(new Cell("All captures are in place.", Tone.Good));
            return;
        }

        var table = new TableView("workload", "what", "expected", "found");
        foreach (var drift in result.Drift)
            table.Add(drift.Workload, drift.What, drift.Expected, new Cell(drift.Found, Tone.Bad));
        terminal.Table(table);
        terminal.Note("'weir release WORKLOAD' and 'weir capture WORKLOAD' put it right.");
    }
}
