using Weir.Agent.Api;
using Weir.Cli.Demo.Workloads;
using Weir.Policy;

namespace Weir.Cli.Demo;

/// <summary>A conversation that the workloads really have, against which the agent's findings are held.</summary>
/// <param name="Application">Unknown for the bulk transfer, which is nobody's protocol.</param>
internal sealed record ExpectedEdge(string From, string To, int Port, Application Application)
{
    public static IReadOnlyList<ExpectedEdge> All { get; } =
    [
        new("web", "api", WorkloadRole.ApiPort, Application.Http),
        new("api", "db", WorkloadRole.DbPort, Application.Redis),
        new("web", "api", WorkloadRole.BulkPort, Application.Unknown),
    ];

    private string Title => $"{From} → {To}:{Port}";

    public bool IsSeenIn(IEnumerable<Conversation> conversations) => conversations.Any(Matches);

    public bool IsLearnedIn(PolicyConfig policy) => policy.Rules.Any(Matches);

    public Check CheckSeen(IReadOnlyList<Conversation> conversations)
    {
        var seen = conversations.Where(c => c.From == From && c.To == To && c.Port == Port).ToList();
        var observed = seen.Count == 0
            ? "not seen"
            : string.Join(", ", seen.Select(c => $"{Exhibits.ProtocolOf(c.Application, c.Protocol)} {c.Bytes:N0} bytes"));
        return new Check(DemoRound.Discover, $"seen: {Title} is {Exhibits.ProtocolOf(Application, "tcp")}", IsSeenIn(conversations), observed);
    }

    public Check CheckLearned(PolicyConfig policy)
    {
        var rule = policy.Rules.FirstOrDefault(Matches);
        return new Check(DemoRound.Discover, $"learned: {Title}", rule is not null, rule is null ? "no rule" : $"rule {rule.Id}");
    }

    /// <summary>As it went on in protect.</summary>
    public AllowedResult AllowedIn(IReadOnlyList<Flow> flows, PolicyConfig policy, Traffic traffic, long transfers)
    {
        var flow = flows.LastOrDefault(f => f.From == From && f.To == To && f.Port == Port && f.Rule != 0 && f.Mode != PolicyMode.Discover);
        var rule = flow?.Rule ?? policy.Rules.FirstOrDefault(Matches)?.Id ?? 0;
        var (requests, failed) = Port switch
        {
            WorkloadRole.ApiPort => (traffic.ServedByApi, traffic.Failed),
            WorkloadRole.DbPort => (traffic.ServedByDb, 0L),
            _ => (transfers, 0L),
        };
        return new AllowedResult(From, To, Port, Exhibits.ProtocolOf(Application, "tcp"), rule == 0 ? "none" : $"{rule}", requests, failed);
    }

    private bool Matches(Conversation c) =>
        c.From == From && c.To == To && c.Port == Port && (Application == Application.Unknown || c.Application == Application) && c.Bytes > 0;

    private bool Matches(PolicyRule rule) =>
        !rule.Disabled && rule.Action == RuleAction.Allow && rule.Origin == RuleOrigin.Learned && rule.From == From && rule.To == To
        && rule.Ports.Any(port => Holds(port, Port))
        && (rule.Applications.Count == 0 || Application == Application.Unknown || rule.Applications.Contains(Application));

    /// <summary><c>tcp/8080</c> or <c>tcp/8000-8100</c>.</summary>
    private static bool Holds(string ports, int port)
    {
        if (!ports.StartsWith("tcp/", StringComparison.Ordinal))
            return false;
        var range = ports["tcp/".Length..].Split('-');
        return int.TryParse(range[0], out var first) && int.TryParse(range[^1], out var last) && port >= first && port <= last;
    }
}
