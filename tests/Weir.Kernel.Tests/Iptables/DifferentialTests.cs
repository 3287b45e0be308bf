using Weir.Host.Formats;
using Weir.Host.Iptables;
using Weir.Netlink.Nftables;
using Weir.Rules.Iptables;
using Weir.Rules.Text;
using Weir.Testing;

namespace Weir.Kernel.Tests.Iptables;

/// <summary>
/// Random rules, loaded by the tool in one namespace and by Weir in another: the tool prints both alike, Weir shows what the tool prints, the
/// kernel has the same expressions, and what one refuses the other refuses. How many: <see cref="DifferentialCases"/>.
/// </summary>
public class DifferentialTests
{
    private const int RulesOfText = 100;

    private static int Count => DifferentialCases.Count(400);

    private static int FirstSeed => DifferentialCases.FirstSeed();

    [Theory]
    [InlineData(IptablesFamily.IPv4)]
    [InlineData(IptablesFamily.IPv6)]
    public void Random_rules_are_loaded_refused_printed_and_shown_as_by_the_tool(IptablesFamily family)
    {
        RootTier.Require("iptables-restore", "ip6tables-restore", "ipset");
        using var weir = new IptablesHost([.. RuleGenerator.SetNames]);
        using var tool = new IptablesHost([.. RuleGenerator.SetNames]);
        for (var text = 0; text * RulesOfText * 2 < Count; text++)
        {
            var random = new SeededGenerator(FirstSeed + text);
            var generator = new RuleGenerator(random, family);
            var rules = Enumerable.Range(0, RulesOfText).Select(_ => generator.Next()).ToList();
            Compare(family, rules, weir, tool, $"seed {random.Seed} of {family}");
        }
    }

    private static void Compare(IptablesFamily family, List<(string Table, string Line)> rules, IptablesHost weir, IptablesHost tool, string seed)
    {
        // What Weir does not even send, the tool refuses too.
        foreach (var line in Load(weir, family, Text(rules)).Findings)
        {
            var rule = rules[rules.FindIndex(candidate => candidate.Line == line.Text)];
            Assert.False(tool.Restore(family, Text([rule])).Succeeded, $"{seed}: Weir refuses what the tool takes\n{line}");
            rules.Remove(rule);
        }

        // What the kernel refuses, table by table, as the tool commits.
        foreach (var table in rules.Select(rule => rule.Table).Distinct().ToList())
            CompareRefusals(family, rules, table, weir, tool, seed);

        tool.Restore(family, Text(rules)).Check();
        weir.Load(family, Text(rules));
        AssertSame(tool.Save(family, "-c"), weir.Save(family, "-c"), $"{seed}: the tool prints of its own rules (-) and of Weir's (+)");
        AssertSame(tool.Save(family), weir.Show(family), $"{seed}: the tool prints (-), Weir shows (+)");
        AssertSame(string.Join('\n', tool.Expressions(family)), string.Join('\n', weir.Expressions(family)), $"{seed}: expressions of the tool (-) and of Weir (+)");
    }

    private static void CompareRefusals(IptablesFamily family, List<(string Table, string Line)> rules, string table, IptablesHost weir, IptablesHost tool, string seed)
    {
        while (true)
        {
            var text = Text([.. rules.Where(rule => rule.Table == table)]);
            var byTool = tool.Restore(family, text);
            var (findings, byWeir) = Load(weir, family, text);
            Assert.Empty(findings);
            if (byTool.Succeeded && byWeir.Count == 0)
                return;
            var lines = text.Split('\n');
            string Show(IEnumerable<int> numbers) => string.Join('\n', numbers.Select(number => $"{number}: {lines[number - 1]}"));
            var toolLines = IptablesHost.LinesOf(byTool);
            // The kernel's errors did not fit into the tool's buffer (ENOSPC): it says that, and a line that has nothing to do with it.
            if (byTool.Error.Contains("No space left on device", StringComparison.Ordinal) && byWeir.Count > 0)
                toolLines = byWeir;
            Assert.True(!byTool.Succeeded, $"{seed}: the kernel refuses of Weir what it takes of the tool\n{Show(byWeir)}");
            Assert.True(toolLines.Count > 0 && byWeir.Contains(toolLines[0]), $"{seed}: not the same lines are refused; of the tool\n{byTool.Error}\n{Show(toolLines)}\nof Weir\n{Show(byWeir)}");
            // Those after the first may be refused because of it.
            rules.RemoveAll(rule => rule.Line == lines[toolLines[0] - 1]);
        }
    }

    private static void AssertSame(string expected, string actual, string what)
    {
        if (expected == actual)
            return;
        string[] before = expected.Split('\n'), after = actual.Split('\n');
        var lines = Enumerable.Range(0, Math.Max(before.Length, after.Length))
            .Where(number => before.ElementAtOrDefault(number) != after.ElementAtOrDefault(number))
            .Take(5)
            .Select(number => $"- {before.ElementAtOrDefault(number)}\n+ {after.ElementAtOrDefault(number)}");
        Assert.Fail($"{what}\n{string.Join('\n', lines)}");
    }

    private static string Text(List<(string Table, string Line)> rules) => string.Concat(rules
        .GroupBy(rule => rule.Table)
        .Select(table => $"*{table.Key}\n:U1 - [0:0]\n:U2 - [0:0]\n{string.Concat(table.Select(rule => $"{rule.Line}\n"))}COMMIT\n"));

    /// <returns>What Weir doesn't send, and the lines that the kernel refuses; neither when all were loaded.</returns>
    private static (IReadOnlyList<TextFinding> Findings, List<int> Refused) Load(IptablesHost host, IptablesFamily family, string text)
    {
        try
        {
            host.Load(family, text);
            return ([], []);
        }
        catch (RulesTextException exception)
        {
            return (exception.Findings, []);
        }
        catch (RefusedLineException exception)
        {
            var refusals = Assert.IsType<NftBatchException>(exception.InnerException).Refusals;
            return ([], [.. refusals.Select(refusal => Assert.IsAssignableFrom<IptablesChange>(refusal.Tag).Line)]);
        }
    }
}
