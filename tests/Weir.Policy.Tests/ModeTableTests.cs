using Weir.Testing;

namespace Weir.Policy.Tests;

/// <summary>Executes the table of docs/policy.md: each cell is one test.</summary>
public sealed class ModeTableTests
{
    private const string Header = "| client in | server in | session | client's end | server's end | connection |";

    public static TheoryData<string, string, string, SessionDirection, string> Cells()
    {
        var cells = new TheoryData<string, string, string, SessionDirection, string>();
        foreach (var row in Rows())
        {
            if (row[3] != "-") cells.Add(row[0], row[1], row[2], SessionDirection.Egress, row[3]);
            if (row[4] != "-") cells.Add(row[0], row[1], row[2], SessionDirection.Ingress, row[4]);
        }

        return cells;
    }

    public static TheoryData<string, string, string, string> Connections()
    {
        var connections = new TheoryData<string, string, string, string>();
        foreach (var row in Rows()) connections.Add(row[0], row[1], row[2], row[5]);
        return connections;
    }

    [Fact]
    public void The_table_has_every_combination_once()
    {
        var rows = Rows().Select(r => string.Join('/', r.Take(3))).ToList();
        Assert.Equal((4 * 4 - 1) * 4, rows.Count);
        Assert.Equal(rows.Count, rows.Distinct().Count());
        Assert.Equal(96, Cells().Count);
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void An_end_answers_as_the_table_says(string client, string server, string session, SessionDirection end, string answer)
        => Assert.Equal(answer, Answer(client, server, session, end));

    [Theory]
    [MemberData(nameof(Connections))]
    public void A_connection_ends_as_the_table_says(string client, string server, string session, string outcome)
    {
        var clientEnd = client == "external" ? "-" : Answer(client, server, session, SessionDirection.Egress);
        var serverEnd = server == "external" ? "-" : Answer(client, server, session, SessionDirection.Ingress);
        var actual = (clientEnd, serverEnd) switch
        {
            ("deny", "deny") => "dropped by both ends",
            ("deny", _) => "dropped by the client's end",
            (_, "deny") => "dropped by the server's end",
            ("violate", _) or (_, "violate") => "passes, reported",
            ("learn", _) or (_, "learn") => "passes, learned",
            _ => "passes",
        };
        Assert.Equal(outcome, actual);
    }

    private static string Answer(string client, string server, string session, SessionDirection end)
    {
        PolicyRule[] rules = session switch
        {
            "unmatched" => [Scene.Allow(1, "db", "db")],
            "explicit deny" => [Scene.Deny(1, NameOf(client, "web"), NameOf(server, "api"))],
            "explicit allow" => [Scene.Allow(1, NameOf(client, "web"), NameOf(server, "api"))],
            "learned allow" => [Scene.Allow(10_000, NameOf(client, "web"), NameOf(server, "api")) with { Origin = RuleOrigin.Learned }],
            _ => throw new ArgumentException(session),
        };
        var config = new PolicyConfig { Rules = rules };
        if (client != "external") config = config.WithMode("web", Mode(client));
        if (server != "external") config = config.WithMode("api", Mode(server));
        var model = PolicyModel.Compile(config, Scene.All, 1);
        var clientAddress = client == "external" ? "192.0.2.1" : "10.0.0.1";
        var serverAddress = server == "external" ? "192.0.2.1" : "10.0.0.2";
        var decision = end == SessionDirection.Egress
            ? model.Evaluate(model.Egress("web", serverAddress))
            : model.Evaluate(model.Ingress("api", clientAddress));
        Assert.Equal(session == "unmatched" ? 0 : rules[0].Id, decision.RuleId);
        Assert.Equal(Mode(end == SessionDirection.Egress ? client : server), decision.Mode);
        return decision.Action.ToString().ToLowerInvariant();
    }

    private static string NameOf(string mode, string workload) => mode == "external" ? "external" : workload;

    private static PolicyMode Mode(string word) => Enum.Parse<PolicyMode>(word, ignoreCase: true);

    private static IEnumerable<string[]> Rows()
        => File.ReadLines(Path.Combine(Repository.Root, "docs", "policy.md"))
            .SkipWhile(l => l != Header).Skip(2).TakeWhile(l => l.StartsWith('|'))
            .Select(l => l.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries));
}
