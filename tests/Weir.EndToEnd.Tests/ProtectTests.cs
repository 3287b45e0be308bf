using System.Text.Json;
using Weir.EndToEnd.Tests.Programs;
using Weir.Testing;

namespace Weir.EndToEnd.Tests;

/// <summary>In protect, what policy does not allow is stopped and told; a change of policy counts at once.</summary>
public class ProtectTests
{
    [Fact]
    public void What_was_not_learned_is_blocked_and_reported_with_its_reason()
    {
        using Scene scene = new(servers => servers.Redis().Nginx());
        scene.Agent.Start();
        scene.Capture("inline", "db");
        foreach (string address in scene.DbAddresses)
            scene.Clients.Redis(address);
        scene.Agent.Run("mode", "db", "protect");

        foreach (string address in scene.DbAddresses)
        {
            scene.Clients.Redis(address);
            Assert.False(scene.Clients.CanConnect(address, 80), $"{address} port 80 is not blocked");
        }

        JsonElement flow = default;
        Eventually.True(
            TimeSpan.FromSeconds(5),
            () => (flow = scene.Agent.Flows("--verdict", "deny").FirstOrDefault(flow => Port(flow) == 80)).ValueKind == JsonValueKind.Object,
            "a denied flow");
        Assert.Equal("db", flow.GetProperty("to").GetString());
        Assert.Equal("web", flow.GetProperty("from").GetString());
        Assert.Equal("PolicyDeny", flow.GetProperty("dropReason").GetString());
        JsonElement violation = scene.Agent.Json("flows", "--violations").EnumerateArray().First(violation => Port(violation) == 80);
        Assert.Contains("protect", violation.GetProperty("reason").GetString());
        Assert.DoesNotContain(scene.Agent.Flows("--verdict", "deny"), denied => Port(denied) == 6379);
    }

    [Fact]
    public void A_client_that_tries_again_and_again_is_one_line_with_a_count()
    {
        using Scene scene = new(servers => servers.Nginx());
        scene.Agent.Start();
        scene.Capture("inline", "db");
        scene.Agent.Run("mode", "db", "protect");
        for (int attempt = 0; attempt < 3; attempt++)
            Assert.False(scene.Clients.CanConnect(scene.Db.Address4, 80, seconds: 1.5));

        JsonElement violation = default;
        Eventually.True(
            TimeSpan.FromSeconds(5),
            () => (violation = Violations(scene).FirstOrDefault(violation => Port(violation) == 80)).ValueKind == JsonValueKind.Object && violation.GetProperty("count").GetInt32() >= 2,
            "several attempts in one violation");
        Assert.Single(Violations(scene), violation => Port(violation) == 80);
        Assert.True(violation.GetProperty("time").GetDateTimeOffset() - violation.GetProperty("first").GetDateTimeOffset() > TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_stricter_policy_ends_settled_sessions_at_once()
    {
        using Scene scene = new(servers => servers.Iperf().Redis());
        scene.Agent.Start();
        scene.Capture("inline", "web", "db");
        using HeldConnection redis = HeldConnection.Open(scene.Web.Namespace, scene.Db.Address4, 6379);
        Assert.True(redis.RedisAnswers());
        RunningTool bulk = scene.Clients.Start("iperf3", "-c", scene.Db.Address4, "-t", "30");
        Eventually.True(TimeSpan.FromSeconds(10), () => scene.Agent.Counter("sessions.settled.now") >= 2 * 2 && Received(scene) > 1 << 20, "the bulk session is settled in the kernel at both ends");

        scene.Agent.Policy("""
            defaultMode: protect
            rules:
              - { id: 1, from: web, to: db, ports: [tcp/6379], action: allow }
            """);
        Eventually.True(TimeSpan.FromSeconds(2), () => bulk.HasExited, "the bulk session is ended by the policy that does not allow it any more");
        Assert.False(bulk.Result.Succeeded);
        Assert.True(redis.RedisAnswers(), "the session that is still allowed goes on");
        Assert.Contains(scene.Agent.Flows(), flow => Port(flow) == 5201 && flow.GetProperty("dropReason").GetString() == "PolicyChanged");
    }

    [Fact]
    public void The_stricter_end_decides()
    {
        using Scene scene = new(servers => servers.Redis());
        scene.Agent.Start();
        scene.Capture("inline", "web", "db");
        scene.Agent.Run("mode", "web", "protect");
        Assert.False(scene.Clients.CanConnect(scene.Db.Address4, 6379), "the client's end protects, the server's end discovers");
        scene.Agent.Run("mode", "web", "discover");
        Assert.True(scene.Clients.CanConnect(scene.Db.Address4, 6379));
    }

    private static long Received(Scene scene) => scene.Agent.Flows().Where(flow => Port(flow) == 5201).Max(flow => (long?)flow.GetProperty("bytesSent").GetInt64()) ?? 0;

    private static int Port(JsonElement flow) => flow.GetProperty("port").GetInt32();

    private static IReadOnlyList<JsonElement> Violations(Scene scene) => [.. scene.Agent.Json("flows", "--violations").EnumerateArray()];
}
