using System.Text;
using Weir.Agent.Configuration;
using Weir.Policy;
using Weir.Testing;

namespace Weir.Agent.Tests.Configuration;

/// <summary>Texts that mean harm, or were damaged: a finding each, never an exception or a hang.</summary>
public sealed class YamlTextTests
{
    public static TheoryData<string, string> BadTexts() => new()
    {
        { "a bomb of aliases", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nrules: *c\n" },
        { "an alias to itself", "rules: &a [*a]\n" },
        { "a tag", "state: !!python/object /tmp\n" },
        { "two documents", "state: /a\n---\nstate: /b\n" },
        { "a list as a key", "? [a]\n: b\n" },
        { "deep lists", "rules: " + new string('[', 5000) },
        { "deep mappings", string.Concat(Enumerable.Repeat("{a: ", 5000)) },
        { "a tab", "rules:\n\t- id: 1\n" },
        { "an open quote", "state: \"/var\n" },
        { "a list", "- a\n- b\n" },
        { "one word", "state\n" },
        { "a null byte", "state: /a\0b\n" },
        { "too long", "# " + new string('x', 17 * 1024 * 1024) },
        { "too many values", "workloads: [" + string.Concat(Enumerable.Repeat("a,", 1_100_000)) + "]" },
    };

    [Theory]
    [MemberData(nameof(BadTexts))]
    public void It_is_a_finding_in_reasonable_time(string what, string text)
    {
        var start = TimeProvider.System.GetTimestamp();
        var result = AgentConfig.Parse(text, "weir.yaml");
        Assert.True(result.Value is null && result.Findings.Count > 0, what);
        Assert.All(result.Findings, f => Assert.StartsWith("weir.yaml", f.Where, StringComparison.Ordinal));
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), what);
    }

    [Fact]
    public void Damaged_text_never_throws()
    {
        var good = File.ReadAllText(Path.Combine(Repository.Root, "docs", "weir.example.yaml"));
        var generator = new SeededGenerator(7);
        for (var i = 0; i < 1500; i++)
        {
            var text = new StringBuilder(good);
            for (var changes = generator.Next(1, 6); changes > 0; changes--)
            {
                var at = generator.Next(0, text.Length);
                if (generator.Chance(50)) text[at] = generator.Pick('{', '}', '[', ']', ':', '-', '"', '\'', '&', '*', '!', '|', '>', '%', '@', '\n', ' ', '\t', '#', ',', '?', '\0', '\uFFFF', 'é');
                else text.Remove(at, Math.Min(generator.Next(1, 30), text.Length - at));
            }

            _ = AgentConfig.Parse(text.ToString(), "weir.yaml");
        }
    }

    [Fact]
    public void A_policy_reads_back_as_it_was_written()
    {
        var generator = new SeededGenerator(3);
        string[] texts = ["plain", "with space", "quote\" and 'quote", "colon: here", "# no comment", "- dash", "true", "null", "~", "80", "1e5", "0x1F", "", "line\nbreak\ttab", "back\\slash", "é ü 漢字 😀", "\u0085\u2028\u0001", " edge ", "{a}", "*alias", "&anchor", "!tag", "%", "@", "`", "2026-01-01", "yes", "[x]", ","];
        for (var i = 0; i < 300; i++)
        {
            var policy = new PolicyConfig
            {
                DefaultMode = (PolicyMode)generator.Next(0, 3),
                Groups = [.. Enumerable.Range(0, generator.Next(0, 4)).Select(g => new PolicyGroup
                {
                    Name = $"g{g}",
                    Labels = Enumerable.Range(0, generator.Next(0, 3)).ToDictionary(l => $"{l}{generator.Pick<string>(texts)}", _ => generator.Pick<string>(texts)),
                    Mode = generator.Chance(50) ? (PolicyMode)generator.Next(0, 3) : null,
                })],
                Rules = [.. Enumerable.Range(1, generator.Next(0, 6)).Select(id => new PolicyRule
                {
                    Id = generator.Chance(50) ? id : id + 9_999,
                    From = generator.Pick("any", "external", "10.0.0.0/8", "fd00::/8", "::/0", "192.0.2.1"),
                    To = generator.Pick("any", "external", "80.0.0.0/8"),
                    Ports = [.. Enumerable.Range(0, generator.Next(0, 3)).Select(_ => generator.Pick("tcp/80", "80", "tcp/1-2", "icmp", "ip/47", "any"))],
                    Applications = [.. Enumerable.Range(0, generator.Next(0, 3)).Select(_ => generator.Pick(Enum.GetValues<Application>()))],
                    Action = generator.Pick(RuleAction.Allow, RuleAction.Deny),
                    Comment = generator.Pick<string>(texts),
                    Disabled = generator.Chance(20),
                }).Select(r => r with { Origin = r.Id > 9_999 ? RuleOrigin.Learned : RuleOrigin.User })],
            };
            var text = PolicyYaml.Write(policy);
            var result = PolicyYaml.Parse(text, "policy.yaml");
            Assert.True(result.Value is not null, $"{text}\n{string.Join('\n', result.Findings)}");
            Assert.Equal(policy, result.Value);
            Assert.Equal(text, PolicyYaml.Write(result.Value));
        }
    }

    [Fact]
    public void A_policy_file_is_checked_against_the_workloads_there_are()
    {
        const string Text = "rules:\n- {id: 1, action: allow, from: web, to: db}\n";
        Assert.Equal(["policy.yaml:2:32", "policy.yaml:2:41"], PolicyYaml.Parse(Text, "policy.yaml").Findings.Select(f => f.Where));
        Assert.Empty(PolicyYaml.Parse(Text, "policy.yaml", ["web", "db"]).Findings);
    }

    [Theory]
    [InlineData("600ms", 600)]
    [InlineData("2s", 2000)]
    [InlineData("1.5s", 1500)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1d", 86_400_000)]
    public void Times_are_read_with_their_unit(string text, int milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
        Assert.True(Durations.TryParse(Durations.Write(duration), out var again));
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("99999999999999d")]
    public void Other_times_are_not(string text) => Assert.False(Durations.TryParse(text, out _));
}
