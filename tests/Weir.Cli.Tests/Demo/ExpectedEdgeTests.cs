using Weir.Agent.Api;
using Weir.Cli.Demo;
using Weir.Policy;

namespace Weir.Cli.Tests.Demo;

public class ExpectedEdgeTests
{
    private static readonly ExpectedEdge Edge = new("api", "db", 6379, Application.Redis);

    private static readonly Conversation Talk = new()
    {
        From = "api",
        To = "db",
        Port = 6379,
        Protocol = "tcp",
        Application = Application.Redis,
        Verdict = PolicyAction.Learn,
        Sessions = 1,
        Bytes = 100,
        First = DateTimeOffset.UnixEpoch,
        Last = DateTimeOffset.UnixEpoch,
    };

    private static readonly PolicyRule Rule = new()
    {
        Id = 10001,
        From = "api",
        To = "db",
        Ports = ["tcp/6379"],
        Applications = [Application.Redis],
        Origin = RuleOrigin.Learned,
    };

    [Fact]
    public void A_conversation_is_seen_with_its_protocol()
    {
        Assert.True(Edge.IsSeenIn([Talk]));
        Assert.False(Edge.IsSeenIn([Talk with { Application = Application.Http }]));
        Assert.False(Edge.IsSeenIn([Talk with { From = "web" }]));
        Assert.False(Edge.IsSeenIn([Talk with { Bytes = 0 }]));
        Assert.False(Edge.IsSeenIn([]));
    }

    [Theory]
    [InlineData("tcp/6379", true)]
    [InlineData("tcp/6000-6999", true)]
    [InlineData("tcp/6380", false)]
    [InlineData("udp/6379", false)]
    public void A_rule_is_learned_with_its_port(string ports, bool learned) =>
        Assert.Equal(learned, Edge.IsLearnedIn(new PolicyConfig { Rules = [Rule with { Ports = [ports] }] }));

    [Fact]
    public void A_rule_that_a_person_wrote_was_not_learned() =>
        Assert.False(Edge.IsLearnedIn(new PolicyConfig { Rules = [Rule with { Origin = RuleOrigin.User }] }));

    [Fact]
    public void A_rule_for_another_protocol_is_another_rule() =>
        Assert.False(Edge.IsLearnedIn(new PolicyConfig { Rules = [Rule with { Applications = [Application.Ssh] }] }));
}
