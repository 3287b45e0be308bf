using System.Text.Json;
using Weir.Cli.Demo;

namespace Weir.Cli.Tests.Demo;

public class DemoResultTests
{
    [Fact]
    public void The_json_object_has_the_documented_names()
    {
        var result = new DemoResult
        {
            Ok = true,
            Mode = "inline",
            Workloads = ["web", "api", "db"],
            Flows = [new FlowResult("web", "api", 8080, "http", "tcp", 1234, 5, "learn")],
            Learned = [new LearnedResult(10000, "web", "api", ["tcp/8080"], ["http"])],
            Allowed = [new AllowedResult("web", "api", 8080, "http", "10000", 20, 0)],
            Blocked = [new BlockedResult("web", "db", 6379, "tcp", "no rule allows it", "default of protect", true, 1)],
            Restored = true,
            Throughput = new ThroughputResult(30.5, 30, 29),
            Checks = [],
            Differences = [],
        };

        using var json = JsonDocument.Parse(JsonSerializer.Serialize(result, DemoJson.Default.DemoResult));
        var root = json.RootElement;
        string[] names = ["ok", "mode", "workloads", "flows", "learned", "allowed", "blocked", "restored", "throughput"];
        Assert.All(names, name => Assert.True(root.TryGetProperty(name, out _), name));
        Assert.Equal(["from", "to", "port", "protocol"], root.GetProperty("flows")[0].EnumerateObject().Select(p => p.Name).Take(4));
        Assert.Equal(1234, root.GetProperty("flows")[0].GetProperty("bytes").GetInt64());
        Assert.Equal(
            ["from", "to", "port", "protocol", "reason", "rule"],
            root.GetProperty("blocked")[0].EnumerateObject().Select(p => p.Name).Take(6));
        Assert.Equal(["before", "discover", "protect"], root.GetProperty("throughput").EnumerateObject().Select(p => p.Name));
    }
}
