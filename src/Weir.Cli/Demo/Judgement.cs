using Weir.Cli.Demo.Workloads;

namespace Weir.Cli.Demo;

/// <summary>From what was observed to what holds. Pure: the rounds observe, this judges.</summary>
internal static class Judgement
{
    /// <summary>The fewest calls of a round by which something can be said.</summary>
    public const int FewestCalls = 10;

    /// <summary>web calls one after another: one call may have been served before the first look, and answered after it.</summary>
    private const int UnderWay = 1;

    /// <summary>Every call of web was answered, over both families, and api and db saw them.</summary>
    public static Check LegitimateTraffic(DemoRound round, Traffic traffic, bool hasIpv6)
    {
        var ok = traffic.Answered >= FewestCalls
            && traffic.Failed == 0
            && (!hasIpv6 || traffic.AnsweredOverIpv6 > 0)
            && traffic.NewConnectionsToApi > 0
            && traffic.ServedByApi >= traffic.Answered - UnderWay
            && traffic.ServedByDb >= traffic.Answered - UnderWay;
        var observed = $"{traffic.Answered} calls answered ({traffic.AnsweredOverIpv6} over IPv6), {(traffic.Failed == 0 ? "none" : traffic.Failed)} failed; "
            + $"api served {traffic.ServedByApi}, db {traffic.ServedByDb}; slowest {traffic.SlowestMilliseconds:0} ms"
            + (traffic.Retried > 0 ? $"; {traffic.Retried} connects tried again while a port was exchanged" : "")
            + (traffic.Failed > 0 ? $"; last failure: {traffic.LastFailure}" : "");
        return new Check(round, "web → api → db works", ok, observed);
    }

    /// <summary>api's connection to db, opened before anything was captured, was never made anew.</summary>
    public static Check OldConnectionLives(DemoRound round, Traffic traffic) => new(
        round,
        "api's connection to db, open since before the capture, is still the same",
        traffic.UpstreamConnections == 1,
        traffic.UpstreamConnections == 1 ? "never made anew" : $"made {traffic.UpstreamConnections} times: {traffic.UpstreamFailure}");

    /// <summary>Without Weir the attack works: otherwise stopping it would prove nothing.</summary>
    public static Check AttackWorks(Attack attack) => new(
        DemoRound.Before,
        $"without Weir {attack.Title}",
        attack.SeenByServers > 0 && attack.Attempts.Any(attempt => attempt.Outcome == Outcome.Answered),
        Describe(attack));

    /// <summary>Neither did the client get any answer, nor did a server see it; and it is reported.</summary>
    public static Check AttackIsStopped(Attack attack, int reported) => new(
        DemoRound.Protect,
        $"stopped: {attack.Title}",
        !attack.GotThrough && attack.Attempts.Count > 0 && reported == attack.Attempts.Count,
        $"{Describe(attack)}; {Reported(attack, reported)}");

    /// <summary>A tap only sees: the attack goes on, and every attempt is reported.</summary>
    public static Check AttackIsReported(Attack attack, int reported) => new(
        DemoRound.Protect,
        $"reported: {attack.Title}",
        attack.Attempts.Count > 0 && reported == attack.Attempts.Count,
        $"{Describe(attack)}; {Reported(attack, reported)} (a tap can't stop it)");

    public static Check Restored(IReadOnlyList<string> differences, int namespaces) => new(
        DemoRound.Release,
        "all is as before: links, addresses, routes, rules, neighbours, netfilter, tc, sysctls",
        differences.Count == 0,
        differences.Count == 0 ? $"{namespaces} namespaces compared, no difference" : $"{differences.Count} differences: {string.Join("; ", differences.Take(3))}");

    public static Check ThroughputMeasured(ThroughputResult result) => new(
        DemoRound.Throughput,
        "bulk data flows before, in discover and in protect",
        result is { Before: > 0, Discover: > 0, Protect: > 0 },
        $"{result.Before:0.0}, {result.Discover:0.0} and {result.Protect:0.0} Gbit/s");

    /// <summary>The middle one; the mean of the two in the middle for an even count; 0 for none.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return 0;
        var sorted = values.Order().ToList();
        var middle = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static string Describe(Attack attack)
    {
        var answered = attack.Attempts.Count(attempt => attempt.Outcome == Outcome.Answered);
        var refused = attack.Attempts.Count(attempt => attempt.Outcome == Outcome.Refused);
        var answers = (answered, refused) switch
        {
            (0, 0) => "no answer",
            (_, 0) => $"{answered} answered",
            (0, _) => $"{refused} refused",
            _ => $"{answered} answered, {refused} refused",
        };
        return $"{attack.Attempts.Count} attempts: {answers}; servers saw {(attack.SeenByServers == 0 ? "nothing" : attack.SeenByServers)}";
    }

    private static string Reported(Attack attack, int reported) =>
        reported == attack.Attempts.Count ? "all reported" : $"only {reported} reported";
}
