using System.Text.Json;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Demo;

/// <summary>The demo's workloads are real servers: clients that we did not write can talk to them.</summary>
public class WorkloadTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public void Db_speaks_redis_with_a_foreign_client()
    {
        RootTier.Require("ip", "redis-cli");
        using var ns = new TestNamespace();
        using var db = Start(ns, "db");

        Assert.Equal("PONG", Redis(ns, "PING"));
        Assert.Equal("OK", Redis(ns, "SET", "name", "weir"));
        Assert.Equal("weir", Redis(ns, "GET", "name"));
        Assert.Equal("1", Redis(ns, "INCR", "count"));
        Assert.Equal("2", Redis(ns, "INCR", "count"));
        Assert.Contains("ERR", Redis(ns, "INCR", "name"), StringComparison.Ordinal);
        Assert.Contains("ERR", Redis(ns, "FLUSHALL"), StringComparison.Ordinal);
        Assert.Equal("", Redis(ns, "GET", "nothing"));
    }

    [Fact]
    public void Api_answers_a_foreign_client_with_what_db_says_over_one_kept_connection()
    {
        RootTier.Require("ip", "curl");
        using var ns = new TestNamespace();
        using var db = Start(ns, "db");
        using var api = Start(ns, "api");
        Ask(api, """{"id":1,"do":"upstream","addresses":["127.0.0.1"],"ports":[6379]}""");

        Assert.Equal("1", Curl(ns, "http://127.0.0.1:8080/visits"));
        Assert.Equal("2", Curl(ns, "http://[::1]:8080/visits"));
        Assert.Equal(1, Ask(api, """{"id":2,"do":"status"}""").GetProperty("upstreamConnections").GetInt32());
    }

    [Fact]
    public void Api_says_bad_gateway_without_db()
    {
        RootTier.Require("ip", "curl");
        using var ns = new TestNamespace();
        using var api = Start(ns, "api");
        Assert.Equal("502", Tool.RunIn(ns.Name, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://127.0.0.1:8080/").Output.Trim());
    }

    [Fact]
    public void A_workload_ends_when_its_input_ends()
    {
        RootTier.Require("ip");
        using var ns = new TestNamespace();
        using var db = Start(ns, "db");
        db.CloseInput();
        Assert.True(db.WaitForExit(Soon));
        Assert.Equal(0, db.Result.ExitCode);
    }

    [Fact]
    public void Bulk_data_is_counted_by_its_receiver()
    {
        RootTier.Require("ip");
        using var ns = new TestNamespace();
        using var receiver = Start(ns, "plain");
        var reply = Ask(receiver, """{"id":1,"do":"bulk","addresses":["127.0.0.1"],"ports":[5201],"milliseconds":100}""");
        Assert.True(reply.GetProperty("bulkBytes").GetInt64() > 1_000_000);
        Assert.True(reply.GetProperty("bulkMicroseconds").GetInt64() > 1000);
    }

    /// <summary>The workload inside the namespace, listening.</summary>
    private static RunningTool Start(TestNamespace ns, string role)
    {
        var workload = RunningTool.Start(DemoProgram.Path, ["__enter", ns.NamespacePath, "--", DemoProgram.Path, "__workload", role]);
        Eventually.True(Soon, () => workload.Output.Contains("\"id\":0", StringComparison.Ordinal), $"{role} listens: {workload.Error}");
        return workload;
    }

    private static JsonElement Ask(RunningTool workload, string command)
    {
        using var question = JsonDocument.Parse(command);
        var id = question.RootElement.GetProperty("id").GetInt32();
        workload.Write(command + "\n");
        var line = Eventually.NotNull(
            Soon, () => workload.Output.Split('\n').FirstOrDefault(line => line.Contains($"\"id\":{id},", StringComparison.Ordinal)), $"an answer to {command}");
        using var answer = JsonDocument.Parse(line);
        return answer.RootElement.Clone();
    }

    private static string Redis(TestNamespace ns, params string[] words) => Tool.TryIn(ns.Name, "redis-cli", ["--no-raw", .. words]).Output.Trim().Trim('"')
        .Replace("(integer) ", "", StringComparison.Ordinal).Replace("(nil)", "", StringComparison.Ordinal);

    private static string Curl(TestNamespace ns, string url) => Tool.RunIn(ns.Name, "curl", "-s", "-m", "5", url).Output.Trim();
}
