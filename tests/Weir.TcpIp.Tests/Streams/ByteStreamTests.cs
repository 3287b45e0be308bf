using System.Runtime.InteropServices;
using Weir.TcpIp.Streams;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Streams;

[Collection(nameof(Allocations))]
public class ByteStreamTests
{
    [Fact]
    public void A_new_stream_is_empty_and_open()
    {
        var stream = new ByteStream(15);

        Assert.Equal((0UL, 0UL, 0, 15), (stream.BytesPushed, stream.BytesPopped, stream.BytesBuffered, stream.AvailableCapacity));
        Assert.Equal((false, false, false), (stream.IsClosed, stream.IsFinished, stream.HasError));
        Assert.True(stream.Peek().IsEmpty);
    }

    [Fact]
    public void A_push_takes_what_there_is_room_for()
    {
        var stream = new ByteStream(2);

        Assert.Equal(2, stream.Push("cat"u8));
        Assert.Equal(0, stream.Push("t"u8));
        Assert.Equal("ca"u8, stream.Peek());
        stream.Pop(1);
        Assert.Equal(1, stream.Push("tac"u8));
        Assert.Equal("at", Drain(stream));
    }

    [Fact]
    public void A_stream_finishes_with_the_last_pop_after_close()
    {
        var stream = new ByteStream(15);
        stream.Push("cat"u8);
        stream.Close();
        stream.Close();

        Assert.Equal(0, stream.Push("more"u8));
        Assert.False(stream.IsFinished);
        stream.Pop(3);
        Assert.True(stream.IsFinished);
    }

    [Fact]
    public void An_error_neither_closes_nor_drops()
    {
        var stream = new ByteStream(15);
        stream.Push("cat"u8);
        stream.SetError();

        Assert.Equal((true, false, 3), (stream.HasError, stream.IsClosed, stream.BytesBuffered));
    }

    [Fact]
    public void A_pop_of_more_than_there_is_drops_all()
    {
        var stream = new ByteStream(15);
        stream.Push("cat"u8);
        stream.Pop(int.MaxValue);

        Assert.Equal((3UL, 0), (stream.BytesPopped, stream.BytesBuffered));
    }

    [Fact]
    public void Capacity_grows_and_never_shrinks()
    {
        var stream = new ByteStream(2);
        stream.Push("ab"u8);
        stream.Capacity = 3;

        Assert.Equal(1, stream.Push("cd"u8));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Capacity = 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Capacity = ByteStream.MaxCapacity + 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteStream(-1));
    }

    [Fact]
    public void A_look_behind_the_end_is_refused()
    {
        var stream = new ByteStream(8);
        stream.Push("abc"u8);

        Assert.True(stream.PeekAt(3).IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.PeekAt(4).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.PeekAt(-1).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.CopyTo(1, new byte[3]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(256)]
    [InlineData(5000)]
    public void Any_mix_of_calls_agrees_with_a_list_of_bytes(int capacity)
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            CompareWithList(new ByteStream(capacity), new SeededGenerator(seed));
        }
    }

    [Fact]
    public void Nothing_is_allocated_when_warm()
    {
        var stream = new ByteStream(20000);
        byte[] written = new byte[1500];
        byte[] read = new byte[4096];
        void Round()
        {
            while (stream.Push(written) > 0)
            {
            }

            while (stream.Read(read) > 0)
            {
            }
        }

        Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void CompareWithList(ByteStream stream, SeededGenerator random)
    {
        var model = new List<byte>();
        ulong pushed = 0;
        int capacity = stream.Capacity;
        for (int step = 0; step < 300; step++)
        {
            switch (random.Next(0, 4))
            {
                case 0 or 1:
                    byte[] data = random.BytesBelow((capacity / 2) + 2);
                    int taken = stream.Push(data);
                    Assert.Equal(Math.Min(data.Length, capacity - model.Count), taken);
                    model.AddRange(data.AsSpan(0, taken));
                    pushed += (ulong)taken;
                    break;
                case 2:
                    int count = random.Next(0, model.Count + 2);
                    stream.Pop(count);
                    model.RemoveRange(0, Math.Min(count, model.Count));
                    break;
                default:
                    byte[] read = new byte[random.Next(0, model.Count + 2)];
                    int got = stream.Read(read);
                    Assert.True(CollectionsMarshal.AsSpan(model)[..got].SequenceEqual(read.AsSpan(0, got)), $"seed {random.Seed}");
                    Assert.Equal(Math.Min(read.Length, model.Count), got);
                    model.RemoveRange(0, got);
                    break;
            }

            CompareState(stream, model, pushed, capacity);
            int offset = random.Next(0, model.Count + 1);
            var piece = stream.PeekAt(offset);
            Assert.True(CollectionsMarshal.AsSpan(model).Slice(offset, piece.Length).SequenceEqual(piece), $"seed {random.Seed}");
            Assert.Equal(offset == model.Count, piece.IsEmpty);
        }
    }

    private static void CompareState(ByteStream stream, List<byte> model, ulong pushed, int capacity)
    {
        Assert.Equal((pushed, pushed - (ulong)model.Count), (stream.BytesPushed, stream.BytesPopped));
        Assert.Equal((model.Count, capacity - model.Count), (stream.BytesBuffered, stream.AvailableCapacity));
        Assert.Equal(model.Count == 0, stream.Peek().IsEmpty);
        byte[] all = new byte[model.Count];
        stream.CopyTo(0, all);
        Assert.True(CollectionsMarshal.AsSpan(model).SequenceEqual(all));
    }

    private static string Drain(ByteStream stream)
    {
        byte[] bytes = new byte[stream.BytesBuffered];
        stream.Read(bytes);
        return System.Text.Encoding.Latin1.GetString(bytes);
    }
}
