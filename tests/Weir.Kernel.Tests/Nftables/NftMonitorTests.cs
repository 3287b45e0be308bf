using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Testing;

namespace Weir.Kernel.Tests.Nftables;

public class NftMonitorTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public void Every_change_is_told_in_its_order_with_who_made_it()
    {
        RootTier.Require("ip", "nft");
        using var host = new NftOracle();
        using var monitor = NftMonitor.Open(host.Namespace);
        host.Load("table ip t { counter k { }\n set s { type ipv4_addr; elements = { 10.0.0.1 } }\n chain c { ip saddr @s counter drop\n } }".Replace("} }", "}\n }", StringComparison.Ordinal), "nft", "-f", "-");

        var events = UntilCommit(monitor);
        Assert.Equal(
            ["NftTableEvent", "NftObjectEvent", "NftSetEvent", "NftChainEvent", "NftElementsEvent", "NftRuleEvent", "NftGenerationEvent"],
            events.Select(happened => happened.GetType().Name).OrderBy(name => Array.IndexOf(["NftTableEvent", "NftObjectEvent", "NftSetEvent", "NftChainEvent", "NftElementsEvent", "NftRuleEvent", "NftGenerationEvent"], name)));
        var generation = Assert.IsType<NftGenerationEvent>(events[^1]);
        Assert.Equal(host.Socket.Generation(), generation.Generation);
        Assert.Equal("nft", generation.ProcessName);
        var rule = events.OfType<NftRuleEvent>().Single();
        Assert.Equal((NftEventKind.Added, Assert.Single(host.Socket.ListRules()).Handle), (rule.Kind, rule.Rule.Handle));
        Assert.Equal(Assert.Single(host.Socket.ListRules()).Expressions, rule.Rule.Expressions);
        var elements = events.OfType<NftElementsEvent>().Single();
        Assert.Equal(("t", "s", "0a000001"), (elements.Table, elements.Set, Assert.Single(elements.Elements).Key.ToString()));

        host.Nft("delete element ip t s { 10.0.0.1 }");
        Assert.Equal(NftEventKind.Deleted, Assert.IsType<NftElementsEvent>(UntilCommit(monitor)[0]).Kind);
        using var batch = new NftBatch();
        batch.FlushRuleset();
        host.Socket.Commit(batch);
        Assert.Contains(UntilCommit(monitor), happened => happened is NftTableEvent { Kind: NftEventKind.Deleted, Table.Name: "t" });
        Assert.Empty(monitor.Read(TimeSpan.Zero));
    }

    [Fact]
    public async Task A_watcher_that_is_late_is_told_so_and_gets_everything_anew()
    {
        RootTier.Require("ip");
        const int count = 10_000;
        using var host = new NftOracle();
        using var monitor = NftMonitor.Open(host.Namespace);
        using var batch = new NftBatch();
        batch.Add(new NftTable { Family = NftFamily.Ip, Name = "t" });
        batch.Add(new NftChain { Family = NftFamily.Ip, Table = "t", Name = "c" });
        // What is told of a rule of this size fills the 16 MiB that wait at most in a few commits.
        var rule = new NftRule { Family = NftFamily.Ip, Table = "t", Chain = "c", Expressions = [new XtMatch("comment", 0, NftValue.Create(new byte[256])), new XtMatch("comment", 0, NftValue.Create(new byte[256]))], Compat = new NftRuleCompat(0) };
        for (var i = 0; i < count; i++)
            batch.Add(rule);
        for (var i = 0; i < 4; i++)
            host.Socket.Commit(batch);

        using var deadline = new CancellationTokenSource(Soon);
        var lost = false;
        await foreach (var happened in monitor.WatchAsync(deadline.Token))
        {
            lost |= happened is NftEventsLost;
            if (happened is not NftRelisted relisted)
                continue;
            Assert.Equal(4 * count, relisted.Ruleset.Rules.Count);
            break;
        }

        Assert.True(lost);
    }

    [Fact]
    public void Traces_read_as_nft_prints_them()
    {
        RootTier.Require("ip", "nft", "ping", "bash", "timeout");
        using var host = new NftOracle();
        host.Made.Ip("link set lo up");
        host.Load(
            """
            table ip t {
              chain other {
                meta mark set 7
                return
              }
              chain out {
                type filter hook output priority 0; policy accept;
                meta nftrace set 1
                icmp type echo-request jump other comment "x"
                tcp dport 9 reject with tcp reset
                udp dport 5 goto other
              }
              chain in {
                type filter hook input priority 0; policy drop;
                tcp dport 80 accept
              }
            }
            table inet six {
              chain out {
                type filter hook output priority 0; policy accept;
                meta nftrace set 1
                ip6 nexthdr udp drop
              }
            }

            """,
            "nft", "-f", "-");
        var rules = RuleTexts(host.Nft("-a list ruleset"));
        using var monitor = NftMonitor.Open(host.Namespace, NftSubjects.Traces);
        var oracle = host.Made.Start("nft", "monitor", "trace");
        Eventually.True(
            Soon,
            () =>
            {
                host.Made.Try("ping", "-q", "-c", "1", "-W", "0.1", "127.0.0.1");
                return oracle.Output.Contains("trace id", StringComparison.Ordinal);
            },
            "nft monitor trace to listen");
        host.Made.Try("bash", "-c", "echo hi > /dev/udp/127.0.0.1/5; echo hi > /dev/udp/::1/53; echo hi > /dev/tcp/::1/9");
        // The reset is dropped on its way in.
        host.Made.Try("timeout", "0.3", "bash", "-c", "echo hi > /dev/tcp/127.0.0.1/9");
        host.Made.Try("ping", "-6", "-q", "-c", "1", "-W", "0.2", "-Q", "0xb8", "::1");

        Eventually.True(Soon, () => Complete(oracle.Output).Any(line => line.Contains("icmpv6 type echo-reply", StringComparison.Ordinal)), "nft to have printed the last of them");
        List<string> lines = [], theirs = [.. Complete(oracle.Output)];
        Eventually.True(
            Soon,
            () =>
            {
                lines.AddRange(monitor.Read(TimeSpan.FromMilliseconds(100)).OfType<NftTrace>().SelectMany(trace => NftTraceText.Lines(trace, rule => rules.GetValueOrDefault((rule.Table, rule.Chain, rule.RuleHandle)), _ => "lo")));
                return Aligned(lines, theirs).SequenceEqual(theirs);
            },
            "the lines that nft printed");
        Assert.Contains(lines, line => line.Contains("rule icmp type echo-request jump other comment \"x\" (verdict jump other)", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith("ip t in policy drop meta mark 0x00000007 ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("tcp dport 9 tcp flags == syn", StringComparison.Ordinal));
    }

    /// <summary>Our lines from where nft began to listen, which was later than we did: from its first line on, as many. An id may come again with another packet.</summary>
    private static List<string> Aligned(List<string> ours, List<string> theirs)
    {
        for (var start = ours.IndexOf(theirs[0]); start >= 0 && start + theirs.Count <= ours.Count; start = ours.IndexOf(theirs[0], start + 1))
        {
            if (ours.Skip(start).Take(theirs.Count).SequenceEqual(theirs))
                return theirs;
        }

        return [];
    }

    private static IEnumerable<string> Complete(string output) => output.Split('\n').SkipLast(1);

    private static Dictionary<(string Table, string Chain, ulong Handle), string> RuleTexts(string listing)
    {
        string table = "", chain = "";
        var texts = new Dictionary<(string, string, ulong), string>();
        foreach (var line in listing.Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith("table ", StringComparison.Ordinal))
                table = line.Split(' ')[2];
            else if (line.StartsWith("chain ", StringComparison.Ordinal))
                chain = line.Split(' ')[1];
            else if (line.Split(" # handle ") is [var text, var handle])
                texts[(table, chain, ulong.Parse(handle))] = text;
        }

        return texts;
    }

    private static List<NftEvent> UntilCommit(NftMonitor monitor)
    {
        var events = new List<NftEvent>();
        while (events.LastOrDefault() is not NftGenerationEvent)
        {
            var more = monitor.Read(Soon);
            Assert.NotEmpty(more);
            events.AddRange(more);
        }

        return events;
    }
}
