using Weir.Agent.Api;
using Weir.Cli.Demo.Workloads;
using Weir.Cli.Output;
using Weir.Policy;

namespace Weir.Cli.Demo;

/// <summary>What the rounds have collected for the result.</summary>
internal sealed class Exhibits
{
    public IReadOnlyList<FlowResult> Flows { get; set; } = [];

    public IReadOnlyList<LearnedResult> Learned { get; set; } = [];

    public IReadOnlyList<AllowedResult> Allowed { get; set; } = [];

    public List<BlockedResult> Blocked { get; } = [];

    public ThroughputResult Throughput { get; set; } = new(0, 0, 0);

    public IReadOnlyList<string> Differences { get; set; } = [];

    public bool Restored { get; set; }

    /// <summary>The application protocol in lower case, else the transport.</summary>
    public static string ProtocolOf(Application application, string transport) =>
        application == Application.Unknown ? transport : application.ToString().ToLowerInvariant();

    public static FlowResult Flow(Conversation c) =>
        new(c.From, c.To, c.Port, ProtocolOf(c.Application, c.Protocol), c.Protocol, c.Bytes, c.Sessions, c.Verdict.ToString().ToLowerInvariant());

    public static IReadOnlyList<LearnedResult> LearnedRules(PolicyConfig policy) =>
    [
        .. policy.Rules.Where(rule => rule.Origin == RuleOrigin.Learned).Select(rule => new LearnedResult(
            rule.Id, rule.From, rule.To, rule.Ports, [.. rule.Applications.Select(application => application.ToString().ToLowerInvariant())])),
    ];

    /// <summary>One for all attempts of the same ends and port, over IPv4 and IPv6.</summary>
    public static IEnumerable<BlockedResult> PerPort(IEnumerable<Violation> reported, bool stopped) =>
        from violation in reported
        group violation by (violation.From, violation.To, violation.Port) into same
        let first = same.First()
        select new BlockedResult(
            first.From, first.To, first.Port, ProtocolOf(first.Application, first.Protocol), first.Reason, RuleOf(first), stopped, same.Count());

    /// <summary>The first report of each attempt since <paramref name="last"/>; attempts that nobody reported are missing.</summary>
    public static IReadOnlyList<Violation> Reported(Attack attack, IReadOnlyList<Violation> violations, long last) =>
    [
        .. attack.Attempts
            .Select(attempt => violations.FirstOrDefault(v => v.Id > last && v.From == "web" && v.Port == attempt.Port && v.ToAddress == attempt.Address))
            .OfType<Violation>(),
    ];

    /// <summary>A row for all ports of the same two ends that were stopped for the same reason.</summary>
    public static IEnumerable<IReadOnlyList<Cell>> Summarize(IEnumerable<BlockedResult> blocked) =>
        from one in blocked
        group one by (one.From, one.To, one.Reason, one.Rule) into same
        select (IReadOnlyList<Cell>)
        [
            same.Key.From,
            same.Key.To,
            Ports(same.Select(b => b.Port)),
            $"{same.Sum(b => b.Attempts)}",
            new Cell(same.Key.Reason, Tone.Bad),
            same.Key.Rule,
        ];

    /// <summary>The first few of them, and how many there are.</summary>
    public static string Ports(IEnumerable<int> all)
    {
        var ports = all.Distinct().Order().ToList();
        return string.Join(' ', ports.Take(6)) + (ports.Count > 6 ? $" … ({ports.Count} ports)" : "");
    }

    private static string RuleOf(Violation violation) =>
        violation.Rule == 0 ? $"default of {violation.Mode.ToString().ToLowerInvariant()}" : $"{violation.Rule}";
}
