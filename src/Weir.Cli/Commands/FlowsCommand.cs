using System.CommandLine;
using System.Text.Json;
using Weir.Agent.Api;
using Weir.Cli.Output;
using Weir.Policy;

namespace Weir.Cli.Commands;

/// <summary>The filters of <c>weir flows</c> and <c>weir map</c>.</summary>
internal sealed class FlowFilter(TimeProvider clock)
{
    private readonly Option<string?> _from = new("--from") { Description = "Only of this client: a workload or an address", HelpName = "WHO" };
    private readonly Option<string?> _to = new("--to") { Description = "Only to this server: a workload or an address", HelpName = "WHO" };
    private readonly Option<PolicyAction?> _verdict = new("--verdict")
    {
        Description = "Only with this verdict",
        HelpName = "accept|learn|violate|deny",
        CustomParser = result => WordChoice.Word<PolicyAction>(result),
    };

    private readonly Option<DateTimeOffset?> _since = new("--since")
    {
        Description = "Only since then: 30s, 10m, 2h, 1d ago, or 2026-01-31T12:00:00Z",
        HelpName = "T",
        CustomParser = result =>
        {
            if (Words.TryMoment(result.Tokens[0].Value, clock.GetUtcNow(), out var moment))
                return moment;
            result.AddError($"{Words.Quoted(result.Tokens[0].Value)} is no time: write 30s, 10m, 2h, 1d, or a date like 2026-01-31T12:00:00Z.");
            return null;
        },
    };

    private readonly Option<int?> _limit = WholeNumber.Option("--limit", "At most so many, the newest, 1 to 100000 [default: 100]", least: 1, most: 100_000);

    public void AddTo(Command command)
    {
        _verdict.CompletionSources.Add("accept", "learn", "violate", "deny");
        command.Add(_from);
        command.Add(_to);
        command.Add(_verdict);
        command.Add(_since);
        command.Add(_limit);
    }

    public FlowQuery Of(ParseResult arguments) => new()
    {
        From = arguments.GetValue(_from),
        To = arguments.GetValue(_to),
        Verdict = arguments.GetValue(_verdict),
        Since = arguments.GetValue(_since),
        Limit = arguments.GetValue(_limit) ?? 100,
    };
}

/// <summary><c>weir flows [-f]</c></summary>
internal static class FlowsCommand
{
    public static Command Create(CommandHost host)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what happens from now, until Ctrl-C" };
        var violations = new Option<bool>("--violations") { Description = "What was dropped, or would be in protect mode, with the reason" };
        var filter = new FlowFilter(host.Clock);
        var command = host.Command("flows", "Sessions, recorded and live: who, with whom, how much, and what policy said.", RunAsync)
            .WithExamples("weir flows -f", "weir flows --from web --to db --since 10m", "weir flows --verdict deny --json", "weir flows --violations");
        command.Add(follow);
        command.Add(violations);
        filter.AddTo(command);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            using var agent = await invocation.AgentAsync();
            var query = filter.Of(invocation.Arguments);
            if (invocation.Arguments.GetValue(violations))
                await ShowViolationsAsync(invocation, agent, query);
            else if (invocation.Arguments.GetValue(follow))
                await FollowAsync(invocation, agent, query);
            else
                await ShowAsync(invocation, agent, query);
            return ExitCode.Done;
        }
    }

    private static async Task ShowAsync(Invocation invocation, AgentClient agent, FlowQuery query)
    {
        var flows = await agent.FlowsAsync(query, invocation.Cancel);
        if (invocation.WantsJson)
        {
            invocation.Terminal.Json(flows, ApiJson.Default.IReadOnlyListFlow);
            return;
        }

        var table = new TableView("last seen", "from", "to", "port", "application", Column.Number("sent"), Column.Number("received"), "verdict", "by", "seen at", "state");
        foreach (var flow in flows)
        {
            table.Add(
                flow.LastSeen.ToLocalTime().ToString("HH:mm:ss"),
                flow.From,
                flow.To,
                Port(flow.Protocol, flow.Port),
                Application(flow),
                Words.Bytes(flow.BytesSent),
                Words.Bytes(flow.BytesReceived),
                new Cell(Words.Lower(flow.Verdict), Words.ToneOf(flow.Verdict)),
                Words.Rule(flow.Rule, flow.Mode),
                flow.Workload,
                State(flow));
        }

        invocation.Terminal.Table(table);
    }

    private static async Task FollowAsync(Invocation invocation, AgentClient agent, FlowQuery query)
    {
        await foreach (var flow in agent.LiveFlowsAsync(query, invocation.Cancel))
        {
            invocation.Terminal.Line(invocation.WantsJson ? JsonSerializer.Serialize(flow, ApiJson.Default.Flow) : LiveLine(invocation.Terminal, flow));
            await invocation.Terminal.Output.FlushAsync(invocation.Cancel);
        }
    }

    /// <summary>Fixed columns: the next line is not known yet.</summary>
    internal static string LiveLine(Terminal terminal, Flow flow)
    {
        var verdict = terminal.Paint(new Cell(Words.Lower(flow.Verdict).PadRight(7), Words.ToneOf(flow.Verdict)));
        var bytes = $"{Words.Bytes(flow.BytesSent)} > < {Words.Bytes(flow.BytesReceived)}";
        return $"{flow.LastSeen.ToLocalTime():HH:mm:ss.fff}  {verdict}  {flow.From,-12} > {flow.To,-12}  {Port(flow.Protocol, flow.Port),-10}  {Application(flow),-10}  {bytes,-24}  {State(flow),-7}  {Words.Rule(flow.Rule, flow.Mode)} at {flow.Workload}";
    }

    private static async Task ShowViolationsAsync(Invocation invocation, AgentClient agent, FlowQuery query)
    {
        var violations = await agent.ViolationsAsync(query, invocation.Cancel);
        if (invocation.WantsJson)
        {
            invocation.Terminal.Json(violations, ApiJson.Default.IReadOnlyListViolation);
            return;
        }

        var table = new TableView("first", "last", Column.Number("times"), "from", "to", "port", "application", "verdict", "reason");
        foreach (var violation in violations)
        {
            table.Add(
                violation.First.ToLocalTime().ToString("HH:mm:ss"),
                violation.Time.ToLocalTime().ToString("HH:mm:ss"),
                $"{violation.Count}",
                violation.From,
                violation.To,
                Port(violation.Protocol, violation.Port),
                Words.Application(violation.Application),
                new Cell(Words.Lower(violation.Verdict), Words.ToneOf(violation.Verdict)),
                violation.Reason);
        }

        invocation.Terminal.Table(table);
    }

    internal static string Port(string protocol, int port) => port > 0 ? $"{protocol}/{port}" : protocol;

    private static string Application(Flow flow)
    {
        var name = Words.Application(flow.Application);
        return flow.ServerName is null ? name : $"{name} {flow.ServerName}".TrimStart();
    }

    private static string State(Flow flow) => flow switch
    {
        { DropReason: not "None" } => flow.DropReason,
        { Settled: true, State: FlowState.Open } => "settled",
        _ => Words.Lower(flow.State),
    };
}

/// <summary><c>weir map</c></summary>
internal static class MapCommand
{
    public static Command Create(CommandHost host)
    {
        var filter = new FlowFilter(host.Clock);
        var command = host.Command("map", "Who talks to whom: recorded sessions taken together.", RunAsync)
            .WithExamples("weir map", "weir map --since 1d --to db");
        filter.AddTo(command);
        return command;

        async Task<int> RunAsync(Invocation invocation)
        {
            using var agent = await invocation.AgentAsync();
            var conversations = await agent.ConversationsAsync(filter.Of(invocation.Arguments), invocation.Cancel);
            if (invocation.WantsJson)
            {
                invocation.Terminal.Json(conversations, ApiJson.Default.IReadOnlyListConversation);
                return ExitCode.Done;
            }

            var table = new TableView("from", "to", "port", "application", Column.Number("sessions"), Column.Number("bytes"), "verdict", "last seen");
            foreach (var one in conversations)
            {
                table.Add(
                    one.From,
                    one.To,
                    FlowsCommand.Port(one.Protocol, one.Port),
                    Words.Application(one.Application),
                    one.Sessions.ToString(),
                    Words.Bytes(one.Bytes),
                    new Cell(Words.Lower(one.Verdict), Words.ToneOf(one.Verdict)),
                    $"{Words.Ago(invocation.Clock.GetUtcNow() - one.Last)} ago");
            }

            invocation.Terminal.Table(table);
            return ExitCode.Done;
        }
    }
}
