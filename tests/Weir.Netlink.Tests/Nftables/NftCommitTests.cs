using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Tests.Nftables;

public sealed class NftCommitTests : IDisposable
{
    private readonly NftBatch _batch = new();

    public NftCommitTests()
    {
        _batch.Add(NftSamples.Mangle, "line 1");
        _batch.Add(NftSamples.Prerouting, "line 2");
        _batch.Add(NftSamples.MarkRule, "line 3");
        _batch.Add(NftSamples.MarkRule, "line 4");
    }

    public void Dispose() => _batch.Dispose();

    [Fact]
    public void A_refusal_names_the_entry_its_tag_and_the_expression()
    {
        var offset = Convert.ToHexString(_batch.Message(2)).IndexOf("746172676574", StringComparison.Ordinal) / 2;

        var refused = Refused(message => [Answer(message, 4, Errno.EINVAL, Attribute(2, (uint)offset))]);

        Assert.Equal(NftBatchFailure.Refused, refused.Failure);
        var refusal = Assert.Single(refused.Refusals);
        Assert.Equal(2, refusal.Entry);
        Assert.Equal("line 3", refusal.Tag);
        Assert.Equal("add rule ip mangle PREROUTING", refusal.Operation);
        Assert.Equal(6, refusal.Expression);
        Assert.Equal("expression 6 (target MARK)", refusal.Part);
        Assert.Equal((int)Errno.EINVAL, refused.Errno);
        Assert.StartsWith("add rule ip mangle PREROUTING, expression 6 (target MARK): Invalid argument (errno 22)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_names_the_element_by_its_number_in_the_callers_list()
    {
        var set = new NftSet { Family = NftFamily.Inet, Table = "t", Name = "s", KeyLength = 4 };
        NftElement[] elements = [.. Enumerable.Range(0, 10_000).Select(i => new NftElement { Key = NftValue.NetworkUInt32((uint)i) })];
        var first = _batch.AddElements(set, elements, "set");
        var offset = Convert.ToHexString(_batch.Message(first + 1)).IndexOf("080001000000138A", StringComparison.Ordinal) / 2;

        var refused = Refused(message => [Answer(message, first + 1 + 2, Errno.EEXIST, Attribute(2, (uint)offset))]);

        Assert.Equal(5002, refused.First.Element);
        Assert.StartsWith("add element inet t s, element 5002: File exists", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_refusal_is_told_from_its_consequences()
    {
        _batch.Add(NftSamples.MarkRule with { Table = "other" }, "line 5");
        var refused = Refused(message =>
        [
            Answer(message, 3, Errno.EEXIST),
            Answer(message, 4, Errno.ENOENT),
            Answer(message, 5, Errno.ENOENT),
            Answer(message, 6, Errno.ENOENT),
        ]);
        Assert.Equal([false, true, true, false], refused.Refusals.Select(refusal => refusal.IsConsequence));
        Assert.Contains("3 more entries were refused, 2 as a consequence", refused.Message, StringComparison.Ordinal);

        refused = Refused(message => [Answer(message, 5, Errno.EOPNOTSUPP), Answer(message, 4, Errno.EOPNOTSUPP)]);
        Assert.Equal([2, 3], refused.Refusals.Select(refusal => refusal.Entry));
        Assert.Equal([false, true], refused.Refusals.Select(refusal => refusal.IsConsequence));
    }

    [Fact]
    public void A_stale_generation_is_a_case_of_its_own_and_the_batch_can_be_sent_again()
    {
        var refused = Refused(message => [Answer(message, 1, Errno.ERESTART)]);
        Assert.Equal(NftBatchFailure.StaleGeneration, refused.Failure);
        Assert.Equal(-1, refused.First.Entry);
        Assert.Contains("someone else changed nf_tables", refused.Message, StringComparison.Ordinal);

        using var kernel = new RecordedKernel(_ => []);
        using var socket = new NftSocket(kernel);
        socket.Commit(_batch, 7);
        socket.Commit(_batch, 8);
        Assert.Equal(kernel.Requests[0].Length, kernel.Requests[1].Length);
        // BEGIN of the second has the sequence number behind the first's END.
        Assert.Equal(7u, MemoryMarshal.Read<uint>(kernel.Requests[1].AsSpan(8)));
    }

    [Fact]
    public void Without_privilege_it_says_what_is_needed()
    {
        var refused = Refused(message => [Answer(message, 1, Errno.EPERM)]);
        Assert.Equal(NftBatchFailure.NotPermitted, refused.Failure);
        Assert.Contains("needs root, or CAP_NET_ADMIN", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Acks_of_good_messages_are_no_refusals_and_no_answer_is_waited_for()
    {
        using var kernel = new RecordedKernel(message => [Answer(message, 2, 0), Answer(message, 3, 0)]);
        using var socket = new NftSocket(kernel);
        Assert.True(socket.Commit(_batch).IsComplete);
    }

    [Fact]
    public void Lost_answers_are_told_from_a_refusal_and_from_a_commit()
    {
        using var silent = new LosingKernel([]);
        using (var socket = new NftSocket(silent))
            Assert.Equal(NftBatchFailure.Unknown, Assert.Throws<NftBatchException>(() => socket.Commit(_batch)).Failure);
        using var refusing = new LosingKernel([message => Answer(message, 3, Errno.EEXIST)]);
        using (var socket = new NftSocket(refusing))
            Assert.Equal(NftBatchFailure.Refused, Assert.Throws<NftBatchException>(() => socket.Commit(_batch)).Failure);
        using var echoing = new LosingKernel([message => Echo(message, 2, NftMessageType.NFT_MSG_NEWTABLE, [.. RecordedKernel.Text(1, "mangle"), .. RecordedKernel.Attribute(4, 0, 0, 0, 0, 0, 0, 0, 9)])]);
        using (var socket = new NftSocket(echoing))
            Assert.False(socket.Commit(_batch).IsComplete);
    }

    [Fact]
    public void Echoes_give_handles_names_and_the_generation()
    {
        using var batch = new NftBatch { Echo = true };
        batch.Add(NftSamples.Mangle);
        batch.Add(NftSamples.MarkRule);
        Assert.Equal(0x409, MemoryMarshal.Read<ushort>(batch.Message(0)[6..]));
        using var kernel = new RecordedKernel(message =>
        [
            Echo(message, 2, NftMessageType.NFT_MSG_NEWTABLE, [.. RecordedKernel.Text(1, "mangle"), .. RecordedKernel.Attribute(4, 0, 0, 0, 0, 0, 0, 0, 9)]),
            Echo(message, 3, NftMessageType.NFT_MSG_NEWRULE, [.. RecordedKernel.Text(1, "mangle"), .. RecordedKernel.Attribute(3, 0, 0, 0, 0, 0, 0, 0, 4)]),
            Echo(message, 4, NftMessageType.NFT_MSG_NEWGEN, RecordedKernel.Attribute(1, 0, 0, 0, 12)),
        ]);
        using var socket = new NftSocket(kernel);
        var commit = socket.Commit(batch);
        Assert.Equal((9ul, 4ul, "mangle", 12u), (commit.Handle(0), commit.Handle(1), commit.Name(0), commit.Generation));
    }

    [Fact]
    public void Hostile_answers_end()
    {
        var random = new Weir.Testing.SeededGenerator(4);
        for (var i = 0; i < 20_000; i++)
        {
            using var kernel = new RecordedKernel(message => [random.Mutate(Answer(message, random.Next(0, 9), Errno.EINVAL, Attribute(2, random.NextUInt32() % 300))), random.BytesBelow(100)]);
            using var socket = new NftSocket(kernel);
            try
            {
                socket.Commit(_batch, 1);
            }
            catch (NetlinkException)
            {
                // What a commit may say.
            }
        }
    }

    private static byte[] Attribute(ushort type, uint value) => RecordedKernel.Attribute(type, BitConverter.GetBytes(value));

    /// <summary>NLMSG_ERROR for one message of a batch.</summary>
    private static byte[] Answer(byte[] batch, int sequence, Errno errno, params byte[] attributes)
    {
        byte[] request = [.. batch.AsSpan(0, 16)];
        MemoryMarshal.Write(request.AsSpan(8), sequence);
        return RecordedKernel.Error(request, (int)errno, attributes);
    }

    private static byte[] Echo(byte[] batch, int sequence, NftMessageType type, byte[] attributes)
    {
        byte[] request = [.. batch.AsSpan(0, 16)];
        MemoryMarshal.Write(request.AsSpan(8), sequence);
        return RecordedKernel.Message(request, (NetlinkMessageType)type, 0, [2, 0, 0, 0, .. attributes]);
    }

    private NftBatchException Refused(Func<byte[], IEnumerable<byte[]>> answer)
    {
        using var kernel = new RecordedKernel(answer);
        using var socket = new NftSocket(kernel);
        return Assert.Throws<NftBatchException>(() => socket.Commit(_batch, 1));
    }

    /// <summary>Says ENOBUFS first, then what is left.</summary>
    private sealed class LosingKernel(IReadOnlyList<Func<byte[], byte[]>> left) : INetlinkTransport
    {
        private byte[] _sent = [];
        private int _next = -1;

        public uint PortId => RecordedKernel.Port;

        public void Send(ReadOnlySpan<byte> message) => _sent = message.ToArray();

        public int Receive(Span<byte> buffer)
        {
            if (_next++ < 0)
                throw new NetlinkException("receive", (int)Errno.ENOBUFS);
            if (_next > left.Count)
                return 0;
            var answer = left[_next - 1](_sent);
            answer.CopyTo(buffer);
            return answer.Length;
        }

        public void Dispose()
        {
        }
    }
}
