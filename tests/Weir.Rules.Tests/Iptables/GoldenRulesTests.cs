using Weir.Rules.Iptables;
using Weir.Testing;

namespace Weir.Rules.Tests.Iptables;

/// <summary>Texts as people wrote them (NAME.txt), and what iptables-save 1.8.9 printed once iptables-restore had installed them (NAME.saved.txt).</summary>
public class GoldenRulesTests
{
    public static TheoryData<string, IptablesFamily> Texts => new()
    {
        { "seed-000", IptablesFamily.IPv4 },
        { "seed-001", IptablesFamily.IPv4 },
        { "seed-002", IptablesFamily.IPv4 },
        { "seed-003", IptablesFamily.IPv4 },
        { "spellings", IptablesFamily.IPv4 },
        { "spellings6", IptablesFamily.IPv6 },
    };

    [Theory, MemberData(nameof(Texts))]
    public void A_text_is_printed_as_the_tool_prints_it_after_loading(string name, IptablesFamily family)
    {
        var parsed = IptablesRuleset.Parse(GoldenFile.Read($"iptables/{name}.txt"), family);

        Assert.Empty(parsed.Findings);
        Assert.Equal(GoldenFile.Read($"iptables/{name}.saved.txt"), WithoutCounters(parsed.Model).ToText());
    }

    [Theory, MemberData(nameof(Texts))]
    public void What_the_tool_prints_is_read_as_the_same_model_and_printed_unchanged(string name, IptablesFamily family)
    {
        var saved = IptablesRuleset.Parse(GoldenFile.Read($"iptables/{name}.saved.txt"), family);

        Assert.Empty(saved.Findings);
        Assert.Equal(GoldenFile.Read($"iptables/{name}.saved.txt"), saved.Model.ToText());
        Assert.Equal(IptablesRuleset.Parse(GoldenFile.Read($"iptables/{name}.txt"), family).Model, saved.Model);
    }

    [Fact]
    public void A_text_with_a_prompt_with_comments_after_rules_and_with_chains_left_out_is_told_line_by_line_and_loses_nothing()
    {
        var text = GoldenFile.Read("iptables/seed-000-as-written.txt");
        var parsed = IptablesRuleset.Parse(text, IptablesFamily.IPv4);

        GoldenFile.Compare("iptables/seed-000-as-written.findings.txt", string.Join('\n', parsed.Findings));
        var printed = parsed.Model.ToText();
        Assert.All(text.Split('\n').Where(line => line.StartsWith('-') || line.StartsWith('$')), line => Assert.Contains(line, printed, StringComparison.Ordinal));
    }

    [Fact]
    public void A_text_that_begins_in_the_middle_of_a_table_is_told_line_by_line()
    {
        var parsed = IptablesRuleset.Parse(GoldenFile.Read("iptables/seed-003-as-written.txt"), IptablesFamily.IPv4);

        Assert.Equal(14, parsed.Findings.Count);
        Assert.All(parsed.Findings, finding => Assert.Contains("*filter", finding.Message, StringComparison.Ordinal));
        Assert.Equal(["nat"], parsed.Model.Tables.Select(table => table.Name));
        Assert.Equal(parsed.Findings.Select(finding => finding.Text), parsed.Model.Unread);
    }

    // The tool takes counters from a text only when it is asked to (-c), and then prints them again.
    private static IptablesRuleset WithoutCounters(IptablesRuleset ruleset) => ruleset with
    {
        Tables = [.. ruleset.Tables.Select(table => table with { Chains = [.. table.Chains.Select(chain => chain with { Counters = default })] })],
    };
}
