using static Weir.Policy.Tests.Scene;

namespace Weir.Policy.Tests;

public sealed class PolicyDiffTests
{
    [Fact]
    public void Equal_policies_have_no_difference()
    {
        var policy = new PolicyConfig { Groups = [Group("a", "x", "1")], Rules = [Allow(1, "a", "any", "tcp/80")] };
        var same = new PolicyConfig { Groups = [Group("a", "x", "1")], Rules = [Allow(1, "a", "any", "tcp/80")] };
        Assert.Equal(policy, same);
        Assert.Empty(PolicyDiff.Compare(policy, same));
    }

    [Fact]
    public void Each_difference_is_a_line()
    {
        var before = new PolicyConfig { Groups = [Group("a", "x", "1"), new PolicyGroup { Name = "old" }], Rules = [Allow(1, "a", "any"), Deny(2, "any", "a", "tcp/22"), Allow(3, "any", "any")] };
        var after = new PolicyConfig
        {
            DefaultMode = PolicyMode.Protect,
            Groups = [Group("a", "x", "1", PolicyMode.Monitor)],
            Rules = [Deny(2, "any", "a", "tcp/22", "tcp/23"), Allow(1, "a", "any"), Allow(4, "any", "external").Of(Application.Tls) with { Comment = "updates" }],
        };
        Assert.Equal(
            [
                "~ default mode discover -> protect",
                "- group old",
                "~ group a {x=1} in monitor (was: group a {x=1})",
                "- rule 3 allow any -> any any port",
                "~ rule 2 deny any -> a tcp/22,tcp/23 (was: rule 2 deny any -> a tcp/22)",
                "+ rule 4 allow any -> external any port tls # updates",
                "~ order: rule 2 is now before rule 1",
            ],
            PolicyDiff.Compare(before, after));
    }

    [Fact]
    public void Setting_a_mode_declares_the_workloads_own_group_when_there_is_none()
    {
        var policy = new PolicyConfig().WithMode("web", PolicyMode.Protect).WithMode("web", PolicyMode.Monitor);
        Assert.Equal([new PolicyGroup { Name = "web", Mode = PolicyMode.Monitor }], policy.Groups);
        Assert.Equal(PolicyMode.Monitor, PolicyModes.ModeOf(policy, Web));
    }
}
