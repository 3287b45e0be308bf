using Weir.EndToEnd.Tests.Programs;

namespace Weir.EndToEnd.Tests;

/// <summary>Programs that we did not write go on working while Weir is put under them, watches, protects, and leaves.</summary>
public class RealProgramTests
{
    [Theory]
    [InlineData("tap")]
    [InlineData("inline")]
    public void Everything_goes_on_working_through_capture_discover_protect_and_release(string mode)
    {
        using Scene scene = new(servers => servers.All());
        HostDump before = HostDump.Of(scene.Host);
        List<HeldConnection> held = [.. scene.DbAddresses.Select(address => HeldConnection.Open(scene.Web.Namespace, address, 6379))];
        AllAnswer("before the capture");

        scene.Agent.Start();
        scene.Capture(mode, "web", "db");
        AllAnswer("through the capture");
        UseEverything();

        scene.SetMode("protect");
        AllAnswer("through protect");
        UseEverything();

        IReadOnlyList<string> seen = [.. scene.Agent.Flows().Select(flow => flow.GetProperty("application").GetString()!).Distinct()];
        Assert.Superset(new HashSet<string> { "http", "redis", "postgresql", "dns" }, new HashSet<string>(seen));
        Assert.DoesNotContain(scene.Agent.Flows(), flow => flow.GetProperty("verdict").GetString() is "deny");
        scene.Agent.CheckThreads();

        scene.Agent.Run("release", "--all");
        AllAnswer("after the release");
        scene.Clients.Curl(scene.Db.Address4);
        held.ForEach(connection => connection.Dispose());
        before.CheckUnchanged();
        scene.Agent.CheckThreads();
        scene.Agent.Stop();
        Assert.Null(scene.Agent.Namespace);

        void AllAnswer(string when) => Assert.All(held, connection => Assert.True(connection.RedisAnswers(), $"a connection from before the capture is dead {when}"));

        void UseEverything()
        {
            foreach (string address in scene.DbAddresses)
                scene.Clients.UseEverything(address, scene.Servers);
        }
    }
}
