using System.Runtime.InteropServices;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Tests.Nftables;

public class NftBatchTests
{
    [Fact]
    public void A_mark_rule_in_an_empty_namespace_is_the_batch_that_iptables_sends()
    {
        using var kernel = new RecordedKernel(_ => []);
        using var socket = new NftSocket(kernel);
        using var batch = new NftBatch();
        batch.Add(NftSamples.Mangle);
        batch.Add(NftSamples.Prerouting);
        batch.Add(NftSamples.MarkRule);

        socket.Commit(batch, 1);

        var sent = Assert.Single(kernel.Requests);
        Assert.Equal(564, sent.Length);
        Hex.Equal("""
            1c000000 1000 0100 01000000 00000000   0000000a  08000100 00000001      # BATCH_BEGIN, res_id 10, GENID 1
            20000000 000a 0104 02000000 00000000   02000000  0b000100 6d616e676c650000
            58000000 030a 0104 03000000 00000000   02000000  0b000100 6d616e676c650000  0f000300 505245524f5554494e470000
              14000480 08000100 00000000 08000200 ffffff6a                          # HOOK
              08000500 00000001  0b000700 66696c7465720000                          # POLICY, TYPE
            8c010000 060a 010c 04000000 00000000   02000000  0b000100 6d616e676c650000  0f000200 505245524f5554494e470000
              48010480
              24000180 09000100 6d65746100000000 14000280 08000200 00000010 08000100 00000001
              2c000180 08000100 636d7000 20000280 08000100 00000001 08000200 00000000 0c000380 05000100 06000000
              24000180 09000100 6d65746100000000 14000280 08000200 00000003 08000100 00000001
              44000180 0c000100 6269747769736500 34000280 08000100 00000001 08000200 00000001 08000300 00000004
                0c000480 08000100 20020000 0c000580 08000100 00000000
              2c000180 08000100 636d7000 20000280 08000100 00000001 08000200 00000000 0c000380 08000100 20020000
              2c000180 0c000100 636f756e74657200 1c000280 0c000100 0000000000000000 0c000200 0000000000000000
              34000180 0b000100 7461726765740000 24000280 09000100 4d41524b00000000 08000200 00000002 0c000300 0002000000020000
              14000580 08000100 00000006 08000200 00000000                          # COMPAT
            14000000 1100 0100 05000000 00000000   0000000a                         # BATCH_END
            """, sent);
    }

    [Fact]
    public void Without_a_generation_the_batch_begins_without_one()
    {
        using var kernel = new RecordedKernel(_ => []);
        using var socket = new NftSocket(kernel);
        using var batch = new NftBatch();
        socket.Commit(batch);
        Hex.Equal("14000000 1000 0100 01000000 00000000 0000000a  14000000 1100 0100 02000000 00000000 0000000a", Assert.Single(kernel.Requests));
    }

    [Theory]
    [InlineData("append", 0xc01)]
    [InlineData("prepend", 0x401)]
    [InlineData("replace", 0x501)]
    [InlineData("delete", 0x001)]
    [InlineData("flush", 0x001)]
    [InlineData("new chain", 0x201)]
    [InlineData("delete chain", 0x101)]
    public void Flags_are_those_of_iptables(string command, int flags)
    {
        using var batch = new NftBatch();
        var rule = NftSamples.MarkRule with { Handle = 5 };
        _ = command switch
        {
            "append" => batch.Add(rule),
            "prepend" => batch.Insert(rule),
            "replace" => batch.Replace(rule),
            "delete" => batch.Delete(rule),
            "flush" => batch.Flush(NftSamples.Prerouting),
            "new chain" => batch.Add(NftSamples.Prerouting, flags: NewFlags.NLM_F_EXCL),
            _ => batch.Delete(NftSamples.Prerouting, flags: DeleteFlags.NLM_F_NONREC),
        };
        Assert.Equal(flags, MemoryMarshal.Read<ushort>(batch.Message(0)[6..]));
        Assert.Equal(command is "replace" or "delete", Convert.ToHexString(batch.Message(0)).Contains("0C0003000000000000000005", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rule_goes_beside_another_by_its_handle_or_by_its_number_in_the_batch()
    {
        using var batch = new NftBatch();
        batch.Insert(NftSamples.MarkRule, place: NftRulePlace.OfHandle(4));
        var id = batch.NextId();
        batch.Add(NftSamples.MarkRule with { Id = id });
        batch.Insert(NftSamples.MarkRule, place: NftRulePlace.OfId(id));
        Assert.Contains("0C0006000000000000000004", Convert.ToHexString(batch.Message(0)), StringComparison.Ordinal);
        Assert.Contains("0800090000000001", Convert.ToHexString(batch.Message(1)), StringComparison.Ordinal);
        Assert.Contains("08000A0000000001", Convert.ToHexString(batch.Message(2)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_without_handle_is_never_deleted_because_that_would_delete_all()
    {
        using var batch = new NftBatch();
        Assert.Throws<ArgumentException>(() => batch.Delete(NftSamples.MarkRule));
        Assert.Throws<ArgumentException>(() => batch.Destroy(NftSamples.MarkRule));
        Assert.Throws<ArgumentException>(() => batch.Replace(NftSamples.MarkRule));
        Assert.Equal(0, batch.Count);
    }

    [Fact]
    public void Elements_are_split_below_64_KiB_and_none_is_lost()
    {
        using var batch = new NftBatch();
        var set = new NftSet { Family = NftFamily.Inet, Table = "t", Name = "s", KeyLength = 4 };
        NftElement[] elements = [.. Enumerable.Range(0, 100_000).Select(i => new NftElement { Key = NftValue.NetworkUInt32((uint)i) })];

        Assert.Equal(0, batch.AddElements(set, elements, "tag"));

        Assert.InRange(batch.Count, 26, 40);
        using var kernel = new RecordedKernel(request =>
        [
            .. Enumerable.Range(0, batch.Count).Select(i => RecordedKernel.Message(request, (NetlinkMessageType)NftMessageType.NFT_MSG_NEWSETELEM, 2, batch.Message(i)[16..].ToArray())),
            RecordedKernel.Done(request),
        ]);
        using var socket = new NftSocket(kernel);
        Assert.Equal(elements, socket.ListElements(set));
        Assert.All(Enumerable.Range(0, batch.Count), i => Assert.InRange(batch.Message(i).Length, 1, 65_535));
    }

    [Fact]
    public void What_cannot_be_written_leaves_the_batch_as_it_was()
    {
        using var batch = new NftBatch();
        batch.Add(NftSamples.Mangle);
        var before = batch.ByteLength;
        var large = new UnknownExpression("large", NftValue.Create(new byte[40_000]));
        Assert.Throws<NetlinkException>(() => batch.Add(NftSamples.MarkRule with { Expressions = [large, large] }));
        var set = new NftSet { Family = NftFamily.Inet, Table = "t", Name = "s" };
        Assert.Throws<NetlinkException>(() => batch.AddElements(set, [new NftElement { Key = [1] }, .. Enumerable.Repeat(new NftElement { Key = [1], Expressions = [large, large] }, 2)]));
        Assert.Equal(1, batch.Count);
        Assert.Equal(before, batch.ByteLength);
        batch.Add(NftSamples.Prerouting);
        Assert.Equal(2, batch.Count);
    }

    [Fact]
    public void A_rule_costs_less_than_100_bytes_of_garbage()
    {
        const int count = 10_000;
        // The pool has the buffer then: it is not the rules' own.
        Fill(count);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Fill(count);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (double)count, 0, 100);

        static void Fill(int count)
        {
            using var batch = new NftBatch();
            for (var i = 0; i < count; i++)
                batch.Add(NftSamples.MarkRule, NftSamples.MarkRule);
        }
    }

    [Fact]
    public void Objects_come_back_as_they_were_written()
    {
        var table = new NftTable { Family = NftFamily.Inet, Name = "t", Flags = NftTableFlags.NFT_TABLE_F_DORMANT, UserData = NftUserData.Comment("hello") };
        var chain = new NftChain
        {
            Family = NftFamily.Netdev,
            Table = "t",
            Name = "c",
            Hook = new NftHook(0, -5) { Devices = ["v0", "v1"] },
            Policy = NftPolicy.Drop,
            Type = "filter",
            Counters = new NftCounters(3, 4),
            Flags = NftChainFlags.NFT_CHAIN_BASE,
            UserData = NftUserData.Comment("chain"),
            Id = 3,
        };
        var set = new NftSet
        {
            Family = NftFamily.Ip,
            Table = "t",
            Name = "m",
            Flags = NftSetFlags.NFT_SET_MAP | NftSetFlags.NFT_SET_TIMEOUT | NftSetFlags.NFT_SET_OBJECT,
            KeyType = 7,
            KeyLength = 4,
            DataType = NftSet.VerdictDataType,
            DataLength = 8,
            ObjectType = NftObjectType.NFT_OBJECT_COUNTER,
            Policy = NftSetPolicy.NFT_SET_POL_MEMORY,
            Size = 100,
            FieldLengths = [],
            Timeout = TimeSpan.FromMinutes(1),
            GarbageCollection = TimeSpan.FromSeconds(1),
            UserData = [0, 4, 2, 0, 0, 0],
            Id = 9,
        };
        var counter = new NftObject { Family = NftFamily.Ip, Table = "t", Name = "c1", Type = NftObjectType.NFT_OBJECT_COUNTER, Content = new CounterExpression(5, 6), UserData = NftUserData.Comment("o") };
        var helper = new NftObject { Family = NftFamily.Ip, Table = "t", Name = "h", Type = NftObjectType.NFT_OBJECT_CT_HELPER, Content = new UnknownExpression("ct helper", (NftValue)RecordedKernel.Text(1, "ftp")) };
        var flow = new NftFlowTable { Family = NftFamily.Inet, Table = "t", Name = "f", Priority = -7, Devices = ["v0"], Flags = NftFlowTableFlags.NFT_FLOWTABLE_COUNTER };
        using var batch = new NftBatch();
        batch.Add(table);
        batch.Add(chain);
        batch.Add(set);
        batch.Add(counter);
        batch.Add(helper);
        batch.Add(flow);
        using var kernel = new RecordedKernel(request =>
        [
            .. Enumerable.Range(0, batch.Count).Select(i => RecordedKernel.Message(request, (NetlinkMessageType)MemoryMarshal.Read<ushort>(batch.Message(i)[4..]), 2, batch.Message(i)[16..].ToArray())),
            RecordedKernel.Done(request),
        ]);
        using var socket = new NftSocket(kernel);

        Assert.Equal(table, Assert.Single(socket.ListTables()));
        Assert.Equal(chain, Assert.Single(socket.ListChains()));
        Assert.Equal(set, Assert.Single(socket.ListSets()) with { FieldLengths = set.FieldLengths, Expressions = set.Expressions });
        Assert.Equal([counter, helper], socket.ListObjects());
        Assert.Equal(flow, Assert.Single(socket.ListFlowTables()) with { Devices = flow.Devices });
        Assert.Equal("hello", NftUserData.ReadComment(table.UserData));
    }
}
