using System.Globalization;
using System.Text;
using Weir.Host.Formats;
using Weir.Testing;

namespace Weir.Kernel.Tests.NftText;

public class NftDifferentialTests
{
    private const int UsualCases = 300;
    private const int PerBatch = 60;
    private const int UsualSeed = 4;

    private static int Cases => DifferentialCases.Count(UsualCases);

    private static int Seed => DifferentialCases.FirstSeed(UsualSeed);

    [Theory]
    [InlineData("inet")]
    [InlineData("ip")]
    public void Random_rules_are_installed_and_shown_as_nft_does_it_and_what_one_refuses_the_other_refuses(string family)
    {
        NftOracle.Require();
        using var oracle = new NftOracle();
        var rules = new NftRandomRules(new SeededGenerator(Seed));
        for (var done = 0; done < Cases / 2; done += PerBatch)
        {
            var batch = Enumerable.Range(0, Math.Min(PerBatch, (Cases / 2) - done)).Select(_ => rules.Rule()).ToList();
            var byNft = Refused(batch, text => oracle.LoadByNft(text).Succeeded ? null : Lines(oracle.LoadByNft(text).Error), family);
            var byWeir = Refused(batch, text => Load(oracle, text), family);
            var different = batch.Where((_, i) => byNft.Contains(i) != byWeir.Contains(i)).ToList();
            Assert.True(different.Count == 0, $"seed {Seed}: one refuses, the other does not:\n{string.Join('\n', different.Select(rule => $"{(byNft.Contains(batch.IndexOf(rule)) ? "nft  " : "Weir ")} refuses {rule}"))}");
            oracle.LoadsTheSame(Text(family, batch.Where((_, i) => !byNft.Contains(i))));
        }
    }

    private static string Text(string family, IEnumerable<string> rules)
    {
        var text = new StringBuilder($"flush ruleset\ntable {family} t {{\nchain other {{ }}\nchain c {{\n");
        foreach (var rule in rules)
            text.Append(rule).Append('\n');
        return text.Append("}\n}\n").ToString();
    }

    private const int LinesBefore = 4;

    private static HashSet<int> Refused(List<string> rules, Func<string, HashSet<int>?> load, string family)
    {
        var refused = new HashSet<int>();
        while (true)
        {
            var left = Enumerable.Range(0, rules.Count).Where(i => !refused.Contains(i)).ToList();
            if (load(Text(family, left.Select(i => rules[i]))) is not { } lines)
                return refused;
            var more = lines.Select(line => line - LinesBefore - 1).Where(i => i >= 0 && i < left.Count).Select(i => left[i]).ToList();
            Assert.NotEmpty(more);
            refused.UnionWith(more);
        }
    }

    /// <summary>nft names lines as <c>/dev/stdin:7:3-5: Error: …</c>.</summary>
    private static HashSet<int> Lines(string errors) =>
        [.. errors.Split('\n').Where(line => line.Contains(": Error: ", StringComparison.Ordinal)).Select(line => line.Split(':')).Where(parts => parts.Length > 2).Select(parts => int.Parse(parts[1], CultureInfo.InvariantCulture))];

    private static HashSet<int>? Load(NftOracle oracle, string text)
    {
        try
        {
            oracle.LoadByWeir(text);
            return null;
        }
        catch (RulesTextException refused)
        {
            return [.. refused.Findings.Select(finding => finding.Line)];
        }
        catch (RefusedLineException refused)
        {
            return [refused.Line];
        }
    }
}
