using System.CommandLine;
using Weir.Agent.Api;
using Weir.Capture;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary><c>weir capture WORKLOAD --mode M</c></summary>
internal static class CaptureCommand
{
    public static Command Create(CommandHost host)
    {
        var workload = Parameters.Workload("The workload to capture");
        var mode = Parameters.CaptureMode();
        var netns = new Option<string?>("--netns") { Description = "The workload's namespace, when it has no name (without an agent only)", HelpName = "PATH" };
        var failClosed = new Option<bool>("--fail-closed") { Description = "Inline: drop its traffic while no agent runs (without an agent only)" };
        var command = host.Command("capture", "Puts Weir between a workload and its network. Without an agent its traffic passes until one is started.", RunAsync)
            .WithExamples("weir capture web --mode inline", "weir capture db --mode tap --json");
        command.Add(workload);
        command.Add(mode);
        command.Add(netns);
        command.Add(failClosed);
        command.Add(host.Globals.Config);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            var name = invocation.Arguments.GetRequiredValue(workload);
            var wanted = invocation.Arguments.GetValue(mode) ?? CaptureMode.Inline;
            using var agent = await invocation.FindConfiguredAgentAsync();
            var result = agent is not null
                ? await agent.CaptureAsync(name, wanted, invocation.Cancel)
                : CaptureDirectly(invocation.Captures(invocation.Arguments.GetValue(failClosed)), Targets.Find(name, invocation.Arguments.GetValue(netns)), wanted);
            Show(invocation, result, withAgent: agent is not null);
            return ExitCode.Done;
        }
    }

    private static CaptureResult CaptureDirectly(Captures captures, CaptureTarget target, CaptureMode mode)
    {
        captures.Recover();
        var steps = new List<PlanStep>();
        var captured = captures.Apply(captures.Plan(target, mode), step => steps.Add(PlanStep.Of(step)));
        return CaptureResult.Of(captured, steps);
    }

    private static void Show(Invocation invocation, CaptureResult result, bool withAgent)
    {
        if (invocation.WantsJson)
        {
            invocation.Terminal.Json(result, ApiJson.Default.CaptureResult);
            return;
        }

        foreach (var step in result.Steps)
            invocation.Terminal.Line(new Cell($"  {step.Explanation}", Tone.Faint));
        var ports = string.Join(", ", result.Ports.Select(port => port.OutsideName.Length > 0 ? $"{port.Name} ({port.OutsideName}, {port.InsideName})" : port.Name));
        invocation.Terminal.Line($"{result.Workload} is captured {Words.Lower(result.Mode)}: {ports}.");
        if (!withAgent)
            invocation.Terminal.Note("No agent runs: nothing is watched or judged until 'weir up' starts one. 'weir release' undoes the capture.");
    }
}
