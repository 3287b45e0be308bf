using Weir.Agent.Learning;
using Weir.Policy;

namespace Weir.Agent.Tests.Learning;

public sealed class LearnerTests
{
    private static readonly PolicyWorkload s_web = new() { Name = "web" };
    private static readonly PolicyWorkload s_api = new() { Name = "api" };
    private static readonly PolicyDecision s_learn = new(PolicyAction.Learn, 0, PolicyMode.Discover);

    private readonly Learner _learner = new(LearnedPolicy.Empty, new PolicyConfig());

    [Fact]
    public void A_session_becomes_one_rule_with_its_groups_port_and_application()
    {
        Assert.True(_learner.Observe(Seen(s_web, s_api, 8080, Application.Http)));

        var rule = Assert.Single(_learner.Current.Rules);
        Assert.Equal(new PolicyRule { Id = 10000, From = "web", To = "api", Ports = ["tcp/8080"], Applications = [Application.Http], Origin = RuleOrigin.Learned }, rule);
        Assert.Equal(["web", "api"], _learner.Current.Groups.Select(g => g.Name));
    }

    [Fact]
    public void The_same_session_again_changes_nothing()
    {
        _learner.Observe(Seen(s_web, s_api, 8080, Application.Http));
        var before = _learner.Current;

        Assert.False(_learner.Observe(Seen(s_web, s_api, 8080, Application.Http)));
        Assert.Same(before, _learner.Current);
    }

    [Fact]
    public void An_application_has_one_rule_for_all_its_ports_in_order()
    {
        foreach (var port in new ushort[] { 9000, 80, 8080 }) _learner.Observe(Seen(s_web, s_api, port, Application.Http));
        _learner.Observe(Seen(s_web, s_api, 443, Application.Tls));

        Assert.Equal(["rule 10000 allow web -> api tcp/80,tcp/8080,tcp/9000 http", "rule 10001 allow web -> api tcp/443 tls"], Rules());
    }

    [Fact]
    public void A_session_whose_application_may_still_become_known_is_not_learned_yet()
    {
        Assert.False(_learner.Observe(Seen(s_web, s_api, 8080) with { ApplicationIsFinal = false }));
        Assert.Empty(_learner.Current.Rules);
    }

    [Fact]
    public void Unknown_applications_have_one_rule_with_ports_alone()
    {
        _learner.Observe(Seen(s_web, s_api, 7000));
        _learner.Observe(Seen(s_web, s_api, 7001, protocol: 17));

        Assert.Equal(["rule 10000 allow web -> api tcp/7000,udp/7001"], Rules());
    }

    [Fact]
    public void A_port_whose_application_becomes_known_moves_to_the_applications_rule()
    {
        _learner.Observe(Seen(s_web, s_api, 80));
        _learner.Observe(Seen(s_web, s_api, 7000));

        var accepted = Seen(s_web, s_api, 80, Application.Http) with { Decision = new PolicyDecision(PolicyAction.Accept, 10000, PolicyMode.Discover) };
        Assert.True(_learner.Observe(accepted));

        Assert.Equal(["rule 10000 allow web -> api tcp/7000", "rule 10001 allow web -> api tcp/80 http"], Rules());
    }

    [Fact]
    public void A_port_rule_that_lost_its_last_port_is_gone()
    {
        _learner.Observe(Seen(s_web, s_api, 80));
        _learner.Observe(Seen(s_web, s_api, 80, Application.Http));

        Assert.Equal(["rule 10001 allow web -> api tcp/80 http"], Rules());
    }

    [Fact]
    public void A_silent_session_does_not_open_a_port_that_is_known_to_carry_an_application()
    {
        _learner.Observe(Seen(s_web, s_api, 80, Application.Http));

        Assert.False(_learner.Observe(Seen(s_web, s_api, 80)));
        Assert.Equal(["rule 10000 allow web -> api tcp/80 http"], Rules());
    }

    [Fact]
    public void Twenty_ports_are_listed_and_the_twenty_first_makes_them_any()
    {
        for (ushort port = 1; port <= 20; port++) _learner.Observe(Seen(s_web, s_api, port));
        Assert.Equal(20, _learner.Current.Rules[0].Ports.Count);

        _learner.Observe(Seen(s_web, s_api, 21));
        Assert.Equal(["rule 10000 allow web -> api any port"], Rules());
        Assert.False(_learner.Observe(Seen(s_web, s_api, 22)));
    }

    [Fact]
    public void Peers_that_are_no_workload_are_external()
    {
        _learner.Observe(Seen(s_api, null, 443, Application.Tls));
        _learner.Observe(Seen(null, s_web, 80, Application.Http));

        Assert.Equal(["rule 10000 allow api -> external tcp/443 tls", "rule 10001 allow external -> web tcp/80 http"], Rules());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(58)]
    public void Both_versions_of_icmp_are_one_port(byte protocol)
    {
        _learner.Observe(Seen(s_web, s_api, 0, protocol: protocol) with { ApplicationIsFinal = false });
        Assert.Equal(["rule 10000 allow web -> api icmp"], Rules());
    }

    [Theory]
    [InlineData(PolicyAction.Accept)]
    [InlineData(PolicyAction.Violate)]
    [InlineData(PolicyAction.Deny)]
    [InlineData(PolicyAction.AwaitApplication)]
    public void Only_sessions_that_the_policy_wants_learned_are_learned(PolicyAction action)
    {
        Assert.False(_learner.Observe(Seen(s_web, s_api, 80, Application.Http) with { Decision = new PolicyDecision(action, 0, PolicyMode.Discover) }));
        Assert.Empty(_learner.Current.Rules);
    }

    [Fact]
    public void A_workload_with_a_service_label_is_learned_as_its_service()
    {
        var one = new PolicyWorkload { Name = "api-1", Labels = new Dictionary<string, string> { ["app"] = "api" } };
        var two = one with { Name = "api-2" };
        _learner.Observe(Seen(s_web, one, 80, Application.Http));
        Assert.False(_learner.Observe(Seen(s_web, two, 80, Application.Http)));

        Assert.Equal(["rule 10000 allow web -> api tcp/80 http"], Rules());
        Assert.True(_learner.Current.Groups.Single(g => g.Name == "api").Contains(two));
    }

    [Fact]
    public void A_name_that_means_other_workloads_is_not_taken()
    {
        _learner.User = new PolicyConfig { Groups = [new PolicyGroup { Name = "web", Labels = new Dictionary<string, string> { ["tier"] = "front" } }] };
        _learner.Observe(Seen(s_web, s_api, 80, Application.Http));

        Assert.Equal(["rule 10000 allow workload-web -> api tcp/80 http"], Rules());
        Assert.True(_learner.Current.Groups[0].Contains(s_web));
    }

    [Fact]
    public void Ids_go_on_after_the_last_one_and_then_fill_the_gaps()
    {
        var learner = new Learner(LearnedPolicy.Empty with { NextId = 99_999 }, new PolicyConfig { Rules = [new PolicyRule { Id = 10_000, From = "any", To = "any" }] });
        learner.Observe(Seen(s_web, s_api, 80, Application.Http));
        learner.Observe(Seen(s_web, s_api, 443, Application.Tls));

        Assert.Equal([10_001, 99_999], learner.Current.Rules.Select(r => r.Id));
    }

    [Fact]
    public void What_was_learned_lets_the_same_session_pass_in_protect()
    {
        _learner.Observe(Seen(s_web, s_api, 8080, Application.Http));
        var suggested = _learner.Suggest();
        Assert.All(suggested.Groups, g => Assert.Equal(PolicyMode.Protect, g.Mode));
        Assert.Empty(PolicyConfigValidator.Check(suggested));

        var model = PolicyModel.Compile(suggested, [s_web, s_api with { Addresses = [System.Net.IPAddress.Parse("10.0.0.2")] }], 1);
        var query = new PolicyQuery { Workload = 0, Direction = SessionDirection.Egress, Peer = PeerAddress.From(System.Net.IPAddress.Parse("10.0.0.2")), Protocol = 6, Port = 8080 };
        Assert.Equal(PolicyAction.AwaitApplication, model.Evaluate(query).Action);
        Assert.Equal(PolicyAction.Accept, model.Evaluate(query with { Application = Application.Http, ApplicationIsFinal = true }).Action);
        Assert.Equal(PolicyAction.Deny, model.Evaluate(query with { Application = Application.Ssh, ApplicationIsFinal = true }).Action);
    }

    [Fact]
    public void Rules_of_the_user_come_first_and_keep_their_ids()
    {
        _learner.Observe(Seen(s_web, s_api, 80, Application.Http));
        var adopted = _learner.Current.Rules[0] with { Comment = "reviewed" };
        _learner.User = new PolicyConfig { Rules = [new PolicyRule { Id = 1, From = "any", To = "web", Action = RuleAction.Deny }, adopted] };
        _learner.Observe(Seen(s_api, s_web, 22, Application.Ssh));

        Assert.Equal([1, 10000, 10001], _learner.Effective().Rules.Select(r => r.Id));
        Assert.Equal("reviewed", _learner.Effective().Rules[1].Comment);
    }

    [Fact]
    public void The_same_observations_give_the_same_rules_and_nothing_seen_is_ever_lost()
    {
        var random = new Random(42);
        var workloads = Enumerable.Range(0, 6).Select(i => new PolicyWorkload { Name = $"w{i}" }).ToArray();
        Application[] applications = [Application.Unknown, Application.Http, Application.Redis];
        var seen = Enumerable.Range(0, 3000).Select(_ => Seen(workloads[random.Next(6)], workloads[random.Next(6)], (ushort)random.Next(1, 12), applications[random.Next(3)])).ToList();
        var other = new Learner(LearnedPolicy.Empty, new PolicyConfig());
        foreach (var observation in seen)
        {
            _learner.Observe(observation);
            other.Observe(observation);
        }

        Assert.Equal(_learner.Current, other.Current);
        Assert.Equal(_learner.Current.Rules.Select(r => r.Id).Order(), _learner.Current.Rules.Select(r => r.Id));
        foreach (var pair in _learner.Current.Rules.GroupBy(r => (r.From, r.To)))
        {
            Assert.True(pair.Count(r => r.Applications.Count == 0) <= 1);
            Assert.Equal(pair.Count(), pair.Select(r => string.Join(',', r.Applications)).Distinct().Count());
        }

        Assert.All(seen, o => Assert.Contains(_learner.Current.Rules, r => r.From == o.Client!.Name && r.To == o.Server!.Name
            && r.Ports.Contains($"tcp/{o.Port}") && (r.Applications.Count == 0 || o.Application == Application.Unknown || r.Applications.Contains(o.Application))));
    }

    private IEnumerable<string> Rules() => _learner.Current.Rules.Select(r => r.ToString());

    private static Observation Seen(PolicyWorkload? client, PolicyWorkload? server, ushort port, Application application = Application.Unknown, byte protocol = 6) => new()
    {
        Client = client,
        Server = server,
        Protocol = protocol,
        Port = port,
        Application = application,
        ApplicationIsFinal = true,
        Decision = s_learn,
    };
}
