using System.Globalization;

namespace Weir.Policy;

/// <summary>Says in lines what a decision looked at. The matching itself is <see cref="CompiledRule.Match"/>, as for the decision.</summary>
internal static class PolicyExplanation
{
    public static IReadOnlyList<string> Write(in PolicyQuery query, CompiledRule[] rules, Selector[] selectors, in RuleSubject subject, PolicyModel model)
    {
        var lines = new List<string>();
        var decision = model.Evaluate(query);
        foreach (var rule in rules)
        {
            var match = rule.Match(subject, selectors);
            lines.Add($"{rule.Rule}: {Reason(match, rule, selectors, query, subject, model)}");
            if (match == RuleMatch.Matches) break;
        }

        lines.Add(Outcome(decision, query, subject, model));
        return lines;
    }

    private static string Reason(RuleMatch match, CompiledRule rule, Selector[] selectors, in PolicyQuery query, in RuleSubject subject, PolicyModel model) => match switch
    {
        RuleMatch.Matches => "matches",
        RuleMatch.DependsOnApplication => "matches if the application is " + string.Join(" or ", rule.Rule.Applications.Select(a => a.Name())) + ", not known yet",
        RuleMatch.Disabled => "is disabled",
        RuleMatch.FromDiffers => $"the client is {End(subject.LocalIsClient, subject, model)}, not {Meaning(selectors[rule.From])}",
        RuleMatch.ToDiffers => $"the server is {End(!subject.LocalIsClient, subject, model)}, not {Meaning(selectors[rule.To])}",
        RuleMatch.PortDiffers => $"the port is {PortText(query)}, not {string.Join(" or ", rule.Rule.Ports)}",
        _ => $"the application is {(subject.BeginningUnseen ? "not to be known, the session's beginning was not seen" : subject.Application.Name())}, not "
            + string.Join(" or ", rule.Rule.Applications.Select(a => a.Name())),
    };

    private static string Outcome(PolicyDecision decision, in PolicyQuery query, in RuleSubject subject, PolicyModel model)
    {
        var own = model.WorkloadAt(query.Workload).Name;
        var mode = Word(decision.Mode);
        var by = decision.RuleId == 0 ? "no rule matched" : $"rule {decision.RuleId}";
        return decision.Action switch
        {
            PolicyAction.AwaitApplication => $"await application: rule {decision.RuleId} decides when the application is known; until then the session passes",
            PolicyAction.Accept when decision.RuleId == 0 =>
                $"accept: {by}; {own} is in {mode}, and nothing is learned because {model.WorkloadAt(subject.Peer).Name} is in {Word(model.ModeOf(subject.Peer))}, which is stricter",
            PolicyAction.Accept => $"accept: {by}",
            PolicyAction.Learn => $"learn: {by}; {own} is in {mode}",
            PolicyAction.Violate => $"violate: {by}; {own} is in {mode}: passes and is reported",
            _ => $"deny: {by}; {own} is in {mode}",
        };
    }

    private static string End(bool local, in RuleSubject subject, PolicyModel model)
    {
        if (local) return model.WorkloadAt(subject.Local).Name;
        var address = PeerAddress.ToIPAddress(subject.PeerAddress);
        return subject.Peer < 0 ? $"{address} (external)" : $"{model.WorkloadAt(subject.Peer).Name} ({address})";
    }

    private static string Meaning(Selector selector) => selector.Kind switch
    {
        SelectorKind.Group => $"in group {selector.Text}",
        SelectorKind.Cidr => $"in {selector.Text}",
        _ => selector.Text,
    };

    private static string PortText(in PolicyQuery query) => query.Protocol switch
    {
        6 => string.Create(CultureInfo.InvariantCulture, $"tcp/{query.Port}"),
        17 => string.Create(CultureInfo.InvariantCulture, $"udp/{query.Port}"),
        1 or 58 => "icmp",
        132 => string.Create(CultureInfo.InvariantCulture, $"sctp/{query.Port}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"ip/{query.Protocol}"),
    };

    private static string Word(PolicyMode mode) => mode.ToString().ToLowerInvariant();
}
