using Weir.Cli.Demo;
using Weir.Cli.Demo.Workloads;

namespace Weir.Cli.Tests.Demo;

public class JudgementTests
{
    private static readonly Traffic Good = new()
    {
        Answered = 20,
        AnsweredOverIpv6 = 10,
        Failed = 0,
        LastFailure = "",
        SlowestMilliseconds = 3,
        ServedByApi = 20,
        NewConnectionsToApi = 10,
        ServedByDb = 20,
        UpstreamConnections = 1,
    };

    [Fact]
    public void Traffic_that_all_ends_saw_without_failure_holds() => Assert.True(Legitimate(Good).Ok);

    [Fact]
    public void One_failed_call_is_one_too_many() => Assert.False(Legitimate(Good with { Failed = 1 }).Ok);

    [Fact]
    public void Too_few_calls_say_nothing() => Assert.False(Legitimate(Good with { Answered = Judgement.FewestCalls - 1 }).Ok);

    [Fact]
    public void Traffic_that_the_servers_did_not_see_does_not_hold()
    {
        Assert.False(Legitimate(Good with { ServedByApi = 10 }).Ok);
        Assert.False(Legitimate(Good with { ServedByDb = 10 }).Ok);
    }

    [Fact]
    public void Only_the_kept_connections_being_alive_does_not_hold() => Assert.False(Legitimate(Good with { NewConnectionsToApi = 0 }).Ok);

    [Fact]
    public void Silence_over_ipv6_counts_only_where_there_is_ipv6()
    {
        var silent = Good with { AnsweredOverIpv6 = 0 };
        Assert.False(Judgement.LegitimateTraffic(DemoRound.Protect, silent, hasIpv6: true).Ok);
        Assert.True(Judgement.LegitimateTraffic(DemoRound.Protect, silent, hasIpv6: false).Ok);
    }

    [Fact]
    public void A_failure_is_told_with_its_reason() =>
        Assert.Contains("no answer in two seconds", Legitimate(Good with { Failed = 1, LastFailure = "no answer in two seconds" }).Observed, StringComparison.Ordinal);

    [Fact]
    public void A_connection_that_was_made_anew_is_not_the_old_one()
    {
        Assert.True(Judgement.OldConnectionLives(DemoRound.Discover, Good).Ok);
        Assert.False(Judgement.OldConnectionLives(DemoRound.Discover, Good with { UpstreamConnections = 2 }).Ok);
        Assert.False(Judgement.OldConnectionLives(DemoRound.Discover, Good with { UpstreamConnections = 0 }).Ok);
    }

    [Fact]
    public void An_attack_is_stopped_when_nobody_heard_of_it_and_every_attempt_is_reported()
    {
        var silent = Made(0, Outcome.Silent, Outcome.Silent);
        Assert.True(Judgement.AttackIsStopped(silent, 2).Ok);
        Assert.False(Judgement.AttackIsStopped(silent, 1).Ok);
    }

    [Fact]
    public void An_attack_that_got_any_answer_is_not_stopped()
    {
        Assert.False(Judgement.AttackIsStopped(Made(0, Outcome.Answered, Outcome.Silent), 2).Ok);
        Assert.False(Judgement.AttackIsStopped(Made(0, Outcome.Refused, Outcome.Silent), 2).Ok);
    }

    [Fact]
    public void An_attack_that_a_server_saw_is_not_stopped() => Assert.False(Judgement.AttackIsStopped(Made(1, Outcome.Silent), 1).Ok);

    [Fact]
    public void An_attack_that_was_never_tried_proves_nothing()
    {
        Assert.False(Judgement.AttackIsStopped(Made(0), 0).Ok);
        Assert.False(Judgement.AttackIsReported(Made(0), 0).Ok);
        Assert.False(Judgement.AttackWorks(Made(0)).Ok);
    }

    [Fact]
    public void Without_weir_the_attack_must_work_at_both_ends()
    {
        Assert.True(Judgement.AttackWorks(Made(1, Outcome.Answered, Outcome.Refused)).Ok);
        Assert.False(Judgement.AttackWorks(Made(0, Outcome.Answered)).Ok);
        Assert.False(Judgement.AttackWorks(Made(1, Outcome.Silent)).Ok);
    }

    [Fact]
    public void A_tap_has_done_its_work_when_every_attempt_is_reported()
    {
        var seen = Made(2, Outcome.Answered, Outcome.Answered);
        Assert.True(Judgement.AttackIsReported(seen, 2).Ok);
        Assert.False(Judgement.AttackIsReported(seen, 1).Ok);
    }

    [Fact]
    public void One_difference_after_the_release_is_one_too_many()
    {
        Assert.True(Judgement.Restored([], 4).Ok);
        Assert.False(Judgement.Restored(["web: + stray0"], 4).Ok);
    }

    [Fact]
    public void All_three_transfers_must_have_been_measured()
    {
        Assert.True(Judgement.ThroughputMeasured(new ThroughputResult(3, 2, 1)).Ok);
        Assert.False(Judgement.ThroughputMeasured(new ThroughputResult(3, 2, 0)).Ok);
    }

    [Theory]
    [InlineData(new double[0], 0)]
    [InlineData(new[] { 4.0 }, 4)]
    [InlineData(new[] { 9.0, 1, 5 }, 5)]
    [InlineData(new[] { 9.0, 1, 5, 7 }, 6)]
    public void Median_is_the_middle(double[] values, double median) => Assert.Equal(median, Judgement.Median(values));

    private static Check Legitimate(Traffic traffic) => Judgement.LegitimateTraffic(DemoRound.Protect, traffic, hasIpv6: true);

    private static Attack Made(long seen, params Outcome[] outcomes) =>
        new(AttackKind.ScanPorts, [.. outcomes.Select((outcome, i) => new Attempt("10.77.0.13", 1000 + i, outcome))], seen);
}
