using Weir.Rules.Nft;
using Weir.Testing;

namespace Weir.Rules.Tests.Nft;

public class NftRulesetTests
{
    public static TheoryData<string> Corpus { get; } = [.. Directory.GetFiles(GoldenFile.PathOf("nft"), "*.nft").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Corpus))]
    public void What_nft_lists_is_understood_and_printed_as_it_was(string file)
    {
        var text = GoldenFile.Read($"nft/{file}");
        var parsed = NftRuleset.Parse(text);
        Assert.Empty(parsed.Findings);
        Assert.Equal(text, parsed.Model.ToString());
    }

    [Theory]
    [InlineData("mark and 0xfff == 0x111 counter accept", "meta mark & 0xfff == 0x111 counter accept")]
    [InlineData("tcp dport {22,80, 443} accept", "tcp dport { 22, 80, 443 } accept")]
    [InlineData("tcp flags & (syn|ack) == syn", "tcp flags & (syn | ack) == syn")]
    [InlineData("ct state {new,established}", "ct state { new, established }")]
    [InlineData("limit rate 10/second burst 5 packets", "limit rate 10/second burst 5 packets")]
    [InlineData("limit rate over 10 kbytes/second", "limit rate over 10 kbytes/second")]
    [InlineData("dnat ip6 to [::1]:80", "dnat ip6 to [::1]:80")]
    [InlineData("redirect to :15001", "redirect to :15001")]
    [InlineData("tcp dport 10-20 counter name \"x\"", "tcp dport 10-20 counter name \"x\"")]
    [InlineData("meta priority set 1:2", "meta priority set 1:2")]
    [InlineData("ip saddr . tcp dport vmap { 1.1.1.1 . 80 : jump a }", "ip saddr . tcp dport vmap { 1.1.1.1 . 80 : jump a }")]
    [InlineData("accept comment \"a b\"", "accept comment \"a b\"")]
    public void A_rule_is_printed_in_one_way(string typed, string printed)
    {
        var parsed = NftRuleset.Parse($"table ip t {{ chain c {{ {typed} }} }}");
        Assert.Empty(parsed.Findings);
        Assert.Equal($"table ip t {{\n\tchain c {{\n\t\t{printed}\n\t}}\n}}\n", parsed.Model.ToString());
    }

    [Fact]
    public void A_rule_that_is_not_understood_stays_in_its_place_and_is_told_with_its_line()
    {
        const string text = "table ip t {\n\tchain c {\n\t\taccept\n\t\tfrobnicate the packet { 1, 2 }\n\t\tdrop\n\t}\n}\n";
        var parsed = NftRuleset.Parse(text);
        var finding = Assert.Single(parsed.Findings);
        Assert.Equal(4, finding.Line);
        Assert.Equal("frobnicate the packet { 1, 2 }", finding.Text);
        Assert.Equal(text, parsed.Model.ToString());
    }

    [Fact]
    public void Comments_stay_where_they_are()
    {
        const string text = "# first\ntable ip t {\n\t# in the table\n\tchain c {\n\t\t# 流量 in the chain\n\t\taccept # behind a rule\n\t}\n}\n";
        var parsed = NftRuleset.Parse(text);
        Assert.Empty(parsed.Findings);
        Assert.Equal(text, parsed.Model.ToString());
    }

    [Fact]
    public void The_commands_of_a_script_are_read_with_their_places()
    {
        const string text = "flush ruleset\nadd table inet t\nadd chain inet t c {\n\ttype filter hook input priority 0; policy drop;\n}\ninsert rule inet t c index 2 tcp dport 80 accept\ndelete rule inet t c handle 5\nadd element inet t s { 10.0.0.1, 10.0.0.2 }\n";
        var parsed = NftRuleset.Parse(text);
        Assert.Empty(parsed.Findings);
        Assert.Equal(text, parsed.Model.ToString());
        Assert.Equal(["flush ruleset", "add table", "add chain", "insert rule", "delete rule", "add element"], parsed.Model.Items.OfType<NftCommand>().Select(command => $"{command.Verb} {command.Kind}"));
        Assert.Equal([1, 2, 3, 6, 7, 8], parsed.Model.Items.Select(item => item.Line));
    }

    [Fact]
    public void Random_text_is_read_to_its_end_and_every_word_of_it_is_kept()
    {
        const int seed = 20_261_125;
        var random = new SeededGenerator(seed);
        string[] words = ["table", "ip", "t", "{", "}", "chain", "c", "tcp", "dport", "80", "-", ",", "\"x\"", "\"", "(", ")", "@", "th", ":", "[", "]", "set", "map", "elements", "=", "#c", "\n", ";", "&", "|", "10.0.0.1", "/", "8", "::1", "add", "rule", "ct", "state", "new", "vmap", "*", "$", "\\", "流量", "flush", "numgen", "inc", "mod", "jhash", "limit", "rate", "define", "redefine", "undefine", "jump", "$x", "x", "goto"];
        for (var round = 0; round < 3000; round++)
        {
            var text = string.Join(random.Chance(80) ? " " : "", Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Pick<string>(words)));
            var parsed = NftRuleset.Parse(text);
            var printed = parsed.Model.ToString();
            if (parsed.Findings.Count > 0)
                Assert.All(parsed.Findings, finding => Assert.True(printed.Contains(finding.Text, StringComparison.Ordinal), $"seed {seed}, round {round}: {finding.Text} is not in\n{printed}\nof\n{text}"));
        }
    }

    [Fact]
    public void A_definition_stays_and_rules_that_name_it_have_its_value()
    {
        var parsed = NftRuleset.Parse("define web = {\n\t80, # plain\n\t443 }\ntable ip t {\n\tdefine wan = eth0\n\tchain c {\n\t\tiifname $wan tcp dport { $web, 8080 } accept # $wan\n\t}\n}\nredefine web = 5\nundefine web\n");
        Assert.Empty(parsed.Findings);
        Assert.Equal("define web = { 80, 443 }\ntable ip t {\n\tdefine wan = eth0\n\tchain c {\n\t\tiifname eth0 tcp dport { 80, 443, 8080 } accept # $wan\n\t}\n}\nredefine web = 5\nundefine web\n", parsed.Model.ToString());
        var rule = ((NftChain)((NftTable)parsed.Model.Items[1]).Items[1]).Items[0];
        Assert.Equal((7, "iifname $wan tcp dport { $web, 8080 } accept"), (rule.Line, rule.Source));
    }

    [Fact]
    public void Variables_of_variables_do_not_grow_without_bound()
    {
        // Each line doubles the one before: the last would have a million million elements.
        var text = "define v0 = 1, 1\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"define v{i} = $v{i - 1}, $v{i - 1}\n")) + "table ip t { chain c { tcp dport $v40 accept; } }\n";
        Assert.NotEmpty(NftRuleset.Parse(text).Findings);
    }

    [Fact]
    public void Chains_in_chains_without_end_are_a_finding()
    {
        var parsed = NftRuleset.Parse($"table ip t {{ chain c {{ {string.Concat(Enumerable.Repeat("jump { x; ", 100_000))} }} }}");
        Assert.NotEmpty(parsed.Findings);
    }

    [Fact]
    public void Deep_nesting_is_a_finding()
    {
        var parsed = NftRuleset.Parse($"table ip t {{ chain c {{ meta mark set {new string('(', 100_000)} }} }}");
        Assert.NotEmpty(parsed.Findings);
    }
}
