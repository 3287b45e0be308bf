using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Weir.Host.Formats;
using Weir.Rules.Tc;
using Weir.Testing;

namespace Weir.Kernel.Tests.Tc;

/// <summary>
/// Random commands, told to tc in one namespace and to Weir in another: what one refuses the other refuses, tc prints both alike, Weir shows what tc
/// prints, and that listing loaded again is printed the same. WEIR_DIFFERENTIAL says how many commands (300 when it is not set), WEIR_SEED the first seed.
/// </summary>
public partial class TcDifferentialTests
{
    private const int CommandsOfText = 50, ToldDifferences = 5;

    private static readonly string[] Devices = [.. Enumerable.Range(0, TcCases.Devices).Select(number => $"d{number}")];

    private static int Count => int.TryParse(Environment.GetEnvironmentVariable("WEIR_DIFFERENTIAL"), CultureInfo.InvariantCulture, out var count) ? count : 300;

    private static int FirstSeed => int.TryParse(Environment.GetEnvironmentVariable("WEIR_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 1;

    [Fact]
    public void Random_commands_are_taken_refused_printed_and_shown_as_by_tc()
    {
        RootTier.Require("ip", "tc");
        var (taken, refused) = (0, 0);
        List<string> differences = [];
        var text = 0;
        for (; text * CommandsOfText < Count; text++)
        {
            var seed = FirstSeed + text;
            TcCases cases = new(new SeededGenerator(seed));
            string[] lines = [.. TcCases.Ground, .. Enumerable.Range(0, CommandsOfText).Select(_ => cases.Next())];
            try
            {
                var bad = Compare(lines, seed);
                (taken, refused) = (taken + lines.Length - bad, refused + bad);
            }
            catch (Xunit.Sdk.XunitException difference)
            {
                differences.Add(difference.Message);
            }
        }

        if (differences.Count > 0)
            Assert.Fail($"{differences.Count} of {text} texts differ\n\n{string.Join("\n\n", differences.Take(ToldDifferences))}");

        TestContext.Current.TestOutputHelper?.WriteLine($"{taken} commands were taken by both, {refused} refused by both");
        // It would prove nothing if all were refused, or none.
        Assert.True(taken > refused / 4 && refused > taken / 20, $"{taken} taken, {refused} refused");
    }

    /// <returns>How many lines both refused.</returns>
    private static int Compare(string[] lines, int seed)
    {
        using TcScene theirs = new(Devices), ours = new(Devices), again = new(Devices);
        var byTool = Refused(theirs, lines);
        HashSet<int> byWeir = [];
        Dictionary<int, string> why = [];
        for (var i = 0; i < lines.Length; i++)
        {
            try
            {
                ours.Load(lines[i] + "\n");
            }
            catch (Exception exception) when (exception is RulesTextException or RefusedLineException)
            {
                byWeir.Add(i);
                why[i] = exception.Message;
            }

            Assert.True(byTool.Contains(i) == byWeir.Contains(i),
                $"seed {seed}: {(byTool.Contains(i) ? "tc refuses, Weir takes" : $"tc takes, Weir refuses: {why.GetValueOrDefault(i)}")}\n{string.Join('\n', lines.Take(i).Where((_, at) => !byTool.Contains(at)))}\n>>> {lines[i]}");
        }

        var shown = theirs.ShowByTool();
        TcScene.Equal(State(shown), State(ours.ShowByTool()), $"seed {seed}: installed by Weir, printed by tc");
        TcScene.Equal(shown, theirs.Show(), $"seed {seed}: installed by tc, printed by Weir");
        try
        {
            again.Load(shown);
        }
        catch (Exception exception) when (exception is RulesTextException or RefusedLineException)
        {
            Assert.Fail($"seed {seed}: the listing is refused: {exception.Message}\n{shown}");
        }

        TcScene.Equal(State(shown), State(again.ShowByTool()), $"seed {seed}: the listing loaded again");
        return byWeir.Count;
    }

    /// <summary>
    /// Without what depends on more than what stands there: the kernel's numbers; the name by which a hook was last told of; preferences of u32 that
    /// a refused command has left empty (Weir takes them away); the order of classes, which is that of a hash.
    /// </summary>
    private static string State(string shown)
    {
        StringBuilder text = new();
        var prompt = "";
        List<TcShown> shownHere = [];
        foreach (var entry in TcParser.Parse(shown).Model.Entries)
        {
            if (entry is TcShown one)
            {
                shownHere.Add(one);
                continue;
            }

            Flush();
            prompt = entry.Text;
        }

        Flush();
        return TcScene.WithoutNumbers(text.ToString());

        void Flush()
        {
            var full = shownHere.Where(entry => entry.Object is TcFilter { Handle: not 0, Classifier: not TcU32 { Divisor: 1 } }).Select(Place).ToHashSet();
            var kept = shownHere.Where(entry => entry.Object is not TcFilter || full.Contains(Place(entry))).Select(entry => HookName().Replace(entry.Text, "filter protocol"));
            var lines = prompt.Contains("class", StringComparison.Ordinal) ? kept.Order(StringComparer.Ordinal) : kept;
            if (lines.Any())
                text.Append(prompt).Append('\n').AppendJoin('\n', lines).Append('\n');
            shownHere.Clear();
        }

        static (uint, uint?) Place(TcShown entry) => entry.Object is TcFilter filter ? (filter.Preference, filter.Chain) : default;
    }

    /// <summary>The lines that tc refuses. After each it prints a line, since it ends at some errors and goes on after others.</summary>
    private static HashSet<int> Refused(TcScene scene, string[] lines)
    {
        const string between = "qdisc noqueue 0: root refcnt 2 \n";
        HashSet<int> refused = [];
        for (var start = 0; start < lines.Length;)
        {
            var result = scene.Batch(string.Concat(lines.Skip(start).Select(line => $"{line}\ntc qdisc show dev lo\n")), "-force");
            foreach (Match match in CommandFailed().Matches(result.Error))
                refused.Add(start + ((int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) - 1) / 2));
            var done = result.Output.Split(between).Length - 1;
            start += done;
            if (start < lines.Length)
                refused.Add(start++);
        }

        return refused;
    }

    [GeneratedRegex("filter (root|ingress|egress|parent ffff:) protocol", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex HookName();

    [GeneratedRegex("Command failed -:(?<number>[0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex CommandFailed();
}
