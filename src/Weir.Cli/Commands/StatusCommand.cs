using System.CommandLine;
using Weir.Agent.Api;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary><c>weir status</c></summary>
internal static class StatusCommand
{
    public static Command Create(CommandHost host) =>
        host.Command("status", "What the agent has and does. Exit code 1: no agent runs.", RunAsync)
            .WithExamples("weir status", "weir status --json");

    private static async Task<int> RunAsync(Invocation invocation)
    {
        using var agent = await invocation.FindAgentAsync();
        if (agent is null)
        {
            invocation.Terminal.Note($"No agent answers at {invocation.SocketPath}. 'weir up' starts one; captures that are in place go on without it.");
            return ExitCode.No;
        }

        var status = await agent.StatusAsync(invocation.Cancel);
        if (invocation.WantsJson)
            invocation.Terminal.Json(status, ApiJson.Default.AgentStatus);
        else
            Show(invocation, status);
        return ExitCode.Done;
    }

    private static void Show(Invocation invocation, AgentStatus status)
    {
        var terminal = invocation.Terminal;
        terminal.Line($"agent       {status.Version}, process {status.ProcessId}, up for {Words.Ago(invocation.Clock.GetUtcNow() - status.Started)}");
        terminal.Line($"state       {status.StateDirectory}, namespace {status.Namespace}, {(status.FailClosed ? "fail-closed" : "fail-open")}");
        terminal.Line($"workloads   {status.Workloads}, {status.Captured} captured");
        terminal.Line($"policy      generation {status.PolicyGeneration}, {status.Rules} rules, {status.LearnedRules} learned");
        terminal.Line($"sessions    {status.OpenSessions} open{(status.RecordsLost > 0 ? $", {status.RecordsLost} not recorded" : "")}");
        if (status.Counters.Count == 0)
            return;

        terminal.Line();
        var table = new TableView("counter", Column.Number("value"));
        foreach (var (name, value) in status.Counters.OrderBy(counter => counter.Key, StringComparer.Ordinal))
            table.Add(name, value.ToString());
        terminal.Table(table);
    }
}
