using static Weir.Policy.Tests.Scene;

namespace Weir.Policy.Tests;

/// <summary>Rules that depend on the application protocol.</summary>
public sealed class ApplicationRuleTests
{
    [Fact]
    public void A_session_waits_for_its_application_when_that_decides()
    {
        var model = Protect(Allow(4, "web", "api", "tcp/80").Of(Application.Http));
        var query = model.Egress("web", "10.0.0.2");

        Assert.Equal(new PolicyDecision(PolicyAction.AwaitApplication, 4, PolicyMode.Protect), model.Evaluate(query));
        Assert.Equal(new PolicyDecision(PolicyAction.Accept, 4, PolicyMode.Protect), model.Evaluate(query.Known(Application.Http)));
        Assert.Equal(new PolicyDecision(PolicyAction.Deny, 0, PolicyMode.Protect), model.Evaluate(query.Known(Application.Ssh)));
        Assert.Equal(new PolicyDecision(PolicyAction.Deny, 0, PolicyMode.Protect), model.Evaluate(query.Known(Application.Unknown)));
    }

    [Fact]
    public void It_does_not_wait_at_another_port_or_for_another_peer()
    {
        var model = Protect(Allow(4, "web", "api", "tcp/80").Of(Application.Http));
        Assert.Equal(PolicyAction.Deny, model.Evaluate(model.Egress("web", "10.0.0.2", 81)).Action);
        Assert.Equal(PolicyAction.Deny, model.Evaluate(model.Egress("web", "10.0.0.3")).Action);
    }

    [Fact]
    public void It_does_not_wait_when_every_application_ends_alike()
    {
        var model = Protect(Allow(1, "web", "api").Of(Application.Http), Allow(2, "web", "api").Of(Application.Tls), Allow(3, "any", "any"));
        Assert.Equal(new PolicyDecision(PolicyAction.Accept, 3, PolicyMode.Protect), model.Evaluate(model.Egress("web", "10.0.0.2")));
        Assert.Equal(1, model.RuleFor(model.Egress("web", "10.0.0.2").Known(Application.Http)));
    }

    [Fact]
    public void It_waits_for_a_denied_application_before_an_allowed_rest()
    {
        var model = Protect(Deny(1, "any", "any").Of(Application.Ssh), Allow(2, "web", "api"));
        Assert.Equal(PolicyAction.AwaitApplication, model.Evaluate(model.Egress("web", "10.0.0.2")).Action);
        Assert.Equal(PolicyAction.Deny, model.Evaluate(model.Egress("web", "10.0.0.2").Known(Application.Ssh)).Action);
        Assert.Equal(PolicyAction.Accept, model.Evaluate(model.Egress("web", "10.0.0.2").Known(Application.Unknown)).Action);
    }

    [Fact]
    public void A_rule_with_applications_after_the_deciding_one_is_not_waited_for()
    {
        var model = Protect(Allow(1, "web", "api"), Deny(2, "any", "any").Of(Application.Ssh));
        Assert.Equal(PolicyAction.Accept, model.Evaluate(model.Egress("web", "10.0.0.2")).Action);
    }

    [Fact]
    public void In_discover_a_learned_application_is_waited_for_so_that_it_is_not_learned_again()
    {
        var model = Compile(PolicyMode.Discover, Allow(10_000, "web", "api", "tcp/80").Of(Application.Http) with { Origin = RuleOrigin.Learned });
        Assert.Equal(PolicyAction.AwaitApplication, model.Evaluate(model.Egress("web", "10.0.0.2")).Action);
        Assert.Equal(PolicyAction.Learn, model.Evaluate(model.Egress("web", "10.0.0.2").Known(Application.Unknown)).Action);
        Assert.Equal(PolicyAction.Learn, model.Evaluate(model.Egress("web", "10.0.0.2", 81)).Action);
    }

    [Fact]
    public void Unknown_can_be_named()
    {
        var model = Protect(Allow(1, "web", "api").Of(Application.Unknown, Application.Http));
        Assert.Equal(PolicyAction.Accept, model.Evaluate(model.Egress("web", "10.0.0.2").Known(Application.Unknown)).Action);
        Assert.Equal(PolicyAction.Deny, model.Evaluate(model.Egress("web", "10.0.0.2").Known(Application.Tls)).Action);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(58)]
    [InlineData(47)]
    public void Protocols_without_applications_never_wait(byte protocol)
    {
        var model = Protect(Allow(1, "web", "api").Of(Application.Http));
        Assert.Equal(PolicyAction.Deny, model.Evaluate(model.Egress("web", "10.0.0.2", 0, protocol)).Action);
    }

    [Fact]
    public void A_session_that_was_open_before_is_allowed_by_port_where_its_application_would_be()
    {
        var model = Protect(Allow(1, "web", "api", "tcp/6379").Of(Application.Redis));
        var query = model.Egress("web", "10.0.0.2", 6379) with { BeginningUnseen = true };

        Assert.Equal(new PolicyDecision(PolicyAction.Accept, 1, PolicyMode.Protect), model.Evaluate(query));
        Assert.Equal(PolicyAction.Deny, model.Evaluate(query with { Port = 22 }).Action);
        Assert.Equal(PolicyAction.Deny, model.Evaluate(query with { Application = Application.Ssh }).Action);
    }

    [Fact]
    public void Denying_an_application_does_not_deny_sessions_whose_application_can_not_be_known()
    {
        var model = Protect(Deny(1, "any", "any", "tcp/80").Of(Application.Ssh), Allow(2, "any", "any").Of(Application.Http), Allow(3, "any", "any", "tcp/80").Of(Application.Http));
        Assert.Equal(3, model.RuleFor(model.Egress("web", "10.0.0.2") with { BeginningUnseen = true }));
    }
}
