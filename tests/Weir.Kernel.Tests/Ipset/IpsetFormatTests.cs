using System.Text;
using System.Text.Json;
using Weir.Host.Formats;
using Weir.Host.Ipset;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ipset;

public class IpsetFormatTests
{
    private const string Before = """
        create old hash:ip timeout 0 counters comment
        add old 10.0.0.1 comment "stays"
        add old 10.0.0.2 packets 7
        create gone hash:net
        add gone 10.0.0.0/8
        create list list:set
        add list old

        """;

    private static readonly IpsetFormat Format = new();

    [Fact]
    public void Show_is_ipset_save()
    {
        RootTier.Require("ip", "ipset");
        using var host = new IpsetOracle();
        host.Restore(Before).Check();
        // What the tool refuses of these is as good: the lines before it are there.
        for (var seed = 1; seed <= 20; seed++)
            host.Restore(IpsetSample.Text(new SeededGenerator(seed), $"s{seed}x"));

        var saved = host.Save();
        Assert.True(saved.Length > 1000, saved);
        Assert.Equal(saved, Format.Show(host.Namespace));
        Assert.Equal(saved, Weir.Rules.Ipset.IpsetText.Parse(saved).Model.ToString());
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            Format.WriteJson(host.Namespace, writer);
        using var json = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal(saved.Split('\n').Count(line => line.StartsWith("create", StringComparison.Ordinal)), json.RootElement.GetArrayLength());
    }

    [Fact]
    public void A_refused_line_is_named_and_everything_is_as_before()
    {
        RootTier.Require("ip", "ipset");
        using var host = new IpsetOracle();
        host.Restore(Before).Check();
        var before = host.Save();
        const string text = """
            add old 10.0.0.3
            del old 10.0.0.1
            add old -exist 10.0.0.2 packets 9 comment "new"
            create new hash:ip
            add new 10.0.0.1
            add list new
            swap old new
            """;

        // Two kinds that can't be swapped: the last line is refused.
        var refused = Assert.Throws<RefusedLineException>(() => Format.Prepare(text.Replace("swap old new", "swap old gone", StringComparison.Ordinal), host.Namespace, new LoadOptions()).Apply());

        Assert.Equal((7, "swap old gone"), (refused.Line, refused.Text));
        Assert.Contains("of different kinds", refused.Refusal, StringComparison.Ordinal);
        Assert.Equal(IpsetOracle.Comparable(before), IpsetOracle.Comparable(host.Save()));
    }

    [Fact]
    public void What_was_destroyed_flushed_renamed_and_swapped_comes_back_with_undo()
    {
        RootTier.Require("ip", "ipset");
        using var host = new IpsetOracle();
        host.Restore(Before).Check();
        var before = host.Save();

        var load = Format.Prepare("flush\nadd gone 11.0.0.0/8\ndestroy gone\ndel list old -exist\nrename old renamed\ncreate other hash:ip timeout 0 counters comment\nadd other 1.2.3.4\nswap other renamed\nadd renamed 1.1.1.1\ndestroy\n", host.Namespace, new LoadOptions());
        load.Apply();
        Assert.Empty(host.Save());
        load.Undo();

        Assert.Equal(IpsetOracle.Comparable(before), IpsetOracle.Comparable(host.Save()));
    }

    [Fact]
    public void A_set_that_a_rule_uses_cannot_be_destroyed_and_gets_its_content_back_in_place()
    {
        RootTier.Require("ip", "ipset", "iptables");
        using var host = new IpsetOracle();
        host.Restore(Before).Check();
        host.Made.Run("iptables", "-A", "INPUT", "-m", "set", "--match-set", "gone", "src", "-j", "DROP");
        var before = host.Save();

        var refused = Assert.Throws<RefusedLineException>(() => Format.Prepare("flush gone\nadd gone 1.0.0.0/8\ndestroy gone\n", host.Namespace, new LoadOptions()).Apply());

        Assert.Equal(3, refused.Line);
        Assert.Contains("in use by a rule", refused.Refusal, StringComparison.Ordinal);
        Assert.Equal(IpsetOracle.Comparable(before), IpsetOracle.Comparable(host.Save()));
        Assert.Contains("--match-set gone src", host.Made.Run("iptables-save").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_with_lines_that_are_not_understood_is_refused_before_anything_is_sent()
    {
        RootTier.Require("ip", "ipset");
        using var host = new IpsetOracle();

        var exception = Assert.Throws<RulesTextException>(() => Format.Prepare("create a hash:ip\nadd a nonsense\nadd b 1.2.3.4\n", host.Namespace, new LoadOptions()));

        Assert.Equal([2, 3], exception.Findings.Select(finding => finding.Line));
        Assert.Empty(host.Save());
    }

    [Fact]
    public void Random_texts_give_what_ipset_restore_gives_and_what_one_refuses_the_other_refuses()
    {
        RootTier.Require("ip", "ipset");
        using var tool = new IpsetOracle();
        using var weir = new IpsetOracle();
        var (taken, refused) = (0, 0);
        var seeds = DifferentialCases.Count(250);
        for (var seed = DifferentialCases.FirstSeed(); seed < DifferentialCases.FirstSeed() + seeds; seed++)
        {
            var random = new SeededGenerator(seed);
            var text = IpsetSample.Text(random, "s");
            tool.Socket.FlushAll();
            tool.Socket.DestroyAll();
            weir.Socket.FlushAll();
            weir.Socket.DestroyAll();

            var result = tool.Restore(text);
            string? refusal = null;
            try
            {
                Format.Prepare(text, weir.Namespace, new LoadOptions()).Apply();
            }
            catch (Exception exception) when (exception is RefusedLineException or RulesTextException)
            {
                refusal = exception.Message;
            }

            Assert.True(result.Succeeded == refusal is null, $"seed {seed}\n{text}\nipset: {result.Error}\nweir: {refusal}");
            if (refusal is null)
            {
                taken++;
                var saved = Format.Show(tool.Namespace);
                Assert.True(IpsetOracle.Comparable(saved) == IpsetOracle.Comparable(Format.Show(weir.Namespace)), $"seed {seed}\n{text}\nipset:\n{saved}\nweir:\n{weir.Save()}");
                // What Weir shows is what the tool saves: a process for each seed would take long.
                if (seed % 25 == 0)
                    Assert.Equal(IpsetOracle.Comparable(tool.Save()), IpsetOracle.Comparable(saved));
            }
            else
            {
                refused++;
                Assert.True(Format.Show(weir.Namespace).Length == 0, $"seed {seed}: something stayed of a refused text\n{text}");
            }
        }

        Assert.True(taken > seeds / 4 && refused > seeds / 5, $"{taken} taken, {refused} refused");
    }
}
