using System.CommandLine;
using Weir.Agent.Api;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary><c>weir workloads</c></summary>
internal static class WorkloadsCommand
{
    public static Command Create(CommandHost host) =>
        host.Command("workloads", "This host's workloads: their addresses, groups, mode, and whether they are captured.", RunAsync)
            .WithExamples("weir workloads", "weir workloads --json");

    private static async Task<int> RunAsync(Invocation invocation)
    {
        using var agent = await invocation.FindAgentAsync();
        if (agent is null)
            return ShowCaptures(invocation);

        var workloads = await agent.WorkloadsAsync(invocation.Cancel);
        if (invocation.WantsJson)
        {
            invocation.Terminal.Json(workloads, ApiJson.Default.IReadOnlyListWorkloadStatus);
            return ExitCode.Done;
        }

        var table = new TableView("workload", "addresses", "groups", "mode", "capture", "ports");
        foreach (var workload in workloads)
        {
            table.Add(
                new Cell(workload.Name, Tone.Strong),
                string.Join(' ', workload.Addresses),
                string.Join(' ', workload.Groups),
                new Cell(Words.Lower(workload.Mode), workload.Mode == Policy.PolicyMode.Protect ? Tone.Good : Tone.Plain),
                workload.Capture is { } mode ? Words.Lower(mode) : new Cell("-", Tone.Faint),
                string.Join(' ', workload.Ports.Select(port => port.Name)));
        }

        invocation.Terminal.Table(table);
        return ExitCode.Done;
    }

    private static int ShowCaptures(Invocation invocation)
    {
        var captured = invocation.Captures().List();
        if (invocation.WantsJson)
        {
            invocation.Terminal.Json([.. captured.Select(capture => CaptureResult.Of(capture, []))], ApiJson.Default.IReadOnlyListCaptureResult);
            return ExitCode.Done;
        }

        invocation.Terminal.Note("No agent runs; these workloads are captured:");
        var table = new TableView("workload", "namespace", "capture", "ports", "since");
        foreach (var capture in captured)
        {
            table.Add(
                capture.Target.Workload,
                capture.Target.NamespacePath,
                Words.Lower(capture.Mode),
                string.Join(' ', capture.Ports.Select(port => port.Name)),
                capture.Since.ToString("u"));
        }

        invocation.Terminal.Table(table);
        return ExitCode.Done;
    }
}
