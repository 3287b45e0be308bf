using System.CommandLine;
using Weir.Agent.Api;
using Weir.Capture;
using Weir.Cli.Output;

namespace Weir.Cli.Commands;

/// <summary><c>weir plan WORKLOAD --mode M</c></summary>
internal static class PlanCommand
{
    public static Command Create(CommandHost host)
    {
        var workload = Parameters.Workload("The workload that would be captured");
        var mode = Parameters.CaptureMode();
        var netns = new Option<string?>("--netns") { Description = "The workload's namespace, when it has no name (without an agent only)", HelpName = "PATH" };
        var render = new Option<string>("--render")
        {
            Description = "Which steps: the commands of ip, of tc, or all",
            HelpName = "ip|tc|all",
            DefaultValueFactory = _ => "all",
        };
        render.TakesOneOf("ip", "tc", "all");
        var command = host.Command("plan", "What capturing would change, as the standard tools' commands. Changes nothing.", RunAsync)
            .WithExamples("weir plan web --mode inline", "weir plan web --mode inline --render tc");
        command.Add(workload);
        command.Add(mode);
        command.Add(render);
        command.Add(netns);
        command.Add(host.Globals.Config);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            var name = invocation.Arguments.GetRequiredValue(workload);
            var wanted = invocation.Arguments.GetValue(mode) ?? CaptureMode.Inline;
            using var agent = await invocation.FindConfiguredAgentAsync();
            var plan = agent is not null
                ? await agent.PlanAsync(name, wanted, invocation.Cancel)
                : PlanResult.Of(invocation.Captures().Plan(Targets.Find(name, invocation.Arguments.GetValue(netns)), wanted));
            if (invocation.WantsJson)
                invocation.Terminal.Json(plan, ApiJson.Default.PlanResult);
            else
                Show(invocation.Terminal, plan, invocation.Arguments.GetRequiredValue(render));
            return ExitCode.Done;
        }
    }

    internal static void Show(Terminal terminal, PlanResult plan, string render)
    {
        terminal.Line(new Cell($"# Capturing {plan.Workload} {Words.Lower(plan.Mode)}: {plan.Steps.Count} steps; 'weir release {plan.Workload}' undoes them in reverse.", Tone.Faint));
        var number = 0;
        foreach (var step in plan.Steps)
        {
            number++;
            var commands = step.Commands.Where(command => render == "all" || command.StartsWith(render + " ", StringComparison.Ordinal)).ToList();
            if (commands.Count == 0)
                continue;

            terminal.Line();
            terminal.Line(new Cell($"# {number}. {step.Explanation} [{step.Namespace}]", Tone.Faint));
            foreach (var line in commands)
                terminal.Line(line);
        }
    }
}
