using static Weir.Policy.Tests.Scene;

namespace Weir.Policy.Tests;

public sealed class PolicyModelTests
{
    [Fact]
    public void The_first_matching_rule_in_the_list_decides_whatever_the_ids()
    {
        var model = Protect(Deny(900, "web", "api", "tcp/80"), Allow(5, "web", "api"));

        Assert.Equal(new PolicyDecision(PolicyAction.Deny, 900, PolicyMode.Protect), model.Evaluate(model.Egress("web", "10.0.0.2", 80)));
        Assert.Equal(new PolicyDecision(PolicyAction.Accept, 5, PolicyMode.Protect), model.Evaluate(model.Egress("web", "10.0.0.2", 81)));
    }

    [Fact]
    public void A_rule_counts_in_the_direction_of_the_session_only()
    {
        var model = Protect(Allow(1, "web", "api"));

        Assert.Equal(1, model.RuleFor(model.Egress("web", "10.0.0.2")));
        Assert.Equal(1, model.RuleFor(model.Ingress("api", "10.0.0.1")));
        Assert.Equal(0, model.RuleFor(model.Ingress("web", "10.0.0.2")));
        Assert.Equal(0, model.RuleFor(model.Egress("api", "10.0.0.1")));
    }

    [Fact]
    public void Both_families_of_a_workload_are_the_workload()
    {
        var model = Protect(Allow(1, "web", "api"));
        Assert.Equal(1, model.RuleFor(model.Egress("web", "fd00::2")));
        Assert.Equal(model.FindWorkload("api"), model.FindWorkload(Address("fd00::2")));
    }

    [Fact]
    public void A_group_with_labels_is_every_workload_that_has_them_all()
    {
        var back = new PolicyGroup { Name = "back", Labels = new Dictionary<string, string> { ["tier"] = "back", ["zone"] = "a" } };
        var model = PolicyModel.Compile(
            new PolicyConfig { DefaultMode = PolicyMode.Protect, Groups = [back], Rules = [Allow(1, "web", "back")] },
            [Web, Api.With("tier", "back").With("zone", "a"), Db.With("tier", "back")], 1);

        Assert.Equal(1, model.RuleFor(model.Egress("web", "10.0.0.2")));
        Assert.Equal(0, model.RuleFor(model.Egress("web", "10.0.0.3")));
    }

    [Fact]
    public void Every_workload_has_its_name_as_a_label()
    {
        var model = PolicyModel.Compile(
            new PolicyConfig { DefaultMode = PolicyMode.Protect, Groups = [Group("store", "workload", "db")], Rules = [Allow(1, "any", "store")] }, All, 1);
        Assert.Equal(1, model.RuleFor(model.Ingress("db", "10.0.0.1")));
        Assert.Equal(0, model.RuleFor(model.Ingress("api", "10.0.0.1")));
    }

    [Fact]
    public void A_declared_group_stands_before_the_workload_of_its_name()
    {
        var model = PolicyModel.Compile(
            new PolicyConfig { DefaultMode = PolicyMode.Protect, Groups = [Group("api", "app", "api")], Rules = [Allow(1, "any", "api")] },
            [Web, Api, Db.With("app", "api")], 1);
        Assert.Equal(0, model.RuleFor(model.Ingress("api", "10.0.0.1")));
        Assert.Equal(1, model.RuleFor(model.Ingress("db", "10.0.0.1")));
    }

    [Fact]
    public void External_is_every_address_that_no_workload_has()
    {
        var model = Protect(Deny(1, "web", "external"), Allow(2, "any", "any"));
        Assert.Equal(1, model.RuleFor(model.Egress("web", "192.0.2.1")));
        Assert.Equal(1, model.RuleFor(model.Egress("web", "2001:db8::1")));
        Assert.Equal(2, model.RuleFor(model.Egress("web", "10.0.0.2")));
        Assert.Equal(2, model.RuleFor(model.Ingress("web", "192.0.2.1")));
    }

    [Theory]
    [InlineData("10.1.0.0/16", "10.1.0.0", true)]
    [InlineData("10.1.0.0/16", "10.1.255.255", true)]
    [InlineData("10.1.0.0/16", "10.0.255.255", false)]
    [InlineData("10.1.0.0/16", "10.2.0.0", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("0.0.0.0/0", "255.255.255.255", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true)]
    [InlineData("::/0", "192.0.2.1", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    public void A_prefix_means_the_addresses_in_it(string prefix, string address, bool matches)
    {
        var model = Protect(Allow(1, "web", prefix));
        Assert.Equal(matches ? 1 : 0, model.RuleFor(model.Egress("web", address)));
    }

    [Fact]
    public void Prefixes_in_prefixes_are_found_in_the_order_of_the_rules()
    {
        var model = Protect(Deny(1, "any", "10.9.9.0/24"), Allow(2, "any", "10.9.0.0/16", "tcp/80"), Deny(3, "any", "10.0.0.0/8"), Allow(4, "any", "any"));
        Assert.Equal(1, model.RuleFor(model.Egress("web", "10.9.9.1")));
        Assert.Equal(2, model.RuleFor(model.Egress("web", "10.9.8.1")));
        Assert.Equal(3, model.RuleFor(model.Egress("web", "10.9.8.1", 81)));
        Assert.Equal(3, model.RuleFor(model.Egress("web", "10.8.0.1")));
        Assert.Equal(4, model.RuleFor(model.Egress("web", "11.0.0.1")));
    }

    [Fact]
    public void A_prefix_means_a_workload_by_any_of_its_addresses_at_both_ends()
    {
        var model = Protect(Allow(1, "10.0.0.0/30", "10.0.0.2/32"));
        Assert.Equal(1, model.RuleFor(model.Egress("web", "10.0.0.2")));
        Assert.Equal(1, model.RuleFor(model.Ingress("api", "10.0.0.1")));
        Assert.Equal(0, model.RuleFor(model.Egress("web", "10.0.0.3")));
    }

    [Theory]
    [InlineData("tcp/80", 6, 80, true)]
    [InlineData("tcp/80", 17, 80, false)]
    [InlineData("tcp/80", 6, 81, false)]
    [InlineData("80", 6, 80, true)]
    [InlineData("80", 17, 80, true)]
    [InlineData("80", 132, 80, false)]
    [InlineData("tcp/8000-8010", 6, 8000, true)]
    [InlineData("tcp/8000-8010", 6, 8010, true)]
    [InlineData("tcp/8000-8010", 6, 7999, false)]
    [InlineData("tcp/8000-8010", 6, 8011, false)]
    [InlineData("tcp/0-65535", 6, 65535, true)]
    [InlineData("tcp", 6, 1, true)]
    [InlineData("tcp", 17, 1, false)]
    [InlineData("udp", 17, 65535, true)]
    [InlineData("icmp", 1, 0, true)]
    [InlineData("icmp", 58, 0, true)]
    [InlineData("icmp", 6, 0, false)]
    [InlineData("ip/47", 47, 0, true)]
    [InlineData("ip/47", 50, 0, false)]
    [InlineData("sctp/3868", 132, 3868, true)]
    [InlineData("any", 47, 0, true)]
    [InlineData("ip/255", 255, 0, true)]
    public void A_port_is_matched_as_it_is_written(string text, byte protocol, ushort port, bool matches)
    {
        var model = Protect(Allow(1, "web", "api", text));
        Assert.Equal(matches ? 1 : 0, model.RuleFor(model.Egress("web", "10.0.0.2", port, protocol)));
    }

    [Fact]
    public void One_any_among_the_ports_makes_the_rule_one_for_any_port()
    {
        var model = Protect(Allow(1, "web", "api", "tcp/80", "any"));
        Assert.Equal(1, model.RuleFor(model.Egress("web", "10.0.0.2", 53, 17)));
    }

    [Fact]
    public void Disabled_rules_are_not_looked_at()
    {
        var model = Protect(Deny(1, "any", "any") with { Disabled = true }, Allow(2, "web", "api"));
        Assert.Equal(2, model.RuleFor(model.Egress("web", "10.0.0.2")));
    }

    [Fact]
    public void A_group_that_nobody_knows_means_nobody()
    {
        var model = Protect(Allow(1, "any", "nobody"), Allow(2, "nobody", "any"));
        Assert.Equal(0, model.RuleFor(model.Egress("web", "10.0.0.2")));
        Assert.Equal(0, model.RuleFor(model.Egress("web", "192.0.2.1")));
    }

    [Fact]
    public void A_workloads_mode_is_the_strictest_of_its_groups_else_the_default()
    {
        var config = new PolicyConfig
        {
            DefaultMode = PolicyMode.Monitor,
            Groups = [Group("a", "x", "1", PolicyMode.Discover), Group("b", "y", "1", PolicyMode.Protect), Group("c", "z", "1")],
        };
        var model = PolicyModel.Compile(config, [Web.With("x", "1").With("y", "1"), Api.With("x", "1"), Db.With("z", "1")], 7);

        Assert.Equal([PolicyMode.Protect, PolicyMode.Discover, PolicyMode.Monitor], Enumerable.Range(0, 3).Select(model.ModeOf));
        Assert.Equal(7u, model.Generation);
    }

    [Fact]
    public void An_address_that_two_workloads_have_is_the_first_ones_and_loopback_is_nobodys()
    {
        var model = PolicyModel.Compile(new PolicyConfig(), [Workload("a", "127.0.0.1", "::1", "10.0.0.9"), Workload("b", "10.0.0.9")], 1);
        Assert.Equal(0, model.FindWorkload(Address("10.0.0.9")));
        Assert.Equal(-1, model.FindWorkload(Address("127.0.0.1")));
        Assert.Equal(-1, model.FindWorkload(Address("::1")));
    }

    [Fact]
    public void Where_no_workload_is_known_nothing_is_judged()
    {
        var model = Protect(Deny(1, "any", "any"));
        Assert.Equal(-1, model.FindWorkload("stranger"));
        Assert.Equal(PolicyAction.Accept, model.Evaluate(model.Egress("stranger", "10.0.0.2")).Action);
    }

    [Fact]
    public void An_empty_policy_without_workloads_compiles()
    {
        var model = PolicyModel.Compile(new PolicyConfig(), [], 0);
        Assert.Equal(0, model.WorkloadCount);
        Assert.Equal(-1, model.FindWorkload(Address("10.0.0.1")));
    }

    [Theory]
    [InlineData("tcp/99999", "any")]
    [InlineData("tcp/80", "10.0.0.0/99")]
    public void What_can_not_be_read_is_not_compiled(string port, string to)
        => Assert.Throws<PolicyException>(() => Protect(Allow(1, "any", to, port)));
}
