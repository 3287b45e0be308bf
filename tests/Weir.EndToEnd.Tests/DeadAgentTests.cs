using Weir.EndToEnd.Tests.Programs;
using Weir.Testing;

namespace Weir.EndToEnd.Tests;

/// <summary>Without an agent the kernel decides within a second: passes, or drops when weir.yaml says failClosed.</summary>
public class DeadAgentTests
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("KILL")]
    [InlineData("STOP")]
    public void Traffic_passes_within_a_second_after_the_agent_has_died_or_hangs(string signal)
    {
        using Scene scene = new(servers => servers.Redis());
        scene.Agent.Start();
        scene.Capture("inline", "db");
        using HeldConnection held = HeldConnection.Open(scene.Web.Namespace, scene.Db.Address4, 6379);
        Assert.True(held.RedisAnswers());

        scene.Agent.Signal(signal);
        // A SYN that went to the dead agent is sent again only after a second: so many short attempts.
        Eventually.True(OneSecond, () => scene.Clients.CanConnect(scene.Db.Address4, 6379, seconds: 0.1), "a new connection passes");
        Assert.True(scene.Clients.CanConnect(scene.Db.Address6, 6379, seconds: 0.5), "a new connection over IPv6 passes");
        Assert.True(held.RedisAnswers(), "an old connection goes on");

        scene.Agent.Kill();
        scene.Agent.Start();
        Assert.True(held.RedisAnswers(), "through the start of the next agent");
        scene.Agent.Run("mode", "db", "protect");
        scene.Agent.Run("release", "--all");
        Assert.True(held.RedisAnswers(), "after the release");
    }

    [Fact]
    public void With_failClosed_nothing_passes_until_there_is_an_agent_again()
    {
        using Scene scene = new(servers => servers.Redis(), "failClosed: true");
        scene.Agent.Start();
        scene.Capture("inline", "db");
        Assert.True(scene.Clients.CanConnect(scene.Db.Address4, 6379));

        scene.Agent.Kill();
        Eventually.True(OneSecond, () => !scene.Clients.CanConnect(scene.Db.Address4, 6379, seconds: 0.2), "new connections are dropped");
        Assert.False(scene.Clients.CanConnect(scene.Db.Address6, 6379, seconds: 1));

        scene.Agent.Start();
        Eventually.True(TimeSpan.FromSeconds(5), () => scene.Clients.CanConnect(scene.Db.Address4, 6379, seconds: 1), "the next agent lets them pass");
    }
}
