using System.Buffers;
using Weir.TcpIp;
using Weir.TcpIp.Tcp;

namespace Weir.Stack.Tests;

public class PassedPacketsTests
{
    private const int Most = PassedPackets.MostWaiting, TooMany = 3 * Most;

    private readonly CountingPool _pool = new();

    [Fact]
    public void What_there_is_no_room_for_is_not_copied()
    {
        var passed = new PassedPackets(_pool);
        for (var i = 0; i < TooMany; i++)
            passed.AddFrame(new byte[1500], default);
        Assert.Equal((Most, Most), (_pool.Rented, _pool.Out));

        var stack = new NetworkStack(new NetworkStackOptions { Random = () => 0 });
        var link = stack.AddInterface(Devices.MemoryPort.CreatePair().First, new TcpIp.Ip.InterfaceOptions(), TimeSpan.Zero);
        Assert.True(passed.Deliver(stack, link, TimeSpan.Zero));
        Assert.Equal(0, _pool.Out);
        Assert.False(passed.Deliver(stack, link, TimeSpan.Zero));

        // And there is room again.
        passed.AddFrame(new byte[1500], default);
        passed.AddSegment(new SegmentArrival { Source = 1, Destination = 2 }, new byte[20]);
        Assert.Equal(2, _pool.Out);
        Assert.True(passed.Deliver(stack, link, TimeSpan.Zero));
        Assert.Equal(0, _pool.Out);
    }

    [Fact]
    public void An_error_takes_a_place_and_no_buffer()
    {
        var passed = new PassedPackets(_pool);
        for (var i = 0; i < Most; i++)
            passed.AddError(default);
        passed.AddSegment(new SegmentArrival { Source = 1, Destination = 2 }, new byte[20]);
        Assert.Equal(0, _pool.Rented);
    }

    private sealed class CountingPool : ArrayPool<byte>
    {
        internal int Rented { get; private set; }

        /// <summary>Not returned yet.</summary>
        internal int Out { get; private set; }

        public override byte[] Rent(int minimumLength)
        {
            Rented++;
            Out++;
            return new byte[minimumLength];
        }

        public override void Return(byte[] array, bool clearArray = false) => Out--;
    }
}
