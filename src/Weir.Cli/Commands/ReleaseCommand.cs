using System.CommandLine;
using Weir.Agent;
using Weir.Agent.Api;
using Weir.Capture;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary><c>weir release WORKLOAD|--all</c></summary>
internal static class ReleaseCommand
{
    public static Command Create(CommandHost host)
    {
        var workload = Parameters.Workload("The workload to release");
        workload.Arity = ArgumentArity.ZeroOrOne;
        var all = new Option<bool>("--all") { Description = "Release everything, and undo what a crash left half done" };
        var command = host.Command("release", "Leaves a workload as it was found.", RunAsync)
            .WithExamples("weir release web", "weir release --all");
        command.Add(workload);
        command.Add(all);
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetValue(workload) is not null))
                result.AddError("Name one workload, or say --all.");
        });
        command.Add(host.Globals.Config);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            var name = invocation.Arguments.GetValue(all) ? null : invocation.Arguments.GetRequiredValue(workload);
            using var agent = await invocation.FindConfiguredAgentAsync();
            var result = (agent, name) switch
            {
                ({ }, null) => await agent.ReleaseAllAsync(invocation.Cancel),
                ({ }, _) => await agent.ReleaseAsync(name, invocation.Cancel),
                _ => ReleaseDirectly(invocation, name),
            };
            Show(invocation, result);
            return ExitCode.Done;
        }
    }

    private static ReleaseResult ReleaseDirectly(Invocation invocation, string? name)
    {
        var captures = invocation.Captures();
        var recovery = captures.Recover();
        foreach (var line in recovery.Finished.Concat(recovery.Undone))
            invocation.Terminal.Note(line);
        var names = NamesToRelease(captures, name);
        var steps = new List<PlanStep>();
        foreach (var workload in names)
            captures.Release(workload, step => steps.Add(PlanStep.Of(step)));
        if (recovery.Failed.Count > 0)
            throw new AgentException(AgentProblem.Host, "Something that a crash left behind could not be undone.", recovery.Failed);
        return new ReleaseResult(names, steps);
    }

    private static IReadOnlyList<string> NamesToRelease(Captures captures, string? name)
    {
        IReadOnlyList<string> captured = [.. captures.List().Select(capture => capture.Target.Workload)];
        if (name is null)
            return captured;
        return captured.Contains(name) ? [name] : throw new AgentException(
            AgentProblem.NotFound,
            $"{name} is not captured.",
            [captured.Count > 0 ? $"Captured are: {string.Join(", ", captured)}." : "Nothing is captured in this state directory; --state names another."]);
    }

    private static void Show(Invocation invocation, ReleaseResult result)
    {
        if (invocation.WantsJson)
        {
            invocation.Terminal.Json(result, ApiJson.Default.ReleaseResult);
            return;
        }

        foreach (var step in result.Steps)
            invocation.Terminal.Line(new Cell($"  {step.Explanation}", Tone.Faint));
        invocation.Terminal.Line(result.Released.Count > 0 ? $"Released: {string.Join(", ", result.Released)}." : "Nothing was captured.");
    }
}
