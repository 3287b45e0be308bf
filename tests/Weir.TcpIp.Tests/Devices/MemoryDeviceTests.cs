using Weir.TcpIp.Devices;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Devices;

[Collection(nameof(Allocations))]
public class MemoryDeviceTests
{
    private static readonly DeviceCapabilities Plain = new() { Medium = DeviceMedium.Ip, Mtu = 1500 };

    [Fact]
    public void What_one_end_sends_the_other_receives_in_order_and_whole()
    {
        var (first, second) = MemoryDevice.CreatePair(Plain, queueBytes: 4096, queuePackets: 8);
        var random = new SeededGenerator(1);
        var sent = new Queue<byte[]>();
        for (int i = 0; i < 20_000; i++)
        {
            if (random.Chance(55))
            {
                byte[] packet = random.Bytes(random.Next(1, 1500));
                Span<byte> buffer = first.Rent(packet.Length);
                if (buffer.IsEmpty)
                    continue;
                Assert.Equal(packet.Length, buffer.Length);
                packet.CopyTo(buffer);
                first.Send(packet.Length, default);
                sent.Enqueue(packet);
            }
            else if (second.TryReceive(out Span<byte> packet, out _))
            {
                Assert.True(packet.SequenceEqual(sent.Dequeue()), $"packet at step {i}");
            }

            Assert.Equal(sent.Count, second.Waiting);
        }
    }

    [Fact]
    public void A_full_queue_refuses_and_loses_nothing()
    {
        var (first, second) = MemoryDevice.CreatePair(Plain, queueBytes: 1 << 16, queuePackets: 4);
        int sent = 0;
        while (Send(first, 100))
            sent++;

        Assert.Equal(4, sent);
        Assert.True(second.TryReceive(out _, out _));
        Assert.False(Send(first, 100)); // The packet that was taken is still being read.
        Assert.True(second.TryReceive(out _, out _));
        Assert.True(Send(first, 100));
    }

    [Fact]
    public void Bytes_are_bounded_too_and_all_of_them_can_be_used()
    {
        var (first, _) = MemoryDevice.CreatePair(Plain, queueBytes: 1000, queuePackets: 16);

        Assert.True(Send(first, 600));
        Assert.True(Send(first, 400));
        Assert.False(Send(first, 1));
        Assert.False(Send(first, 1001));
    }

    [Fact]
    public void A_packet_being_read_is_not_overwritten()
    {
        var (first, second) = MemoryDevice.CreatePair(Plain, queueBytes: 100, queuePackets: 16);
        Span<byte> buffer = first.Rent(60);
        buffer.Fill(7);
        first.Send(60, default);
        Assert.True(second.TryReceive(out Span<byte> packet, out _));

        Assert.False(Send(first, 60));
        Assert.Equal(60, packet.Count((byte)7));
    }

    [Fact]
    public void A_partial_checksum_arrives_as_one_that_need_not_be_verified()
    {
        var (first, second) = MemoryDevice.CreatePair(Plain with { TransmitChecksumOffload = true, MaxSegmentOffload = 65535 });
        first.Rent(40_000);
        first.Send(40_000, new PacketOffload { ChecksumPartial = true, TransportOffset = 20, ChecksumOffset = 16, SegmentSize = 1448 });

        Assert.True(second.TryReceive(out Span<byte> packet, out PacketOffload offload));
        Assert.Equal(40_000, packet.Length);
        Assert.True(offload.ChecksumVerified);
        Assert.Equal(1448, offload.SegmentSize);
    }

    [Fact]
    public void A_loop_gives_back_what_is_sent_while_it_is_read()
    {
        var loop = MemoryDevice.CreateLoop(Plain, queueBytes: 4096, queuePackets: 4);
        Assert.True(Send(loop, 100));
        for (int i = 0; i < 100; i++)
        {
            Assert.True(loop.TryReceive(out _, out _));
            Assert.True(Send(loop, 100));
        }
    }

    [Fact]
    public void More_than_was_rented_is_not_sent()
    {
        var (first, second) = MemoryDevice.CreatePair(Plain);
        first.Rent(10);

        Assert.Throws<InvalidOperationException>(() => first.Send(11, default));
        Assert.False(second.TryReceive(out _, out _));
    }

    [Fact]
    public void A_warm_pair_allocates_nothing()
    {
        var (first, second) = MemoryDevice.CreatePair(Plain);
        Exchange(first, second, 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(first, second, 10_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Exchange(MemoryDevice first, MemoryDevice second, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Send(first, 1500);
            second.TryReceive(out _, out _);
        }
    }

    private static bool Send(MemoryDevice device, int length)
    {
        if (device.Rent(length).IsEmpty)
            return false;
        device.Send(length, default);
        return true;
    }
}
