using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;
using Weir.Testing;

namespace Weir.Rules.Tests.Iptables;

public class IptablesScriptTests
{
    [Fact]
    public void Commands_are_carried_out_in_their_order()
    {
        var chain = Run(
            """
            *filter
            -N MINE
            -A INPUT -j ACCEPT
            -I INPUT -s 10.0.0.1 -j DROP
            -I INPUT 2 -s 10.0.0.2 -j DROP
            -R INPUT 3 -j MINE
            -D INPUT -s 10.0.0.1/32 -j DROP
            -P INPUT DROP
            COMMIT

            """).FindTable("filter")!.FindChain("INPUT")!;

        Assert.Equal(["-s 10.0.0.2/32 -j DROP", "-j MINE"], chain.Rules.Select(rule => rule.ToString()));
        Assert.Equal(IptablesPolicy.DROP, chain.Policy);
    }

    [Fact]
    public void A_second_text_for_the_same_table_begins_anew_unless_what_is_there_is_kept()
    {
        var present = Run("*filter\n:MINE - [0:0]\n-A MINE -j RETURN\n-A INPUT -j MINE\nCOMMIT\n*raw\nCOMMIT\n");
        var script = IptablesScript.Parse("*filter\n:MINE - [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n", IptablesFamily.IPv4).Model;

        Assert.Equal("-A INPUT -j ACCEPT", Rules(script.Run().Model));
        Assert.Equal("-A INPUT -j MINE\n-A INPUT -j ACCEPT", Rules(script.Run(present).Model));
        Assert.Equal(["raw", "filter"], script.Run(present).Model.Tables.Select(table => table.Name));
    }

    [Fact]
    public void Counters_stand_before_rules_and_behind_policies()
    {
        var ruleset = Run("*filter\n:INPUT ACCEPT [37:3477]\n[5:600] -A INPUT -j DROP\n-A INPUT -c 7 800 -j ACCEPT\nCOMMIT\n");

        Assert.Equal(
            "*filter\n:INPUT ACCEPT [37:3477]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n[5:600] -A INPUT -j DROP\n[7:800] -A INPUT -j ACCEPT\nCOMMIT\n",
            ruleset.ToText(counters: true));
    }

    [Fact]
    public void Options_go_to_the_extension_that_was_named_last()
    {
        var rule = Run("*mangle\n-A INPUT -m mark --mark 1 -m connmark --mark 2/3 -j MARK --set-mark 4\nCOMMIT\n").Tables[0].FindChain("INPUT")!.Rules[0];

        Assert.Equal(
            [new MarkMatch { Mark = new(new(1, uint.MaxValue), false) }, new ConnmarkMatch { Mark = new(new(2, 3), false) }],
            rule.Matches);
    }

    [Fact]
    public void Names_of_users_and_groups_are_those_of_the_host()
    {
        var names = new IptablesNames { User = name => name == "proxy" ? 13 : null, Group = name => name == "proxy" ? 14 : null };
        var parsed = IptablesRuleset.Parse("*filter\n-A OUTPUT -m owner --uid-owner proxy --gid-owner proxy\nCOMMIT\n", IptablesFamily.IPv4, names);

        Assert.Equal("-A OUTPUT -m owner --uid-owner 13 --gid-owner 14", Rules(parsed.Model));
    }

    [Fact]
    public void A_match_of_the_kernel_that_Weir_has_no_words_for_is_kept_as_bytes()
    {
        const string rule = "-A INPUT -m statistic --weir-info 1:0001ff -j MINE";

        Assert.Equal(rule, Rules(Run($"*filter\n:MINE - [0:0]\n{rule}\nCOMMIT\n")));
    }

    [Fact]
    public void Any_text_is_read_without_an_exception_and_what_is_printed_of_a_faultless_one_reads_back_the_same()
    {
        var generator = new SeededGenerator(4711);
        var texts = Directory.GetFiles(GoldenFile.PathOf("iptables"), "*.txt").Order(StringComparer.Ordinal).Select(File.ReadAllText).ToArray();
        for (var i = 0; i < 300; i++)
        {
            var bytes = generator.Mutate(System.Text.Encoding.UTF8.GetBytes(generator.Pick<string>(texts)));
            var family = generator.Pick(IptablesFamily.IPv4, IptablesFamily.IPv6);
            var parsed = IptablesRuleset.Parse(System.Text.Encoding.UTF8.GetString(bytes), family);

            var again = IptablesRuleset.Parse(parsed.Model.ToText(), family);
            Assert.True(parsed.Findings.Count > 0 || (again.Findings.Count == 0 && parsed.Model.ToText() == again.Model.ToText()), $"seed {generator.Seed}, case {i}\n{parsed.Model.ToText()}\n{again.Model.ToText()}");
        }
    }

    private static IptablesRuleset Run(string text)
    {
        var parsed = IptablesRuleset.Parse(text, IptablesFamily.IPv4);
        Assert.Empty(parsed.Findings);
        return parsed.Model;
    }

    private static string Rules(IptablesRuleset ruleset) => string.Join('\n', ruleset.ToText().Split('\n').Where(line => line.StartsWith("-A", StringComparison.Ordinal)));
}
