using static Weir.Policy.Tests.Scene;

namespace Weir.Policy.Tests;

public sealed class PolicyConfigValidatorTests
{
    [Fact]
    public void A_good_policy_has_no_findings()
        => Assert.Empty(PolicyConfigValidator.Check(new PolicyConfig { Groups = [new PolicyGroup { Name = "db" }], Rules = [Allow(1, "external", "db", "tcp/80"), Deny(2, "10.0.0.0/8", "any")] }));

    [Fact]
    public void Everything_wrong_is_found_at_once_with_its_place_and_a_way_to_mend_it()
    {
        var findings = PolicyConfigValidator.Check(new PolicyConfig
        {
            Groups = [new PolicyGroup { Name = "frontend" }, new PolicyGroup { Name = "any" }, new PolicyGroup { Name = "frontend" }, new PolicyGroup { Name = "two words" }, new PolicyGroup { Name = "" }],
            Rules =
            [
                Allow(1, "frontent", "any", "tcp/80"),
                Allow(1, "any", "10.0.0.0/40", "tcp/99999", "udp/9-3", "smtp"),
                Allow(0, "any", "10.0.0.1/8"),
                Allow(10_000, "any", "any").Of((Application)4711),
                Allow(5, "any", "any") with { Origin = RuleOrigin.Learned },
                Allow(6, "", "10.0.0.300"),
            ],
        });

        Assert.All(findings, f => Assert.Equal(FindingSeverity.Error, f.Severity));
        Assert.All(findings, f => Assert.NotEmpty(f.Fix));
        Assert.Equal(
            [
                "groups[1].name", "groups[2].name", "groups[3].name", "groups[4].name",
                "rules[0].from", "rules[1].id", "rules[1].to", "rules[1].ports[0]", "rules[1].ports[1]", "rules[1].ports[2]",
                "rules[2].id", "rules[2].to", "rules[3].id", "rules[3].applications[0]", "rules[4].id", "rules[5].from", "rules[5].to",
            ],
            findings.Select(f => f.Where));
        Assert.Contains("did you mean 'frontend'?", findings.Single(f => f.Where == "rules[0].from").Fix, StringComparison.Ordinal);
        Assert.Contains("10.0.0.0/8", findings.Single(f => f.Where == "rules[2].to").What, StringComparison.Ordinal);
        Assert.Contains("3-9", findings.Single(f => f.Where == "rules[1].ports[1]").What, StringComparison.Ordinal);
    }

    [Fact]
    public void Workloads_that_exist_are_groups_without_being_declared()
    {
        var config = new PolicyConfig { Rules = [Allow(1, "web", "api")] };
        Assert.Equal(2, PolicyConfigValidator.Check(config).Count);
        Assert.Empty(PolicyConfigValidator.Check(config, ["web", "api"]));
    }

    [Theory]
    [InlineData("any", "any", "", "web", "api", "tcp/80", true)]
    [InlineData("web", "any", "tcp", "web", "api", "tcp/80", true)]
    [InlineData("web", "api", "tcp/80-90", "web", "api", "tcp/85", true)]
    [InlineData("web", "api", "tcp/80", "web", "api", "tcp/80-90", false)]
    [InlineData("web", "api", "tcp/80", "web", "api", "", false)]
    [InlineData("web", "api", "80", "web", "api", "udp/80", true)]
    [InlineData("10.0.0.0/8", "any", "", "10.1.0.0/16", "api", "", true)]
    [InlineData("10.1.0.0/16", "any", "", "10.0.0.0/8", "api", "", false)]
    [InlineData("::/0", "any", "", "10.0.0.0/8", "api", "", false)]
    [InlineData("wide", "any", "", "narrow", "api", "", true)]
    [InlineData("narrow", "any", "", "wide", "api", "", false)]
    [InlineData("external", "any", "", "192.0.2.0/24", "api", "", false)]
    public void A_rule_that_an_earlier_one_leaves_nothing_is_a_warning(string from, string to, string port, string laterFrom, string laterTo, string laterPort, bool shadowed)
    {
        var narrow = new PolicyGroup { Name = "narrow", Labels = new Dictionary<string, string> { ["tier"] = "1", ["zone"] = "a" } };
        var config = new PolicyConfig
        {
            Groups = [Group("wide", "tier", "1"), narrow],
            Rules = [Deny(1, from, to, port.Length == 0 ? [] : [port]), Allow(2, laterFrom, laterTo, laterPort.Length == 0 ? [] : [laterPort])],
        };
        var findings = PolicyConfigValidator.Check(config, ["web", "api"]);
        if (!shadowed)
        {
            Assert.Empty(findings);
            return;
        }

        var finding = Assert.Single(findings);
        Assert.Equal((FindingSeverity.Warning, "rules[1]"), (finding.Severity, finding.Where));
        Assert.Contains("rule 2 can never decide", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Applications_and_disabled_rules_count_for_shadows()
    {
        var http = Allow(1, "any", "any").Of(Application.Http, Application.Tls);
        Assert.Empty(Check(http, Allow(2, "any", "any")));
        Assert.Empty(Check(http, Allow(2, "any", "any").Of(Application.Ssh)));
        Assert.Single(Check(http, Allow(2, "any", "any").Of(Application.Tls)));
        Assert.Empty(Check(http with { Disabled = true }, Allow(2, "any", "any").Of(Application.Tls)));

        static IReadOnlyList<Finding> Check(params PolicyRule[] rules) => PolicyConfigValidator.Check(new PolicyConfig { Rules = rules });
    }

    [Fact]
    public void A_name_is_near_when_few_letters_differ()
    {
        Assert.Equal("protect", NearestName.Find("portect", ["discover", "monitor", "protect"]));
        Assert.Equal("monitor", NearestName.Find("Monitor", ["discover", "monitor", "protect"]));
        Assert.Null(NearestName.Find("quarantine", ["discover", "monitor", "protect"]));
        Assert.Null(NearestName.Find(new string('x', 100_000), ["discover"]));
    }
}
