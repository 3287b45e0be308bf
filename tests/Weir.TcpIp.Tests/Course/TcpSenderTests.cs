using Weir.TcpIp.Course;
using Weir.TcpIp.Streams;

namespace Weir.TcpIp.Tests.Course;

/// <summary>What the step files can't say; see <see cref="VectorTests"/> for the rest.</summary>
[Collection(nameof(Allocations))]
public class TcpSenderTests
{
    private static readonly TimeSpan Rto = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_time_of_nothing_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new TcpSender(new ByteStream(1), new(0), TimeSpan.Zero));

    [Fact]
    public void Sender_and_receiver_move_a_stream_over_a_wire_that_loses_every_third_message()
    {
        byte[] text = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7))];
        var sender = new TcpSender(new ByteStream(8000), new(uint.MaxValue - 5000), Rto);
        var receiver = new TcpReceiver(new Reassembler(new ByteStream(5000)));
        var arrived = new List<byte>();
        int written = 0, messages = 0;
        TransmitMessage wire = (in message) =>
        {
            if (++messages % 3 != 0)
            {
                receiver.Receive(message);
            }
        };
        byte[] buffer = new byte[5000];
        for (int round = 0; round < 10_000 && !receiver.Reassembler.Output.IsFinished; round++)
        {
            written += sender.Input.Push(text.AsSpan(written));
            if (written == text.Length)
            {
                sender.Input.Close();
            }

            sender.Push(wire);
            arrived.AddRange(buffer.AsSpan(0, receiver.Reassembler.Output.Read(buffer)));
            sender.Receive(receiver.Send());
            sender.Tick(Rto / 4, wire);
        }

        Assert.Equal(text, arrived);
        Assert.True(receiver.Reassembler.Output.IsFinished);
        Assert.Equal(0UL, sender.SequenceNumbersInFlight);
    }

    [Fact]
    public void Nothing_is_allocated_per_message_when_warm()
    {
        var sender = new TcpSender(new ByteStream(64_000), new(7), Rto);
        var receiver = new TcpReceiver(new Reassembler(new ByteStream(64_000)));
        TransmitMessage wire = (in message) => receiver.Receive(message);
        byte[] data = new byte[20_000];
        void Round()
        {
            sender.Input.Push(data);
            sender.Push(wire);
            receiver.Reassembler.Output.Pop(data.Length);
            sender.Receive(receiver.Send());
            sender.Tick(Rto / 2, wire);
        }

        for (int i = 0; i < 5; i++)
        {
            Round();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Round();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.True(receiver.Reassembler.Output.BytesPopped > 2_000_000);
    }
}
