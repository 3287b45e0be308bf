using System.Text.Json;
using Weir.EndToEnd.Tests.Programs;
using Weir.Testing;

namespace Weir.EndToEnd.Tests;

public class AgentTests
{
    [Fact]
    public void Two_agents_live_side_by_side()
    {
        using Scene one = new(servers => servers.Redis());
        using Scene two = new(servers => servers.Redis());
        one.Agent.Start();
        two.Agent.Start();
        one.Capture("inline", "db");
        two.Capture("inline", "db");
        Assert.NotEqual(one.Agent.Namespace, two.Agent.Namespace);

        one.Agent.Run("mode", "db", "protect");
        Assert.False(one.Clients.CanConnect(one.Db.Address4, 6379));
        Assert.True(two.Clients.CanConnect(two.Db.Address4, 6379));
        one.Agent.Run("release", "--all");
        Assert.True(one.Clients.CanConnect(one.Db.Address4, 6379));
        two.Clients.Redis(two.Db.Address4);
        Assert.Single(two.Agent.Json("workloads").EnumerateArray(), workload => workload.TryGetProperty("capture", out JsonElement _));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public void Policy_modes_learned_rules_flows_and_captures_survive_the_end_of_the_agent(string signal)
    {
        using Scene scene = new(servers => servers.Redis().Nginx());
        scene.Agent.Start();
        scene.Capture("inline", "db");
        scene.Capture("tap", "web");
        scene.Agent.Policy("rules:\n  - id: 7\n    from: web\n    to: db\n    ports: [tcp/9]\n    action: deny\n");
        scene.Clients.Redis(scene.Db.Address4);
        Eventually.True(TimeSpan.FromSeconds(5), () => scene.Agent.Json("status").GetProperty("learnedRules").GetInt32() > 0, "a rule is learned");
        scene.Agent.Run("mode", "db", "protect");
        Assert.False(scene.Clients.CanConnect(scene.Db.Address4, 80));
        Eventually.True(TimeSpan.FromSeconds(5), () => Violations(scene).Any(), "the violation is recorded");
        string policy = scene.Agent.Run("policy", "get").Output;
        IReadOnlyList<string> workloads = Workloads(scene), flows = FlowLines(scene), violations = Violations(scene);
        Assert.Contains(flows, flow => flow.Contains("redis"));

        if (signal == "KILL")
            scene.Agent.Kill();
        else
            scene.Agent.Stop();
        scene.Agent.Start();

        Assert.Equal(policy, scene.Agent.Run("policy", "get").Output);
        Assert.Equal(workloads, Workloads(scene));
        Assert.Superset(flows.ToHashSet(), FlowLines(scene).ToHashSet());
        Assert.Superset(violations.ToHashSet(), Violations(scene).ToHashSet());
        scene.Clients.Redis(scene.Db.Address4);
        Assert.False(scene.Clients.CanConnect(scene.Db.Address4, 80), "what was protected is protected still");
        scene.Agent.CheckThreads();
    }

    [Theory]
    [InlineData("tap")]
    [InlineData("inline")]
    public void A_workload_that_vanishes_while_it_is_captured_leaves_nothing_behind(string mode)
    {
        using Scene scene = new(servers => servers.Redis());
        scene.Agent.Start();
        scene.Capture(mode, "db", "web");
        scene.Clients.Redis(scene.Db.Address4);
        scene.Db.Namespace.Dispose();

        Eventually.True(TimeSpan.FromSeconds(10), () => scene.Agent.Json("status").GetProperty("captured").GetInt32() == 1, "the agent has noticed");
        scene.Agent.Run("release", "--all");
        scene.Agent.CheckThreads();
        scene.Agent.Stop();
        Assert.Null(scene.Agent.Namespace);
    }

    [Theory]
    [InlineData("tap")]
    [InlineData("inline")]
    public void Capture_and_release_work_without_an_agent(string mode)
    {
        using Scene scene = new(servers => servers.Redis());
        HostDump before = HostDump.Of(scene.Host);
        scene.Agent.Run("plan", scene.Db.Name, "--mode", mode);
        before.CheckUnchanged();
        scene.Agent.Run("capture", scene.Db.Name, "--mode", mode);
        scene.Clients.Redis(scene.Db.Address4);
        scene.Clients.Redis(scene.Db.Address6);
        scene.Agent.Run("release", "--all");
        before.CheckUnchanged();
        Assert.Null(scene.Agent.Namespace);
    }

    /// <summary>Who is captured how, since when, through which ports, and in which mode.</summary>
    private static IReadOnlyList<string> Workloads(Scene scene) =>
    [
        .. scene.Agent.Json("workloads").EnumerateArray()
            .Where(workload => workload.TryGetProperty("capture", out JsonElement _))
            .Select(workload => Text(workload, "name", "capture", "since", "mode") + string.Join(',', workload.GetProperty("ports").EnumerateArray().Select(port => Text(port, "id", "name", "outsideName", "insideName")))),
    ];

    private static IReadOnlyList<string> FlowLines(Scene scene) =>
        [.. scene.Agent.Flows().Select(flow => Text(flow, "workload", "from", "to", "port", "protocol", "application", "verdict", "rule", "start"))];

    private static IReadOnlyList<string> Violations(Scene scene) =>
        [.. scene.Agent.Json("flows", "--violations").EnumerateArray().Select(violation => Text(violation, "from", "to", "port", "reason", "first"))];

    private static string Text(JsonElement element, params IReadOnlyList<string> names) =>
        string.Join(' ', names.Select(name => element.TryGetProperty(name, out JsonElement value) ? value.ToString() : "-"));
}
