using System.Net;
using Weir.Testing;

namespace Weir.Policy.Tests;

/// <summary>The index against the plain reading: look at each rule in order, take the first that matches.</summary>
public sealed class RuleIndexTests
{
    private static readonly string[] s_ports = ["tcp/80", "tcp/80-90", "tcp/85", "80", "tcp", "udp/53", "udp", "icmp", "ip/47", "any", "tcp/1-65535", "tcp/443", "53"];
    private static readonly string[] s_cidrs = ["10.0.0.0/8", "10.0.0.0/24", "10.0.0.4/30", "192.0.2.0/24", "192.0.2.128/25", "::/0", "0.0.0.0/0", "fd00::/64", "2001:db8::/32", "10.0.0.5"];
    private static readonly string[] s_peers = ["10.0.0.1", "10.0.0.4", "10.0.0.200", "10.7.0.1", "192.0.2.1", "192.0.2.200", "fd00::1", "fd00::6", "fd00::99", "2001:db8::7", "8.8.8.8", "ff02::1"];
    private static readonly Application[] s_applications = Enum.GetValues<Application>();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_decision_is_that_of_the_plain_reading(int seed)
    {
        var generator = new SeededGenerator(seed);
        for (var round = 0; round < 60; round++)
        {
            var workloads = Enumerable.Range(0, 8).Select(i => RandomWorkload(generator, i)).ToArray();
            var config = RandomPolicy(generator, generator.Next(0, 60));
            var model = PolicyModel.Compile(config, workloads, 1);
            for (var i = 0; i < 300; i++)
            {
                var query = RandomQuery(generator);
                var expected = PlainReading(config, workloads, query);
                Assert.True(expected == model.Evaluate(query), $"seed {seed}, round {round}: {query}\nexpected {expected}\n{string.Join('\n', model.Explain(query))}");
            }
        }
    }

    [Fact]
    public void The_explanation_ends_with_the_decision_and_names_the_rule_that_decided()
    {
        var generator = new SeededGenerator(11);
        for (var round = 0; round < 40; round++)
        {
            var model = PolicyModel.Compile(RandomPolicy(generator, 30), [.. Enumerable.Range(0, 8).Select(i => RandomWorkload(generator, i))], 1);
            for (var i = 0; i < 50; i++)
            {
                var query = RandomQuery(generator);
                var decision = model.Evaluate(query);
                var lines = model.Explain(query);
                var word = decision.Action == PolicyAction.AwaitApplication ? "await application" : decision.Action.ToString().ToLowerInvariant();
                Assert.StartsWith(word, lines[^1], StringComparison.Ordinal);
                if (decision.RuleId == 0) Assert.DoesNotContain(lines, l => l.EndsWith(": matches", StringComparison.Ordinal));
                else if (decision.Action != PolicyAction.AwaitApplication) Assert.Contains($"rule {decision.RuleId} ", lines[^2], StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated_by_deciding()
    {
        var generator = new SeededGenerator(5);
        var model = PolicyModel.Compile(RandomPolicy(generator, 500), [.. Enumerable.Range(0, 8).Select(i => RandomWorkload(generator, i))], 1);
        var queries = Enumerable.Range(0, 1000).Select(_ => RandomQuery(generator)).ToArray();
        var denied = 0;
        for (var warm = 0; warm < 50; warm++) Ask();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++) Ask();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(denied > 0);

        void Ask()
        {
            foreach (ref readonly var query in queries.AsSpan())
            {
                if (model.Evaluate(query).Action == PolicyAction.Deny) denied++;
            }
        }
    }

    [Fact]
    public void Ten_thousand_rules_that_all_overlap_compile_in_a_moment()
    {
        var rules = Enumerable.Range(1, 9_999).Select(i => Scene.Allow(i, "any", "any", $"tcp/{i}-{65535 - i}").Of(Application.Http)).ToArray();
        var start = TimeProvider.System.GetTimestamp();
        var model = Scene.Protect(rules);
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
        Assert.Equal(1, model.RuleFor(model.Egress("web", "10.0.0.2", 30_000).Known(Application.Http)));
        Assert.Equal(0, model.RuleFor(model.Egress("web", "10.0.0.2", 0).Known(Application.Http)));
    }

    /// <summary>Policy as docs/policy.md says it, with no index and nothing shared with the model.</summary>
    private static PolicyDecision PlainReading(PolicyConfig config, PolicyWorkload[] workloads, PolicyQuery query)
    {
        var own = workloads[query.Workload];
        var peerAddress = PeerAddress.ToIPAddress(query.Peer);
        var peer = workloads.FirstOrDefault(w => w.Addresses.Contains(peerAddress));
        var mode = ModeOf(own);
        var unmatched = mode switch
        {
            PolicyMode.Protect => PolicyAction.Deny,
            PolicyMode.Monitor => PolicyAction.Violate,
            _ => peer is not null && ModeOf(peer) != PolicyMode.Discover ? PolicyAction.Accept : PolicyAction.Learn,
        };
        var ownIsClient = query.Direction == SessionDirection.Egress;
        var isFinal = query.ApplicationIsFinal || query.BeginningUnseen || query.Protocol is not (6 or 17);
        var open = config.Rules.Where(r => !r.Disabled && IsEnd(r.From, ownIsClient) && IsEnd(r.To, !ownIsClient) && (r.Ports.Count == 0 || r.Ports.Any(IsPort))).ToList();

        if (isFinal) return First(r => IsApplication(r, query.Application));
        var outcomes = s_applications.Select(a => (Decision: First(r => r.Applications.Count == 0 || r.Applications.Contains(a)), Application: a)).ToList();
        var none = First(r => r.Applications.Count == 0);
        if (outcomes.TrueForAll(o => o.Decision.Action == none.Action)) return none;
        return new PolicyDecision(PolicyAction.AwaitApplication, outcomes.Where(o => o.Decision.Action != none.Action).Min(o => o.Decision.RuleId), mode);

        PolicyDecision First(Func<PolicyRule, bool> matches)
        {
            var rule = open.FirstOrDefault(matches);
            return rule is null ? new PolicyDecision(unmatched, 0, mode) : new PolicyDecision(ActionOf(rule), rule.Id, mode);
        }

        PolicyAction ActionOf(PolicyRule rule)
            => rule.Action == RuleAction.Allow ? PolicyAction.Accept : mode == PolicyMode.Protect ? PolicyAction.Deny : PolicyAction.Violate;

        bool IsApplication(PolicyRule rule, Application application)
        {
            if (rule.Applications.Count == 0) return true;
            if (query.BeginningUnseen && application == Application.Unknown) return rule.Action == RuleAction.Allow && rule.Ports.Count > 0 && !rule.Ports.Contains("any");
            return rule.Applications.Contains(application);
        }

        bool IsEnd(string name, bool isOwn) => name switch
        {
            "any" => true,
            "external" => !isOwn && peer is null,
            _ when name.Contains('/', StringComparison.Ordinal) || name.Contains('.', StringComparison.Ordinal) => isOwn ? own.Addresses.Any(a => IsIn(name, a)) : IsIn(name, peerAddress),
            _ => (isOwn ? own : peer) is { } workload && (config.Groups.FirstOrDefault(g => g.Name == name) is { } group ? group.Contains(workload) : workload.Name == name),
        };

        bool IsPort(string text)
        {
            var parts = text.Split('/');
            if (text == "any") return true;
            if (text == "icmp") return query.Protocol is 1 or 58;
            if (parts[0] == "ip") return query.Protocol == int.Parse(parts[1]);
            if (char.IsDigit(text[0])) return query.Protocol is 6 or 17 && query.Port == int.Parse(text);
            if (query.Protocol != (parts[0] == "tcp" ? 6 : 17)) return false;
            if (parts.Length == 1) return true;
            var range = parts[1].Split('-').Select(int.Parse).ToArray();
            return query.Port >= range[0] && query.Port <= range[^1];
        }

        static bool IsIn(string prefix, IPAddress address)
        {
            var network = IPNetwork.Parse(prefix.Contains('/', StringComparison.Ordinal) ? prefix : prefix + "/32");
            return network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address);
        }

        PolicyMode ModeOf(PolicyWorkload workload)
        {
            var modes = config.Groups.Where(g => g.Mode is not null && g.Contains(workload)).Select(g => g.Mode!.Value).ToList();
            return modes.Count == 0 ? config.DefaultMode : modes.Max();
        }
    }

    private static PolicyWorkload RandomWorkload(SeededGenerator generator, int i)
        => Scene.Workload($"w{i}", $"10.0.0.{i}", $"fd00::{i}").With("a", generator.Pick("1", "2")).With("b", generator.Pick("1", "2"));

    private static PolicyConfig RandomPolicy(SeededGenerator generator, int rules) => new()
    {
        DefaultMode = (PolicyMode)generator.Next(0, 3),
        Groups =
        [
            Scene.Group("a1", "a", "1", generator.Chance(50) ? (PolicyMode)generator.Next(0, 3) : null),
            Scene.Group("b2", "b", "2", generator.Chance(50) ? (PolicyMode)generator.Next(0, 3) : null),
            new PolicyGroup { Name = "w1", Mode = generator.Chance(50) ? (PolicyMode)generator.Next(0, 3) : null },
        ],
        Rules = [.. Enumerable.Range(1, rules).Select(id => RandomRule(generator, id))],
    };

    private static PolicyRule RandomRule(SeededGenerator generator, int id) => new()
    {
        Id = id,
        From = RandomEnd(generator),
        To = RandomEnd(generator),
        Ports = [.. Enumerable.Range(0, generator.Next(0, 3)).Select(_ => generator.Pick<string>(s_ports))],
        Applications = generator.Chance(50) ? [] : [.. Enumerable.Range(0, generator.Next(1, 4)).Select(_ => generator.Pick<Application>(s_applications))],
        Action = generator.Chance(50) ? RuleAction.Allow : RuleAction.Deny,
        Disabled = generator.Chance(10),
    };

    private static string RandomEnd(SeededGenerator generator)
        => generator.Chance(30) ? generator.Pick<string>(s_cidrs) : generator.Pick("any", "external", "a1", "b2", "w1", "w2", "w5", "nobody");

    private static PolicyQuery RandomQuery(SeededGenerator generator)
    {
        var application = generator.Chance(50) ? generator.Pick<Application>(s_applications) : Application.Unknown;
        return new PolicyQuery
        {
            Workload = generator.Next(0, 8),
            Direction = (SessionDirection)generator.Next(0, 2),
            Peer = Scene.Address(generator.Pick<string>(s_peers)),
            Protocol = generator.Pick<byte>(6, 6, 6, 17, 17, 1, 58, 47),
            Port = generator.Pick<ushort>(0, 53, 79, 80, 85, 91, 443, 65535),
            Application = application,
            ApplicationIsFinal = application != Application.Unknown || generator.Chance(40),
            BeginningUnseen = application == Application.Unknown && generator.Chance(15),
        };
    }
}
