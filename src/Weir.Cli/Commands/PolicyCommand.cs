using System.CommandLine;
using Weir.Agent;
using Weir.Agent.Api;
using Weir.Agent.Configuration;
using Weir.Cli.Output;
using Weir.Policy;

namespace Weir.Cli.Commands;

/// <summary><c>weir policy get|apply|suggest|check</c></summary>
internal static class PolicyCommand
{
    public static Command Create(CommandHost host)
    {
        var command = new Command("policy", "Prints, suggests, checks and applies the policy: groups with their modes, and rules in order.")
        {
            CreateGet(host),
            CreateSuggest(host),
            CreateCheck(host),
            CreateApply(host),
        };
        return command.WithExamples("weir policy suggest > policy.yaml", "weir policy check policy.yaml", "weir policy apply policy.yaml");
    }

    private static Command CreateGet(CommandHost host) =>
        host.Command("get", "Prints the policy in force, learned rules included.", async invocation =>
        {
            using var agent = await invocation.AgentAsync();
            Show(invocation, await agent.PolicyAsync(invocation.Cancel));
            return ExitCode.Done;
        }).WithExamples("weir policy get", "weir policy get > policy.yaml", "weir policy get --json");

    private static Command CreateSuggest(CommandHost host) =>
        host.Command("suggest", "Prints the policy as it would be with what was learned written down and every group in protect.", async invocation =>
        {
            using var agent = await invocation.AgentAsync();
            Show(invocation, await agent.SuggestPolicyAsync(invocation.Cancel));
            return ExitCode.Done;
        }).WithExamples("weir policy suggest > policy.yaml");

    private static Command CreateCheck(CommandHost host)
    {
        var file = FileArgument();
        var command = host.Command("check", "Finds all that is wrong with a policy, by line. Exit code 1: something is. Works without an agent.", async invocation =>
        {
            using var agent = await invocation.FindAgentAsync();
            var read = await ReadAsync(invocation, agent, invocation.Arguments.GetRequiredValue(file));
            var result = new CheckResult(read.Value is not null, [.. read.Findings.Select(finding => finding.ToString())]);
            if (invocation.WantsJson)
                invocation.Terminal.Json(result, ApiJson.Default.CheckResult);
            else
                ShowFindings(invocation.Terminal, result);
            return result.Valid ? ExitCode.Done : ExitCode.No;
        }).WithExamples("weir policy check policy.yaml");
        command.Add(file);
        return command;
    }

    private static Command CreateApply(CommandHost host)
    {
        var file = FileArgument();
        var command = host.Command("apply", "Makes a file the policy in force, all of it or, with an error in it, nothing.", async invocation =>
        {
            using var agent = await invocation.AgentAsync();
            var path = invocation.Arguments.GetRequiredValue(file);
            var read = await ReadAsync(invocation, agent, path);
            foreach (var warning in read.Findings.Where(finding => finding.Severity == FindingSeverity.Warning))
                invocation.Terminal.Note(warning.ToString());
            if (read.Value is not { } policy)
                throw new AgentException(AgentProblem.Request, $"{path} is not a policy; nothing was changed.", [.. read.Findings.Select(finding => finding.ToString())]);

            var applied = await agent.ApplyPolicyAsync(policy, invocation.Cancel);
            if (invocation.WantsJson)
                invocation.Terminal.Json(applied, ApiJson.Default.PolicyConfig);
            else
                invocation.Terminal.Line($"In force: {applied.Groups.Count} groups, {applied.Rules.Count} rules.");
            return ExitCode.Done;
        }).WithExamples("weir policy apply policy.yaml", "weir policy suggest | weir policy apply -");
        command.Add(file);
        return command;
    }

    private static Argument<string> FileArgument() => new("FILE") { Description = "A YAML file; - reads standard input" };

    private static async Task<ConfigResult<PolicyConfig>> ReadAsync(Invocation invocation, AgentClient? agent, string path)
    {
        var text = await InputFile.ReadAsync(path, invocation.Cancel);
        var workloads = agent is null ? null : (await agent.WorkloadsAsync(invocation.Cancel)).Select(workload => workload.Name);
        return PolicyYaml.Parse(text, path, workloads);
    }

    private static void Show(Invocation invocation, PolicyConfig policy)
    {
        if (invocation.WantsJson)
            invocation.Terminal.Json(policy, ApiJson.Default.PolicyConfig);
        else
            invocation.Terminal.Output.Write(PolicyYaml.Write(policy));
    }

    private static void ShowFindings(Terminal terminal, CheckResult result)
    {
        foreach (var finding in result.Findings)
            terminal.Line(new Cell(finding, result.Valid ? Tone.Warning : Tone.Bad));
        if (result.Valid)
            terminal.Line(new Cell("The policy is good.", Tone.Good));
    }
}
