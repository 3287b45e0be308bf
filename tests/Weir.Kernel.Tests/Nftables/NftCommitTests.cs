using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Testing;

namespace Weir.Kernel.Tests.Nftables;

public class NftCommitTests
{
    private static readonly NftTable Table = new() { Family = NftFamily.Ip, Name = "t" };

    private static readonly NftChain Chain = new() { Family = NftFamily.Ip, Table = "t", Name = "c", Hook = new NftHook(0, 0), Type = "filter", Policy = NftPolicy.Accept };

    private static readonly NftRule Accept = new() { Family = NftFamily.Ip, Table = "t", Chain = "c", Expressions = [new CounterExpression(), ImmediateExpression.Verdict(NftVerdict.Accept)] };

    [Fact]
    public void A_batch_is_made_whole_or_not_at_all_and_the_refused_rule_is_named()
    {
        RootTier.Require("ip", "nft");
        using var host = new NftOracle();
        using var batch = new NftBatch();
        batch.Add(Table, 1);
        batch.Add(Chain, 2);
        batch.Add(Accept, 3);
        // TPROXY asks for a protocol, and the rule does not say one.
        batch.Add(Accept with { Expressions = [new CounterExpression(), new XtTarget("TPROXY", 1, NftValue.Create(new byte[32]))] }, 4);
        batch.Add(Accept, 5);
        batch.Add(Accept with { Expressions = [ImmediateExpression.Verdict(NftVerdict.Jump("nowhere"))] }, 6);
        var generation = host.Socket.Generation();

        var refused = Assert.Throws<NftBatchException>(() => host.Socket.Commit(batch, generation));

        Assert.Equal(NftBatchFailure.Refused, refused.Failure);
        Assert.Equal([(4, (int)Errno.EINVAL, 1), (6, (int)Errno.ENOENT, 0)], refused.Refusals.Select(refusal => ((int)refusal.Tag!, refusal.Errno, refusal.Expression ?? -1)));
        Assert.Equal("expression 1 (target TPROXY)", refused.First.Part);
        Assert.StartsWith("add rule ip t c, expression 1 (target TPROXY): Invalid argument (errno 22)", refused.Message, StringComparison.Ordinal);
        Assert.Empty(host.Socket.ListTables());
        Assert.Empty(host.Nft("list ruleset"));
        Assert.Equal(generation, host.Socket.Generation());
    }

    [Fact]
    public void The_rule_that_a_table_check_refuses_is_told_from_those_after_it()
    {
        RootTier.Require("ip");
        using var host = new NftOracle();
        using var batch = new NftBatch();
        batch.Add(Table);
        batch.Add(Chain);
        batch.Add(Accept, "good");
        batch.Add(Accept with { Expressions = [new RtExpression(RtKey.NFT_RT_TCPMSS)] }, "rt in prerouting");
        batch.Add(Accept, "after it");
        batch.Add(Accept, "after it");

        var refused = Assert.Throws<NftBatchException>(() => host.Socket.Commit(batch));

        Assert.Equal(("rt in prerouting", (int)Errno.EOPNOTSUPP), (refused.First.Tag, refused.First.Errno));
        Assert.All(refused.Refusals.Skip(1), refusal => Assert.True(refusal.IsConsequence));
        Assert.Equal(3, refused.Refusals.Count);
    }

    [Fact]
    public void A_batch_for_an_older_generation_is_stale_and_goes_through_for_the_new_one()
    {
        RootTier.Require("ip", "nft");
        using var host = new NftOracle();
        var generation = host.Socket.Generation();
        host.Nft("add table ip other");
        using var batch = new NftBatch();
        batch.Add(Table);

        Assert.Equal(NftBatchFailure.StaleGeneration, Assert.Throws<NftBatchException>(() => host.Socket.Commit(batch, generation)).Failure);
        Assert.Single(host.Socket.ListTables());
        host.Socket.Commit(batch, host.Socket.Generation());
        Assert.Equal(2, host.Socket.ListTables().Count);
    }

    [Fact]
    public void Extensions_of_xtables_are_asked_for_by_revision()
    {
        RootTier.Require("ip");
        using var host = new NftOracle();
        Assert.True(host.Socket.HasExtension(NftFamily.Ip, "MARK", 2, XtKind.Target));
        Assert.True(host.Socket.HasExtension(NftFamily.Ip, "connmark", 1, XtKind.Match));
        Assert.False(host.Socket.HasExtension(NftFamily.Ip, "connmark", 99, XtKind.Match));
        Assert.False(host.Socket.HasExtension(NftFamily.Ip, "weir-has-none", 0, XtKind.Target));
    }

    [Fact]
    public void Ten_thousand_rules_go_in_one_batch_and_come_back_without_more_memory_than_they_are()
    {
        RootTier.Require("ip");
        const int count = 10_000;
        using var host = new NftOracle();
        using var batch = new NftBatch();
        Fill(batch);
        host.Socket.Commit(batch);
        batch.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        batch.FlushRuleset();
        Fill(batch);
        host.Socket.Commit(batch);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (double)count, 0, 100);

        before = GC.GetAllocatedBytesForCurrentThread();
        var rules = host.Socket.ListRules();
        // A rule is its record, its list and two expressions.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (double)count, 0, 600);
        Assert.Equal(count, rules.Count);
        Assert.All(rules, rule => Assert.Equal(2, rule.Expressions.Count));
        Assert.Equal(count, rules.Select(rule => rule.Handle).Distinct().Count());

        // Every one of them wrong: all refusals are read, the first is the first.
        batch.Clear();
        for (var i = 0; i < count; i++)
            batch.Add(Accept with { Chain = "nowhere" }, i);
        var refused = Assert.Throws<NftBatchException>(() => host.Socket.Commit(batch));
        Assert.Equal(count, refused.Refusals.Count);
        Assert.Equal(0, refused.First.Tag);

        static void Fill(NftBatch batch)
        {
            batch.Add(Table);
            batch.Add(Chain);
            for (var i = 0; i < count; i++)
                batch.Add(Accept, Table);
        }
    }

    [Fact]
    public async Task A_hundred_thousand_elements_are_read_whole_while_others_change_the_rules()
    {
        RootTier.Require("ip", "nft");
        const int count = 100_000;
        using var host = new NftOracle();
        var set = new NftSet { Family = NftFamily.Ip, Table = "t", Name = "s", KeyType = 7, KeyLength = 4, UserData = [0, 4, 2, 0, 0, 0] };
        NftElement[] elements = [.. Enumerable.Range(0, count).Select(i => new NftElement { Key = NftValue.NetworkUInt32(0x0a000000 + (uint)i) })];
        using var batch = new NftBatch();
        batch.Add(Table);
        batch.Add(set);
        var before = GC.GetAllocatedBytesForCurrentThread();
        batch.AddElements(set, elements);
        host.Socket.Commit(batch);
        // The buffer of 1.6 MB is the pool's; the messages' entries are nothing.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (double)count, 0, 100);
        // The kernel's table is still growing, and a listing meanwhile misses some.
        Eventually.True(TimeSpan.FromSeconds(20), () => host.Nft("list set ip t s").Contains("10.1.134.159", StringComparison.Ordinal), "nft lists the last element");

        // Another socket swaps a chain's name over and over: a listing shows one of the two, never both, never none.
        using var stop = new CancellationTokenSource();
        using var other = NftSocket.Open(host.Namespace);
        var change = Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    using var swap = new NftBatch();
                    if (i > 0)
                        swap.Delete(new NftChain { Family = NftFamily.Ip, Table = "t", Name = $"c{(i - 1) % 2}" });
                    swap.Add(new NftChain { Family = NftFamily.Ip, Table = "t", Name = $"c{i % 2}" });
                    other.Commit(swap);
                    stop.Token.WaitHandle.WaitOne(1);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            Eventually.True(TimeSpan.FromSeconds(10), () => host.Socket.ListChains().Count == 1, "the first swap");
            for (var i = 0; i < 20; i++)
                Assert.Single(host.Socket.Read(elementsOf: _ => false).Chains);
        }
        finally
        {
            await stop.CancelAsync();
            await change;
        }

        var read = host.Socket.Read();
        Assert.Equal(count, read.Elements[0].Count);
        Assert.Equal(elements.Select(element => element.Key.ToString()).Order(StringComparer.Ordinal), read.Elements[0].Select(element => element.Key.ToString()).Order(StringComparer.Ordinal));
    }
}
