using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent.Api;

/// <summary>The filters of a request for flows.</summary>
internal sealed record FlowParameters
{
    [FromQuery(Name = "from")]
    public string? From { get; init; }

    [FromQuery(Name = "to")]
    public string? To { get; init; }

    [FromQuery(Name = "verdict")]
    public string? Verdict { get; init; }

    [FromQuery(Name = "since")]
    public string? Since { get; init; }

    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    public FlowQuery ToQuery() => new()
    {
        From = From,
        To = To,
        Verdict = Verdict is null ? null : ApiEndpoints.Word<PolicyAction>("verdict", Verdict),
        Since = MomentOf(Since),
        Limit = LimitOf(Limit),
    };

    private static DateTimeOffset? MomentOf(string? text)
    {
        if (text is null)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw new AgentException(AgentProblem.Request, $"since can't be '{text}': it is a time like 2026-01-31T12:00:00Z.");
    }

    private static int LimitOf(string? text)
    {
        if (text is null)
            return 100;
        return int.TryParse(text, out var limit) && limit is >= 1 and <= 100_000
            ? limit
            : throw new AgentException(AgentProblem.Request, $"limit can't be '{text}': it is a number from 1 to 100000.");
    }
}

/// <summary>The API's paths. Each is one call of the agent; errors are exceptions, told by <see cref="AgentProblems"/>.</summary>
internal static class ApiEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, IAgent agent, TimeProvider clock, CancellationToken stopping)
    {
        var v1 = routes.MapGroup("/v1");
        MapStatus(v1, agent);
        MapCaptures(v1, agent);
        MapFlows(v1, agent, stopping);
        MapPolicy(v1, agent);
        _ = clock;
    }

    public static Task NotFound(HttpContext context) => ApiServer.WriteProblemAsync(context, ApiProblem.Of(new AgentException(
        AgentProblem.NotFound,
        $"There is nothing at {context.Request.Method} {context.Request.Path}.",
        ["GET /openapi/v1.json lists everything."])));

    /// <summary>A word of an enum in any case; a wrong one is answered with the right ones.</summary>
    public static T Word<T>(string parameter, string value)
        where T : struct, Enum =>
        Enum.GetNames<T>().Contains(value, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<T>(value, ignoreCase: true)
            : throw new AgentException(
                AgentProblem.Request,
                $"{parameter} can't be '{value}': it is one of {string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.");

    private static void MapStatus(RouteGroupBuilder v1, IAgent agent)
    {
        v1.MapGet("/status", () => agent.Status()).WithName("status").WithSummary("What the agent has and does.");
        v1.MapGet("/workloads", () => agent.Workloads()).WithName("workloads").WithSummary("This host's workloads, captured or not.");
        v1.MapGet("/verify", () =>
        {
            var drift = agent.Verify();
            return new VerifyResult(drift.Count == 0, [.. drift.Select(DriftStatus.Of)]);
        }).WithName("verify").WithSummary("The kernel's state against the plans of the captures.");
    }

    private static void MapCaptures(RouteGroupBuilder v1, IAgent agent)
    {
        v1.MapPost("/workloads/{name}/capture", (string name, CaptureRequest request) =>
        {
            var steps = new List<PlanStep>();
            return CaptureResult.Of(agent.Capture(name, request.Mode, step => steps.Add(PlanStep.Of(step))), steps);
        }).WithName("capture").WithSummary("Captures a workload; its traffic is under the enforcer when this returns.");
        v1.MapPost("/workloads/{name}/release", (string name) =>
        {
            var steps = new List<PlanStep>();
            agent.Release(name, step => steps.Add(PlanStep.Of(step)));
            return new ReleaseResult([name], steps);
        }).WithName("release").WithSummary("Leaves a workload as it was found.");
        v1.MapPost("/release", () =>
        {
            var steps = new List<PlanStep>();
            return new ReleaseResult(agent.ReleaseAll(step => steps.Add(PlanStep.Of(step))), steps);
        }).WithName("releaseAll").WithSummary("Leaves all workloads as they were found.");
        v1.MapGet("/plan/{workload}", (string workload, string? mode) =>
            PlanResult.Of(agent.Plan(workload, Word<CaptureMode>("mode", mode ?? "inline"))))
            .WithName("plan").WithSummary("What capturing a workload would change, step by step, each with its inverse.");
    }

    private static void MapFlows(RouteGroupBuilder v1, IAgent agent, CancellationToken stopping)
    {
        v1.MapGet("/flows", ([AsParameters] FlowParameters filter) => agent.Flows(filter.ToQuery()))
            .WithName("flows").WithSummary("Recorded and open sessions, newest last.");
        v1.MapGet("/conversations", ([AsParameters] FlowParameters filter) => agent.Conversations(filter.ToQuery()))
            .WithName("conversations").WithSummary("Who talks to whom: sessions of the same ends, port and application taken together.");
        v1.MapGet("/violations", ([AsParameters] FlowParameters filter) => agent.Violations(filter.ToQuery()))
            .WithName("violations").WithSummary("What was dropped, or would be in protect mode, newest last.");
        v1.MapGet("/flows/live", (HttpContext context, [AsParameters] FlowParameters filter) => WriteLiveAsync(context, agent, filter.ToQuery(), stopping))
            .WithName("liveFlows").WithSummary("Every change of a session from now on, one JSON object (as in /v1/flows) a line.")
            .Produces<Flow>(contentType: "application/x-ndjson");
    }

    private static void MapPolicy(RouteGroupBuilder v1, IAgent agent)
    {
        v1.MapGet("/policy", () => agent.Policy).WithName("policy").WithSummary("Groups with modes, and rules in order; learned ones included.");
        v1.MapPut("/policy", (PolicyConfig policy) =>
        {
            agent.ApplyPolicy(policy);
            return agent.Policy;
        }).WithName("applyPolicy").WithSummary("Replaces the policy; takes effect for open sessions too.");
        v1.MapPost("/policy/check", (PolicyConfig policy) =>
        {
            var findings = agent.CheckPolicy(policy);
            return new CheckResult(findings.Count == 0, findings);
        }).WithName("checkPolicy").WithSummary("All that is wrong with a policy, without applying it.");
        v1.MapGet("/policy/suggest", () => agent.SuggestPolicy())
            .WithName("suggestPolicy").WithSummary("The policy with the learned rules as rules that a person would write.");
        v1.MapGet("/groups", () => agent.Groups()).WithName("groups").WithSummary("Groups, their modes and members.");
        v1.MapPut("/groups/{name}/mode", (string name, ModeRequest request) =>
        {
            agent.SetMode(name, request.Mode);
            return agent.Groups();
        }).WithName("setMode").WithSummary("How strictly a group is treated; a workload's name makes a group of its own.");
    }

    private static async Task WriteLiveAsync(HttpContext context, IAgent agent, FlowQuery query, CancellationToken stopping)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var flows = agent.LiveFlows(query, ends.Token);
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.Body.FlushAsync(ends.Token);
        try
        {
            await foreach (var flow in flows)
            {
                await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(flow, ApiJson.Default.Flow), ends.Token);
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), ends.Token);
                await context.Response.Body.FlushAsync(ends.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, or the agent stops: the stream's normal end.
        }
    }
}
