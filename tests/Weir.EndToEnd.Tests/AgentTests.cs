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

    [Fact]
    public void Learned_rules_captures_and_flows_survive_a_restart()
    {
        using Scene scene = new(servers => servers.Redis().Nginx());
        scene.Agent.Start();
        scene.Capture("inline", "db");
        scene.Clients.Redis(scene.Db.Address4);
        scene.Agent.Run("mode", "db", "protect");
        scene.Agent.Stop();

        scene.Agent.Start();
        scene.Clients.Redis(scene.Db.Address4);
        Assert.False(scene.Clients.CanConnect(scene.Db.Address4, 80), "what was protected is protected still");
        Assert.Contains(scene.Agent.Flows(), flow => flow.GetProperty("application").GetString() == "redis");
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
}
