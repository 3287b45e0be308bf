using static Weir.Policy.Tests.Scene;

namespace Weir.Policy.Tests;

public sealed class ExplainTests
{
    [Fact]
    public void Each_rule_looked_at_says_why_it_did_or_did_not_match()
    {
        var model = PolicyModel.Compile(
            new PolicyConfig
            {
                Groups = [new PolicyGroup { Name = "web", Mode = PolicyMode.Protect }],
                Rules =
                [
                    Deny(1, "any", "any") with { Disabled = true },
                    Deny(2, "external", "any"),
                    Allow(3, "web", "192.0.2.0/24"),
                    Allow(4, "web", "api", "tcp/443", "icmp"),
                    Allow(5, "web", "api", "tcp/80").Of(Application.Tls, Application.Ssh),
                    Allow(6, "web", "api", "tcp/80").Of(Application.Http),
                    Allow(7, "any", "any"),
                ],
            },
            All, 1);

        Assert.Equal(
            [
                "rule 1 deny any -> any any port: is disabled",
                "rule 2 deny external -> any any port: the client is web, not external",
                "rule 3 allow web -> 192.0.2.0/24 any port: the server is api (10.0.0.2), not in 192.0.2.0/24",
                "rule 4 allow web -> api tcp/443,icmp: the port is tcp/80, not tcp/443 or icmp",
                "rule 5 allow web -> api tcp/80 tls,ssh: the application is http, not tls or ssh",
                "rule 6 allow web -> api tcp/80 http: matches",
                "accept: rule 6",
            ],
            model.Explain(model.Egress("web", "10.0.0.2").Known(Application.Http)));
    }

    [Fact]
    public void The_example_of_the_document_is_what_is_written()
    {
        var model = PolicyModel.Compile(
            new PolicyConfig
            {
                DefaultMode = PolicyMode.Protect,
                Groups = [Group("frontend", "tier", "front")],
                Rules = [Deny(10, "external", "frontend", "tcp/22"), Allow(20, "frontend", "db", "tcp/6379").Of(Application.Redis)],
            },
            [Workload("web-1", "10.1.0.2").With("tier", "front"), Db], 1);
        var lines = model.Explain(model.Ingress("db", "10.1.0.2", 6379));
        Assert.Contains(string.Join('\n', lines), File.ReadAllText(Path.Combine(Testing.Repository.Root, "docs", "policy.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PolicyMode.Discover, "learn: no rule matched; web is in discover")]
    [InlineData(PolicyMode.Monitor, "violate: no rule matched; web is in monitor: passes and is reported")]
    [InlineData(PolicyMode.Protect, "deny: no rule matched; web is in protect")]
    public void Without_a_rule_the_mode_is_the_reason(PolicyMode mode, string line)
    {
        var model = Compile(mode);
        Assert.Equal([line], model.Explain(model.Egress("web", "192.0.2.1")));
    }

    [Fact]
    public void Passing_without_learning_names_the_stricter_peer()
    {
        var model = PolicyModel.Compile(new PolicyConfig().WithMode("api", PolicyMode.Protect), All, 1);
        Assert.Equal(
            ["accept: no rule matched; web is in discover, and nothing is learned because api is in protect, which is stricter"],
            model.Explain(model.Egress("web", "10.0.0.2")));
    }
}
