using System.Buffers.Binary;
using System.Numerics;
using Weir.TcpIp.Devices;

namespace Weir.TcpIp.Tests.Devices;

public class LossyDeviceTests
{
    private static readonly DeviceCapabilities Plain = new() { Medium = DeviceMedium.Ip, Mtu = 1500 };

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    [Fact]
    public void A_good_link_passes_everything_in_order_at_once()
    {
        var link = new Link(new LinkConditions(), 1);
        link.Send(100);

        Assert.Equal(Enumerable.Range(0, 100), link.Receive(Ms(0)));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.3)]
    public void Loss_comes_near_its_chance(double loss)
    {
        var link = new Link(new LinkConditions { Loss = loss }, 2);
        link.Send(10_000);

        int received = link.Receive(Ms(0)).Count;
        Assert.InRange(received, 10_000 * (1 - (loss * 1.2)), 10_000 * (1 - (loss * 0.8)));
        Assert.Equal(10_000 - received, link.Device.Lost);
    }

    [Fact]
    public void The_same_seed_does_the_same_and_another_does_not()
    {
        LinkConditions bad = new() { Loss = 0.1, Duplication = 0.1, Reordering = 0.1, Jitter = Ms(3), Delay = Ms(1) };
        List<int> Run(ulong seed)
        {
            var link = new Link(bad, seed);
            link.Send(500);
            return link.Receive(Ms(100));
        }

        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));
    }

    [Fact]
    public void A_delayed_packet_comes_at_its_time_and_not_before()
    {
        var link = new Link(new LinkConditions { Delay = Ms(25) }, 3);
        link.Send(1);

        Assert.Equal(Ms(25), link.Device.NextDeadline);
        Assert.Empty(link.Receive(Ms(24.9)));
        Assert.Equal([0], link.Receive(Ms(25)));
        Assert.Null(link.Device.NextDeadline);
    }

    [Fact]
    public void Jitter_does_not_reorder_and_reordering_does()
    {
        var jittery = new Link(new LinkConditions { Delay = Ms(5), Jitter = Ms(5) }, 4);
        jittery.Send(200);
        Assert.Equal(Enumerable.Range(0, 200), jittery.Receive(Ms(10)));

        var reordering = new Link(new LinkConditions { Reordering = 0.1 }, 4);
        reordering.Send(200);
        List<int> received = reordering.Receive(Ms(1));
        Assert.NotEqual(Enumerable.Range(0, 200), received);
        Assert.Equal(Enumerable.Range(0, 200), received.Order());
    }

    [Fact]
    public void A_slow_link_takes_the_time_that_the_bits_need()
    {
        // 1000 bytes at 8 Mbit/s are a millisecond.
        var link = new Link(new LinkConditions { BitsPerSecond = 8_000_000 }, 5) { Length = 1000 };
        link.Send(10);

        Assert.Equal([0, 1, 2], link.Receive(Ms(3)));
        Assert.Equal([3, 4, 5, 6, 7, 8, 9], link.Receive(Ms(10)));
    }

    [Fact]
    public void The_queue_is_bounded_and_what_comes_above_is_lost()
    {
        var link = new Link(new LinkConditions { Delay = Ms(1), QueueBytes = 1000 }, 6) { Length = 100 };
        link.Send(25);

        Assert.Equal(15, link.Device.Lost);
        Assert.Equal(10, link.Receive(Ms(1)).Count);
    }

    [Fact]
    public void Corruption_turns_exactly_one_bit()
    {
        var (first, second) = MemoryDevice.CreatePair(Plain);
        var device = new LossyDevice(first, new LinkConditions { Corruption = 1 }, 7);
        device.Rent(200).Clear();
        device.Send(200, default);
        device.Advance(Ms(0));

        Assert.True(second.TryReceive(out Span<byte> packet, out _));
        int bits = 0;
        foreach (byte part in packet)
            bits += BitOperations.PopCount(part);
        Assert.Equal(1, bits);
    }

    [Fact]
    public void Without_room_behind_it_a_packet_waits_and_is_not_lost()
    {
        var (first, second) = MemoryDevice.CreatePair(Plain, queueBytes: 4096, queuePackets: 2);
        var device = new LossyDevice(first, new LinkConditions(), 8);
        for (int i = 0; i < 5; i++)
        {
            device.Rent(10);
            device.Send(10, default);
        }

        device.Advance(Ms(0));
        int received = 0;
        while (second.TryReceive(out _, out _))
        {
            received++;
            device.Advance(Ms(0));
        }

        Assert.Equal(5, received);
    }

    private sealed class Link
    {
        private readonly MemoryDevice _end;

        public Link(LinkConditions conditions, ulong seed)
        {
            var (first, second) = MemoryDevice.CreatePair(Plain, queueBytes: 1 << 20, queuePackets: 1 << 15);
            Device = new LossyDevice(first, conditions, seed);
            _end = second;
        }

        public LossyDevice Device { get; }

        public int Length { get; init; } = 60;

        public void Send(int count)
        {
            for (int i = 0; i < count; i++)
            {
                BinaryPrimitives.WriteInt32BigEndian(Device.Rent(Length), i);
                Device.Send(Length, default);
            }
        }

        public List<int> Receive(TimeSpan now)
        {
            Device.Advance(now);
            var received = new List<int>();
            while (_end.TryReceive(out Span<byte> packet, out _))
                received.Add(BinaryPrimitives.ReadInt32BigEndian(packet));
            return received;
        }
    }
}
