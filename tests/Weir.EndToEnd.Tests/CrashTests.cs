using Weir.EndToEnd.Tests.Programs;
using Weir.Testing;

namespace Weir.EndToEnd.Tests;

/// <summary>Killed at any step of capture or release, by WEIR_FAULT: what comes next brings the host back.</summary>
public class CrashTests
{
    private const int Killed = 128 + 9;

    // More than any plan has; a plan that grows past it fails the test.
    private const int MostSteps = 200;

    [Theory]
    [InlineData("apply")]
    [InlineData("release")]
    public void A_command_killed_at_any_step_is_undone_or_finished_by_release_all(string operation)
    {
        using Scene scene = new(servers => servers);
        HostDump before = HostDump.Of(scene.Host.Network, scene.Db.Namespace);
        int point = 0;
        for (; point < MostSteps; point++)
        {
            if (operation == "release")
                scene.Agent.Run("capture", scene.Db.Name, "--mode", "inline");
            IReadOnlyList<string> command = operation == "apply" ? ["capture", scene.Db.Name, "--mode", "inline"] : ["release", "--all"];
            ToolResult result = scene.Agent.Try(command, Fault(operation, point));
            if (result.Succeeded)
                break;
            Assert.True(result.ExitCode == Killed, $"at {operation}:{point} {result}");
            scene.Agent.Run("release", "--all");
            before.CheckUnchanged();
            Assert.Null(scene.Agent.Namespace);
        }

        Assert.InRange(point, 5, MostSteps - 1);
        scene.Agent.Run("release", "--all");
        before.CheckUnchanged();
    }

    [Theory]
    [InlineData("apply")]
    [InlineData("release")]
    public void An_agent_killed_on_the_way_leaves_a_host_that_the_next_one_repairs(string operation)
    {
        using Scene scene = new(servers => servers.Redis());
        HostDump before = HostDump.Of(scene.Host.Network, scene.Db.Namespace);
        int point = 0;
        for (; point < MostSteps; point++)
        {
            scene.Agent.Start(Fault(operation, point));
            ToolResult result = scene.Agent.Try("capture", "db", "--mode", "inline");
            if (operation == "release" && result.Succeeded)
                result = scene.Agent.Try("release", "--all");
            if (result.Succeeded)
                break;

            scene.Agent.Kill();
            scene.Agent.Start();
            Assert.True(scene.Clients.CanConnect(scene.Db.Address4, 6379), $"at {operation}:{point}: no way to the workload after the repair");
            scene.Agent.Run("release", "--all");
            before.CheckUnchanged();
            scene.Agent.Stop();
            Assert.Null(scene.Agent.Namespace);
        }

        Assert.InRange(point, 5, MostSteps - 1);
        scene.Agent.Run("release", "--all");
        before.CheckUnchanged();
    }

    private static Dictionary<string, string?> Fault(string operation, int point) => new() { ["WEIR_FAULT"] = $"{operation}:{point}" };
}
