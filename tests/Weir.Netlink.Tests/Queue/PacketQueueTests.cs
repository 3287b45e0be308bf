using Weir.Netlink.Protocol;
using Weir.Netlink.Queue;
using Weir.Testing;

namespace Weir.Netlink.Tests.Queue;

public class PacketQueueTests
{
    private static readonly byte[] Packet = Hex.Parse("""
        02000007                                   # nfgenmsg: AF_INET, queue 7
        0b000100 00000005 0800 03 00               # id 5, IPv4, output
        08000500 00000002 08000600 00000003        # in, out
        08000300 00000544                          # mark
        14000400 0000000065432100 00000000000001f4 # 500 microseconds
        10000900 00060000 0203040506070000         # hardware address
        08000d00 000005dc                          # 1500 bytes, cut
        08000e00 00000003                          # partial checksum, segmented
        08001000 00000539 08001100 0000053a        # uid, gid
        0a000a00 450000010203 0000
        """);

    [Fact]
    public void A_queue_is_bound_and_its_flags_are_set_one_by_one()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, request.AsSpan()[20] == 8 && request[27] == 2 ? 95 : 0)]);
        using var queue = new PacketQueue(kernel, new PacketQueueOptions
        {
            Number = 7, CopyRange = 100, Length = 2000, Flags = QueueFlags.NFQA_CFG_F_FAIL_OPEN | QueueFlags.NFQA_CFG_F_CONNTRACK | QueueFlags.NFQA_CFG_F_GSO,
        });

        Assert.Equal(QueueFlags.NFQA_CFG_F_FAIL_OPEN | QueueFlags.NFQA_CFG_F_GSO, queue.Flags);
        Hex.Equal("""
            30000000 0203 0500 01000000 00000000 # NFQNL_MSG_CONFIG, REQUEST|ACK
            00 00 0007
            08000100 01 00 0000                  # bind
            09000200 00000064 02 000000          # 100 bytes of each packet
            08000300 000007d0                    # 2000 wait
            """, kernel.Requests[0]);
        Hex.Equal("24000000 0203 0500 02000000 00000000 00000007 08000400 00000001 08000500 00000001", kernel.Requests[1]);
        Hex.Equal("24000000 0203 0500 03000000 00000000 00000007 08000400 00000002 08000500 00000002", kernel.Requests[2]);
        Assert.Equal(4, kernel.Requests.Count);
    }

    [Fact]
    public void A_packet_is_read_with_all_that_came_with_it()
    {
        using var kernel = Kernel(Packet);
        using var queue = new PacketQueue(kernel, new PacketQueueOptions { Number = 7, BatchSize = 1 });

        Assert.Equal(1, queue.Receive(TimeSpan.Zero));
        var packet = queue[0];
        Assert.Equal((5u, 0x0800, 3, 2, 3, 0x544u, 1500u), (packet.Id, packet.EtherType, packet.Hook, packet.InputLink, packet.OutputLink, packet.Mark, packet.Length));
        Assert.Equal((true, true, 1337u, 1338u), (packet.HasPartialChecksum, packet.IsSegmented, packet.UserId!.Value, packet.GroupId!.Value));
        Assert.Equal("020304050607", Convert.ToHexString(packet.SourceHardwareAddress));
        Assert.Equal("450000010203", Convert.ToHexString(packet.Payload));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(0x65432100).AddMicroseconds(500), packet.Received);
    }

    [Fact]
    public void Verdicts_are_gathered_and_sent_at_once()
    {
        using var kernel = Kernel(Packet);
        using var queue = new PacketQueue(kernel, new PacketQueueOptions { Number = 7, BatchSize = 1 });
        queue.SetVerdict(5, QueueVerdict.Accept);
        queue.SetVerdict(6, QueueVerdict.To(9), mark: 0x544);
        queue.SetVerdict(7, QueueVerdict.Accept, [0x45, 0, 1], mark: 1);
        queue.SetVerdictUpTo(20, QueueVerdict.Drop);

        queue.Receive(TimeSpan.Zero);

        Hex.Equal("""
            20000000 0103 0100 00000000 00000000 00000007 0c000200 00000001 00000005
            28000000 0103 0100 00000000 00000000 00000007 0c000200 00090003 00000006 08000300 00000544
            30000000 0103 0100 00000000 00000000 00000007 0c000200 00000001 00000007 08000300 00000001 07000a00 45000100
            20000000 0303 0100 00000000 00000000 00000007 0c000200 00000000 00000014
            """, kernel.Requests[1]);
    }

    [Fact]
    public void A_packet_that_comes_before_the_answer_to_a_request_is_not_lost()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Message(new byte[16], (NetlinkMessageType)0x300, 0, Packet), RecordedKernel.Error(request, 0)]);
        using var queue = new PacketQueue(kernel, new PacketQueueOptions { Number = 7, Flags = QueueFlags.NFQA_CFG_F_FAIL_OPEN });

        Assert.Equal(2, queue.Receive(TimeSpan.Zero));
        Assert.Equal(5u, queue[1].Id);
    }

    [Fact]
    public void A_verdict_that_is_refused_is_counted_and_a_queue_that_is_taken_says_so()
    {
        using var taken = new RecordedKernel(request => [RecordedKernel.Error(request, 16)]);
        Assert.Contains("another program has the queue", Assert.Throws<NetlinkException>(() => new PacketQueue(taken, new PacketQueueOptions { Number = 7 })).Message, StringComparison.Ordinal);

        using var kernel = new RecordedKernel(request => request[5] == 3 && request[4] == 1 ? [RecordedKernel.Error(request, 2)] : [RecordedKernel.Error(request, 0)]);
        using var queue = new PacketQueue(kernel, new PacketQueueOptions { Number = 7 });
        queue.SetVerdict(5, QueueVerdict.Accept);
        Assert.Equal(0, queue.Receive(TimeSpan.Zero));
        Assert.Equal(1UL, queue.RefusedVerdicts);
    }

    [Fact]
    public void Whatever_comes_is_read_without_an_exception_and_without_allocation()
    {
        var random = new SeededGenerator(41);
        var inputs = Enumerable.Range(0, 2000).Select(_ => RecordedKernel.Message(new byte[16], (NetlinkMessageType)0x300, 0,
            random.Chance(50) ? random.Mutate(Packet)[..random.Next(0, Packet.Length)] : random.BytesBelow(120))).ToArray();
        using var kernel = new Repeating(inputs);
        using var queue = new PacketQueue(kernel, new PacketQueueOptions { Number = 7, BatchSize = 8 });
        ulong sum = 0;

        var before = 0L;
        for (var round = 0; round < 1000; round++)
        {
            if (round == 500)
                before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = queue.Receive(TimeSpan.Zero) - 1; i >= 0; i--)
            {
                var packet = queue[i];
                sum += packet.Id + packet.Length + (ulong)packet.Payload.Length + (ulong)packet.SourceHardwareAddress.Length + (ulong)packet.PhysicalInputLink + (packet.Received is null ? 0ul : 1);
                queue.SetVerdict(packet.Id, QueueVerdict.Accept, mark: 5);
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0ul, sum);
    }

    /// <summary>Acks the binding, then sends packets.</summary>
    private static RecordedKernel Kernel(params byte[][] packets) =>
        new(request => request[4] == 2 ? [RecordedKernel.Error(request, 0), .. packets.Select(packet => RecordedKernel.Message(new byte[16], (NetlinkMessageType)0x300, 0, packet))] : []);

    /// <summary>The same datagrams again and again, after one ack.</summary>
    private sealed class Repeating(byte[][] datagrams) : INetlinkTransport
    {
        private readonly byte[] _ack = RecordedKernel.Error([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0], 0);
        private int _next = -1;

        public uint PortId => RecordedKernel.Port;

        public void Send(ReadOnlySpan<byte> message)
        {
        }

        public int Receive(Span<byte> buffer)
        {
            var datagram = _next < 0 ? _ack : datagrams[_next % datagrams.Length];
            _next++;
            datagram.CopyTo(buffer);
            return datagram.Length;
        }

        public void Dispose()
        {
        }
    }
}
