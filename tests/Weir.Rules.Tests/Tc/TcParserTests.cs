using Weir.Rules.Tc;
using Weir.Rules.Text;
using Weir.Testing;

namespace Weir.Rules.Tests.Tc;

public class TcParserTests
{
    /// <summary>What iproute2 6.1 has printed under Linux 6.1: every qdisc, class, classifier and action that is known here, and some that are not.</summary>
    [Fact]
    public void What_tc_prints_is_printed_again_from_the_model()
    {
        string text = GoldenFile.Read("tc/shown.txt");

        ParsedText<TcText> parsed = TcParser.Parse(text);

        Assert.Equal(text, parsed.Model.ToString());
        TcShown[] shown = [.. parsed.Model.Entries.OfType<TcShown>()];
        Assert.True(shown.Length > 100);
        Assert.All(shown, entry => Assert.Equal(entry.Text, TcParser.Print(entry.Object)));
        // What tc prints and Weir does not know is kept, and told.
        Assert.Equal(
            [
                "the classifier basic is kept as text", "the options of qdisc sfq are kept as text", "what tc printed here is not understood",
            ],
            parsed.Findings.Select(finding => finding.Message).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>The lines are those of tc -s (iproute2 6.1).</summary>
    [Fact]
    public void What_a_kind_counts_by_itself_stands_below_the_rest()
    {
        TcStatistics statistics = new() { Bytes = 126, Packets = 3 };
        const string rest = " Sent 126 bytes 3 pkt (dropped 0, overlimits 0 requeues 0) \n backlog 0b 0p requeues 0";

        TcQdisc codel = new("codel") { Device = "d0", Handle = 0x10000, Statistics = statistics with { Codel = new TcCodelStatistics(1, 2, 5_000, true, -1_500, 1514, 3, 4, 6) } };
        Assert.Equal($"{TcParser.Print(codel)}\n{rest}\n  count 1 lastcount 2 ldelay 5ms dropping drop_next -1.5ms\n  maxpacket 1514 ecn_mark 3 drop_overlimit 4 ce_mark 6", TcParser.PrintCounted(codel));
        Assert.EndsWith(
            "\n  count 0 lastcount 0 ldelay 0us drop_next 0us\n  maxpacket 0 ecn_mark 0 drop_overlimit 0",
            TcParser.PrintCounted(codel with { Statistics = statistics with { Codel = new TcCodelStatistics(0, 0, 0, false, 0, 0, 0, 0, 0) } }), StringComparison.Ordinal);

        TcQdisc fqCodel = new("fq_codel") { Device = "d0", Handle = 0x10000, Statistics = statistics with { FqCodel = new TcFqCodelStatistics(1514, 1, 2, 3, 4, 5, 6, 7, 8) } };
        Assert.Equal(
            $"{TcParser.Print(fqCodel)}\n{rest}\n  maxpacket 1514 drop_overlimit 1 new_flow_count 2 ecn_mark 3 ce_mark 4 memory_used 5 drop_overmemory 6\n  new_flows_len 7 old_flows_len 8", TcParser.PrintCounted(fqCodel));
        Assert.EndsWith(
            "\n  maxpacket 0 drop_overlimit 0 new_flow_count 0 ecn_mark 0\n  new_flows_len 0 old_flows_len 0",
            TcParser.PrintCounted(fqCodel with { Statistics = statistics with { FqCodel = new TcFqCodelStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0) } }), StringComparison.Ordinal);

        TcClass flow = new("fq_codel") { Handle = 0x10001, Parent = 0x10000, Statistics = new TcStatistics { OnlyQueue = true, QueueLength = 2, FqCodelFlow = new TcFqCodelFlowStatistics(-14, 1, 2, 5_000, true, 1_500) } };
        Assert.Equal(
            "class fq_codel 1:1 parent 1: \n (dropped 0, overlimits 0 requeues 0) \n backlog 0b 2p requeues 0\n  deficit -14 count 1 lastcount 2 ldelay 5ms dropping drop_next 1.5ms", TcParser.PrintCounted(flow));
    }

    [Fact]
    public void Hits_of_a_rule_stand_where_tc_s_has_them_and_are_read_over()
    {
        TcFilter u32 = new(new TcU32 { HashTable = 0x80000000, ClassId = 0x10001, Terminal = true, Offload = ["not_in_hw"], Matches = [new(0x0a000000, 0xff000000, 16), new(6, 0xff, 8)], Hits = new TcU32Hits(9, 7, [8, 7]) })
        {
            Handle = 0x80000800, Protocol = "ip", Preference = 5, Chain = 0,
        };
        const string counted = "filter protocol ip pref 5 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 *flowid 1:1 not_in_hw (rule hit 9 success 7)\n"
            + "  match 0a000000/ff000000 at 16 (success 8 ) \n  match 00000006/000000ff at 8 (success 7 ) ";
        Assert.Equal(counted, TcParser.PrintCounted(u32));
        Assert.Equal(counted.Replace("(rule hit 9 success 7)", "", StringComparison.Ordinal).Replace(" (success 8 ) ", "", StringComparison.Ordinal).Replace(" (success 7 ) ", "", StringComparison.Ordinal), TcParser.Print(u32));

        TcFilter matchall = new(new TcMatchall { Offload = ["not_in_hw"], Hits = 12 }) { Handle = 1, Protocol = "all", Preference = 5, Chain = 0 };
        Assert.Equal("filter protocol all pref 5 matchall chain 0 handle 0x1 \n  not_in_hw (rule hit 12)", TcParser.PrintCounted(matchall));
        Assert.Equal("filter protocol all pref 5 matchall chain 0 handle 0x1 \n  not_in_hw", TcParser.Print(matchall));

        foreach (var filter in (TcFilter[])[u32, matchall, matchall with { Classifier = new TcMatchall { Hits = 3 } }])
        {
            var text = TcParser.Parse($"$ tc filter show dev d0 ingress\n{TcParser.PrintCounted(filter)}\n");
            Assert.Empty(text.Findings);
            Assert.Equal(TcParser.Print(filter), TcParser.Print(Assert.IsType<TcShown>(Assert.Single(text.Model.Entries, entry => entry is TcShown)).Object));
        }
    }

    [Fact]
    public void What_was_counted_stands_below_what_it_belongs_to()
    {
        TcStatistics statistics = new() { Bytes = 126, Packets = 3, Drops = 1, Overlimits = 2, Requeues = 4, Backlog = 2048, QueueLength = 5 };
        TcQdisc qdisc = new("noqueue") { Device = "v0", References = 2, Statistics = statistics };
        TcClass @class = new("htb")
        {
            Handle = 0x10001, Parent = TcHandle.Root, Htb = new TcHtbClass(750_000, 750_000, 15_360, 1599),
            Statistics = statistics with { Htb = new TcHtbStatistics(7, 8, 9, 320_000, -33_328) },
        };
        TcFilter filter = new(new TcMatchall())
        {
            Handle = 1, Printed = TcFilterPlaces.Preference, Preference = 1,
            Actions = [new TcMirred(Ingress: false, Redirect: false, "d2", "pipe") { Index = 1, References = 1, Bindings = 1, Statistics = statistics, Times = new TcActionTimes(4, 2, 4, null) }],
        };

        const string sent = "Sent 126 bytes 3 pkt (dropped 1, overlimits 2 requeues 4) \n", waits = "backlog 2Kb 5p requeues 4";
        Assert.Equal($"qdisc noqueue 0: dev v0 root refcnt 2 \n {sent} {waits}", TcParser.PrintCounted(qdisc));
        Assert.Equal(
            $"class htb 1:1 root rate 6Mbit ceil 6Mbit burst 15Kb cburst 1599b \n {sent} {waits}\n lended: 7 borrowed: 8 giants: 9\n tokens: 320000 ctokens: -33328\n", TcParser.PrintCounted(@class));
        Assert.Equal("class tbf 10:1 parent 10: \n", TcParser.PrintCounted(new TcClass("tbf") { Handle = 0x100001, Parent = 0x100000 }));
        Assert.Equal(
            "filter pref 1 matchall handle 0x1 \n\taction order 1: mirred (Egress Mirror to device d2) pipe\n\tindex 1 ref 1 bind 1 installed 4 sec used 2 sec firstused 4 sec\n"
            + $"\tAction statistics:\n\t{sent}\t{waits}\n",
            TcParser.PrintCounted(filter));
        Assert.Equal("qdisc noqueue 0: dev v0 root refcnt 2 ", TcParser.Print(qdisc));
    }

    [Fact]
    public void Rules_of_a_listing_are_known_with_their_place()
    {
        ParsedText<TcText> parsed = TcParser.Parse("""
            $ tc filter show dev vexbe87-eth0 parent ffff:
            filter protocol ip pref 10001 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 terminal flowid not_in_hw 
              match 00000242/0000ffff at -16
              match ac110002/ffffffff at -12
            	action order 1:  pedit action pipe keys 2
             	 index 1 ref 1 bind 1
            	 key #0  at -16: val 00004e65 mask ffff0000
            	 key #1  at -12: val 75560027 mask 00000000

            	action order 2: mirred (Egress Mirror to device vbr-neuv) pipe
            	index 1 ref 1 bind 1

            """);

        Assert.Empty(parsed.Findings);
        TcFilter filter = Assert.IsType<TcFilter>(Assert.Single(parsed.Model.Entries.OfType<TcShown>()).Object);
        Assert.Equal(("vexbe87-eth0", TcHandle.IngressFilters, "ip", 10001u, 0x80000800u), (filter.Device, filter.Parent, filter.Protocol, filter.Preference, filter.Handle));
        TcU32 u32 = Assert.IsType<TcU32>(filter.Classifier);
        Assert.Equal([new TcU32Match(0x242, 0xffff, -16), new TcU32Match(0xac110002, uint.MaxValue, -12)], u32.Matches);
        Assert.Equal([new TcPeditKey("", -16, 0x4e65, 0xffff0000), new TcPeditKey("", -12, 0x75560027, 0)], Assert.IsType<TcPedit>(filter.Actions[0]).Keys);
        Assert.Equal(new TcMirred(false, false, "vbr-neuv", "pipe") { Index = 1, References = 1, Bindings = 1 }, filter.Actions[1]);
    }

    /// <summary>The same rule as NeuVector's enforcer says it: matches become words, joined where they lie in one.</summary>
    [Fact]
    public void Matches_of_a_command_are_joined_as_tc_joins_them()
    {
        ParsedText<TcText> parsed = TcParser.Parse(
            "tc filter add dev vexbe87-eth0 pref 10001 parent ffff: protocol ip u32 match u8 0 1 at -14 match u16 0x0242 0xffff at -14 match u32 0xac110002 0xffffffff at -12 "
            + "action pedit munge offset -14 u16 set 0x4e65 munge offset -12 u32 set 0x75560027 pipe action mirred egress mirror dev vbr-neuv\n");

        Assert.Empty(parsed.Findings);
        TcFilter filter = Assert.IsType<TcFilter>(Assert.IsType<TcCommand>(Assert.Single(parsed.Model.Entries)).Object);
        Assert.Equal([new TcU32Match(0x242, 0xffff, -16), new TcU32Match(0xac110002, uint.MaxValue, -12)], Assert.IsType<TcU32>(filter.Classifier).Matches);
        Assert.Equal([new TcPeditKey("", -16, 0x4e65, 0xffff0000), new TcPeditKey("", -12, 0x75560027, 0)], Assert.IsType<TcPedit>(filter.Actions[0]).Keys);
        Assert.Equal("pipe", filter.Actions[0].Control);
    }

    [Fact]
    public void Commands_that_tc_takes_are_understood_except_those_of_other_kinds()
    {
        string text = GoldenFile.Read("tc/commands.txt");

        ParsedText<TcText> parsed = TcParser.Parse(text);

        Assert.Equal(text, parsed.Model.ToString());
        Assert.Equal(
            ["basic", "police", "sfq"],
            parsed.Findings.Select(finding => Array.Find(["basic", "police", "sfq"], word => finding.Text.Contains($" {word} ", StringComparison.Ordinal)) ?? finding.ToString()).Distinct().Order());
    }

    [Theory]
    [InlineData("tc filter add dev v0 parent ffff: protocol ip u32 match u8 0 1 at 0 match u8 1 1 at 0", "two matches want different values of the same bits")]
    [InlineData("tc filter add dev v0 parent ffff: u32 match u8 300 0xff at 0", "\"300\" stands where a number up to 255 should")]
    [InlineData("tc filter add parent ffff: u32 match u8 0 0", "no device is named (dev NAME)")]
    [InlineData("tc filter add dev v0 parent ffff: u32 match u8 0 0 action mirred egress dev v1", "mirred wants ingress or egress, mirror or redirect, and dev NAME")]
    [InlineData("tc filter add dev v0 parent ffff: u32 match u8 0 0 action pedit munge offset 1 u32 set 5", "a u32 begins at a multiple of four")]
    [InlineData("tc filter add dev v0 ingress bpf obj x.o", "a program can't be loaded from a text; u32, flower, matchall, fw and basic can be")]
    [InlineData("tc monitor", "this is no command of tc")]
    [InlineData("规则1 不是命令", "this is no command of tc")]
    public void What_is_not_understood_is_told_and_stays(string line, string message)
    {
        ParsedText<TcText> parsed = TcParser.Parse(line + "\n");

        Assert.Equal(message, Assert.Single(parsed.Findings).Message.Replace("what \"规则1 不是命令\" does is not known here", "this is no command of tc", StringComparison.Ordinal));
        Assert.Equal(line + "\n", parsed.Model.ToString());
    }

    [Fact]
    public void Any_text_stays_as_it_is()
    {
        SeededGenerator random = new(4);
        string golden = GoldenFile.Read("tc/shown.txt") + GoldenFile.Read("tc/commands.txt");
        for (int i = 0; i < 300; i++)
        {
            char[] changed = golden.ToCharArray(random.Next(0, golden.Length - 400), 400);
            for (int n = random.Next(0, 9); n > 0; n--)
                changed[random.Next(0, changed.Length)] = random.Pick<char>(' ', '\n', '\t', '0', 'f', ':', '/', '-', 'x', '"', (char)random.Next(1, 0x2000));
            string text = new string(changed).ReplaceLineEndings("\n") + "\n";

            Assert.Equal(text, TcParser.Parse(text).Model.ToString());
        }
    }

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(1234567, "1.23457e+06")]
    [InlineData(100, "100")]
    [InlineData(0.00001, "1e-05")]
    public void A_number_is_printed_as_C_prints_it(double number, string text) => Assert.Equal(text, TcUnits.PrintNumber(number));

    [Theory]
    [InlineData("1234Kbit", 154_320ul)]
    [InlineData("10Gbit", 1_250_000_000ul)]
    [InlineData("6Mbit", 750_000ul)]
    [InlineData("8bit", 1ul)]
    public void A_rate_is_printed_as_tc_prints_it(string text, ulong rate) => Assert.Equal(text, TcUnits.PrintRate(rate));

    [Theory]
    [InlineData("6.33ms", 6335.4)]
    [InlineData("7.3ms", 7305.9)]
    [InlineData("1e+03ms", 999_999)]
    [InlineData("999us", 999.9)]
    public void A_time_is_printed_as_tc_prints_it(string text, double microseconds) => Assert.Equal(text, TcUnits.PrintTime(microseconds));

    [Theory]
    [InlineData("15Kb", 15_360u)]
    [InlineData("1599b", 1599u)]
    [InlineData("5Mb", 5_242_500u)]
    [InlineData("1046250b", 1_046_250u)]
    public void A_size_is_printed_as_tc_prints_it(string text, uint bytes) => Assert.Equal(text, TcUnits.PrintSize(bytes));
}
