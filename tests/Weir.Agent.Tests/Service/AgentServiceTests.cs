using Weir.Agent.Api;
using Weir.Capture;
using Weir.Policy;
using Weir.Testing;

namespace Weir.Agent.Tests.Service;

public sealed class AgentServiceTests : IDisposable
{
    private const string Web = "10.0.0.1";
    private const string Db = "10.0.0.2";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly ScratchFolder _folder = new();
    private readonly MemoryStore _store = new();
    private readonly FakeHost _host = new FakeHost().With("web", Web).With("db", Db);

    [Fact]
    public async Task What_is_seen_in_discover_becomes_a_rule_that_is_in_force_at_once()
    {
        await using var agent = Start();
        agent.Capture("db", CaptureMode.Inline);
        Assert.Equal(PolicyAction.Learn, _host.Session("db", Web, Db, 6379, Application.Redis).Action);

        Assert.True(await agent.WaitForAsync(a => a.Model.Generation > 1 && a.Status().LearnedRules == 1, Deadline, TestContext.Current.CancellationToken));
        agent.SetMode("db", PolicyMode.Protect);
        Assert.Equal(PolicyAction.Accept, _host.Session("db", Web, Db, 6379, Application.Redis).Action);
        Assert.Equal(PolicyAction.Deny, _host.Session("db", Web, Db, 22, Application.Ssh).Action);
    }

    [Fact]
    public async Task A_denied_session_is_a_violation_with_its_reason_and_once_only()
    {
        await using var agent = Start();
        agent.Capture("db", CaptureMode.Inline);
        agent.SetMode("db", PolicyMode.Protect);
        _host.Session("db", Web, Db, 22, Application.Unknown);
        await agent.FlushAsync();

        var violation = Assert.Single(agent.Violations(new FlowQuery()));
        Assert.Equal(("web", "db", 22, PolicyAction.Deny), (violation.From, violation.To, violation.Port, violation.Verdict));
        Assert.Equal("PolicyDeny", violation.DropReason);
        Assert.Equal("no rule allows it; db is in protect", violation.Reason);
    }

    [Fact]
    public async Task A_session_is_recorded_under_what_it_turned_out_to_be_with_all_its_bytes()
    {
        await using var agent = Start();
        agent.Capture("db", CaptureMode.Inline);
        _host.Session("db", Web, Db, 6379, Application.Redis);
        _host.Session("db", Web, Db, 6379, Application.Redis);
        await agent.FlushAsync();

        var flow = Assert.Single(agent.Flows(new FlowQuery()));
        Assert.Equal(("web", "db", Application.Redis, 2L), (flow.From, flow.To, flow.Application, flow.Sessions));
        Assert.Equal((1200UL, 10000UL), (flow.BytesSent, flow.BytesReceived));
    }

    [Fact]
    public async Task A_connection_that_both_ends_saw_is_one_conversation()
    {
        await using var agent = Start();
        agent.Capture("db", CaptureMode.Inline);
        agent.Capture("web", CaptureMode.Inline);
        _host.Session("web", Web, Db, 6379, Application.Redis);
        _host.Session("db", Web, Db, 6379, Application.Redis);
        await agent.FlushAsync();

        var conversation = Assert.Single(agent.Conversations(new FlowQuery()));
        Assert.Equal((1L, 5600UL), (conversation.Sessions, conversation.Bytes));
    }

    [Fact]
    public async Task Live_readers_see_each_change_and_only_what_they_asked_for()
    {
        await using var agent = Start();
        agent.Capture("db", CaptureMode.Inline);
        var flows = agent.LiveFlows(new FlowQuery { To = "db" }, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        _host.Session("db", Db, "192.0.2.1", 443, Application.Tls);
        _host.Session("db", Web, Db, 6379, Application.Redis);

        List<FlowState> states = [];
        while (states.Count < 3 && await flows.MoveNextAsync())
            states.Add(flows.Current.State);
        Assert.Equal([FlowState.Open, FlowState.Open, FlowState.Closed], states);
        await flows.DisposeAsync();
    }

    [Fact]
    public async Task Protect_makes_a_port_strict_and_discover_lets_it_go()
    {
        await using var agent = Start();
        agent.Capture("db", CaptureMode.Inline);
        Assert.False(_host.Strict["db"]);
        agent.SetMode("db", PolicyMode.Protect);
        Assert.True(_host.Strict["db"]);
        agent.SetMode("db", PolicyMode.Discover);
        Assert.False(_host.Strict["db"]);
    }

    [Fact]
    public async Task Captures_modes_and_learned_rules_survive_a_restart()
    {
        await using (var first = Start())
        {
            first.Capture("db", CaptureMode.Inline);
            _host.Session("db", Web, Db, 6379, Application.Redis);
            first.SetMode("db", PolicyMode.Protect);
        }

        Assert.True(_host.IsDisposed);
        await using var second = Start();
        Assert.Equal(["db"], _host.Attached);
        Assert.True(_host.Strict["db"]);
        Assert.Equal(PolicyAction.Accept, _host.Session("db", Web, Db, 6379, Application.Redis).Action);
        Assert.Equal(PolicyAction.Deny, _host.Session("db", Web, Db, 80, Application.Http).Action);
    }

    [Fact]
    public async Task Stopping_releases_only_when_told_to()
    {
        await Start().Capturing("db").StopAsync();
        Assert.Single(_host.List());
        await Start(options => options with { ReleaseOnExit = true }).StopAsync();
        Assert.Empty(_host.List());
    }

    [Fact]
    public async Task A_workload_that_vanishes_is_cleaned_up()
    {
        await using var agent = Start();
        agent.Capture("db", CaptureMode.Inline);
        _host.Vanish("db");
        Assert.True(await agent.WaitForAsync(a => a.Status().Captured == 0, Deadline, TestContext.Current.CancellationToken));
        Assert.Empty(_host.List());
        Assert.Empty(_host.Attached);
    }

    [Fact]
    public async Task A_capture_whose_data_path_fails_is_undone()
    {
        await using var agent = Start();
        _host.FailAttachOf = "db";
        var refusal = Assert.Throws<AgentException>(() => agent.Capture("db", CaptureMode.Inline));
        Assert.Equal("no memory for the ring", refusal.Message);
        Assert.Empty(_host.List());
        Assert.Null(agent.Workloads().Single(workload => workload.Name == "db").Capture);
    }

    [Fact]
    public async Task Another_mode_is_a_release_and_a_capture()
    {
        await using var agent = Start();
        agent.Capture("db", CaptureMode.Tap);
        Assert.Equal(CaptureMode.Inline, agent.Capture("db", CaptureMode.Inline).Mode);
        Assert.Equal(CaptureMode.Inline, Assert.Single(_host.List()).Mode);
    }

    [Fact]
    public async Task Configured_workloads_are_captured_at_the_start()
    {
        await using var agent = Start(options => options with
        {
            Configured = [new() { Name = "store", Namespace = "db", Labels = new Dictionary<string, string> { ["tier"] = "data" }, Capture = CaptureMode.Inline }],
        });
        Assert.Equal(["store"], _host.Attached.Count > 0 ? _host.Attached : [.. _host.List().Select(captured => captured.Target.Workload)]);
    }

    [Fact]
    public async Task A_second_agent_on_the_same_state_is_refused_with_words()
    {
        await using var agent = Start();
        var refusal = Assert.Throws<AgentException>(() => Start());
        Assert.Equal(AgentProblem.Conflict, refusal.Problem);
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_with_errors_changes_nothing_and_all_of_them_are_told()
    {
        await using var agent = Start();
        var before = agent.Policy;
        var refusal = Assert.Throws<AgentException>(() => agent.ApplyPolicy(new PolicyConfig
        {
            Rules = [new PolicyRule { Id = 0, From = "nobody", To = "any" }, new PolicyRule { Id = 5, From = "web", To = "any", Ports = ["tcp/99999"] }],
        }));
        Assert.Equal(3, refusal.Findings.Count);
        Assert.Equal(before, agent.Policy);
    }

    [Fact]
    public async Task A_policy_without_the_learned_rules_forgets_them()
    {
        await using var agent = Start();
        agent.Capture("db", CaptureMode.Inline);
        _host.Session("db", Web, Db, 6379, Application.Redis);
        await agent.FlushAsync();
        Assert.Single(agent.Policy.Rules);
        agent.ApplyPolicy(agent.Policy with { Rules = [] });
        Assert.Empty(agent.Policy.Rules);
    }

    [Fact]
    public async Task The_configurations_policy_counts_until_it_is_changed_by_command_and_again_when_the_file_changes()
    {
        var configured = new PolicyConfig { DefaultMode = PolicyMode.Monitor };
        await using (var agent = Start(options => options with { InitialPolicy = configured }))
            agent.ApplyPolicy(new PolicyConfig { DefaultMode = PolicyMode.Protect });
        await using (var agent = Start(options => options with { InitialPolicy = configured }))
            Assert.Equal(PolicyMode.Protect, agent.Policy.DefaultMode);
        await using (var agent = Start(options => options with { InitialPolicy = configured with { DefaultMode = PolicyMode.Discover } }))
            Assert.Equal(PolicyMode.Discover, agent.Policy.DefaultMode);
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_the_known_ones()
    {
        await using var agent = Start();
        Assert.Contains("Workloads: db, web.", Assert.Throws<AgentException>(() => agent.SetMode("dbb", PolicyMode.Protect)).Findings);
        Assert.Contains("Workloads: db, web.", Assert.Throws<AgentException>(() => agent.Capture("dbb", CaptureMode.Tap)).Findings);
    }

    [Fact]
    public void Weirs_namespace_follows_from_the_state_directory()
    {
        Assert.Equal("weir", AgentNames.NamespaceFor("/var/lib/weir/"));
        Assert.Matches("^weir-[0-9a-f]{6}$", AgentNames.NamespaceFor("/tmp/other"));
        Assert.NotEqual(AgentNames.NamespaceFor("/tmp/other"), AgentNames.NamespaceFor("/tmp/another"));
    }

    public void Dispose() => _folder.Dispose();

    private AgentService Start(Func<AgentOptions, AgentOptions>? change = null)
    {
        var options = new AgentOptions { StateDirectory = _folder.PathOf("state") };
        options = change?.Invoke(options) ?? options;
        return AgentService.Start(options, new Captures(new CaptureSettings(options.StateDirectory, "weir-test")), _host.Parts(_store));
    }
}

internal static class AgentServiceSteps
{
    public static AgentService Capturing(this AgentService agent, string workload)
    {
        agent.Capture(workload, CaptureMode.Inline);
        return agent;
    }
}
