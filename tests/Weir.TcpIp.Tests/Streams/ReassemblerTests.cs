using System.Text;
using Weir.TcpIp.Streams;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Streams;

[Collection(nameof(Allocations))]
public class ReassemblerTests
{
    // Pieces as index:data, $ behind the last; then what comes out, what is pending, and whether the stream is closed.
    [Theory]
    [InlineData(8, "0:a", "a", 0, false)]
    [InlineData(8, "0:", "", 0, false)]
    [InlineData(8, "0:$", "", 0, true)]
    [InlineData(8, "0:ab$", "ab", 0, true)]
    [InlineData(8, "1:b 0:a", "ab", 0, false)]
    [InlineData(8, "1:b$", "", 1, false)]
    [InlineData(8, "1:b$ 0:a", "ab", 0, true)]
    [InlineData(8, "4:$ 0:abc", "abc", 0, false)]
    [InlineData(8, "3:$ 0:abc", "abc", 0, true)]
    [InlineData(8, "5:f 1:b 3:d", "", 3, false)]
    [InlineData(8, "5:f 1:b 3:d 0:a 2:c 4:e", "abcdef", 0, false)]
    [InlineData(8, "2:cd 4:ef 1:bcdef", "", 5, false)]
    [InlineData(8, "1:b 3:d 5:f 1:bcdef", "", 5, false)]
    [InlineData(8, "2:cd 0:abcdef", "abcdef", 0, false)]
    [InlineData(8, "2:cdef 0:abc", "abcdef", 0, false)]
    [InlineData(8, "0:abc 0:abc 1:bcd 3:d", "abcd", 0, false)]
    [InlineData(2, "0:ab 2:cd", "ab", 0, false)]
    [InlineData(2, "1:bc$ 0:a", "ab", 0, false)]
    [InlineData(2, "8:i 1:b", "", 1, false)]
    [InlineData(8, "18446744073709551615:a 18446744073709551614:ab$ 0:a", "a", 0, false)]
    [InlineData(8, "4:ef 2:$ 0:abcd", "ab", 0, true)]
    [InlineData(8, "0:abc 1:$ 3:d$", "abcd", 0, true)]
    public void Pieces_become_a_stream(int capacity, string pieces, string expected, int pending, bool closed)
    {
        var reassembler = new Reassembler(new ByteStream(capacity));
        foreach (string piece in pieces.Split(' '))
        {
            int colon = piece.IndexOf(':', StringComparison.Ordinal);
            reassembler.Insert(ulong.Parse(piece[..colon]), Encoding.Latin1.GetBytes(piece[(colon + 1)..].TrimEnd('$')), piece.EndsWith('$'));
        }

        byte[] output = new byte[reassembler.Output.BytesBuffered];
        reassembler.Output.CopyTo(0, output);
        Assert.Equal(expected, Encoding.Latin1.GetString(output));
        Assert.Equal(pending, reassembler.BytesPending);
        Assert.Equal(closed, reassembler.Output.IsClosed);
    }

    [Fact]
    public void Reading_makes_room_for_what_was_dropped()
    {
        var reassembler = new Reassembler(new ByteStream(2));
        reassembler.Insert(0, "abcd"u8, isLast: true);
        reassembler.Output.Pop(2);
        Assert.False(reassembler.Output.IsFinished);
        reassembler.Insert(0, "abcd"u8, isLast: true);

        Assert.Equal("cd"u8, reassembler.Output.Peek());
        Assert.True(reassembler.Output.IsClosed);
    }

    [Fact]
    public void Pending_runs_are_sorted_and_joined()
    {
        var reassembler = new Reassembler(new ByteStream(100));
        reassembler.Insert(50, new byte[10], isLast: false);
        reassembler.Insert(20, new byte[10], isLast: false);
        reassembler.Insert(60, new byte[5], isLast: false);
        reassembler.Insert(15, new byte[8], isLast: false);

        Assert.Equal([(15UL, 30UL), (50UL, 65UL)], reassembler.Pending.ToArray());
    }

    [Fact]
    public void A_byte_that_is_kept_is_not_overwritten()
    {
        var reassembler = new Reassembler(new ByteStream(100));
        reassembler.Insert(2, "cd"u8, isLast: false);
        reassembler.Insert(0, "XXXXX"u8, isLast: false);

        Assert.Equal("XXcdX"u8, reassembler.Output.Peek());
    }

    [Fact]
    public void Holes_without_end_cost_no_more_than_the_limit_of_runs()
    {
        var reassembler = new Reassembler(new ByteStream(100_000));
        for (uint i = 1; i < 50_000; i++)
        {
            reassembler.Insert(i * 2, "x"u8, isLast: false);
        }

        Assert.Equal(Reassembler.MaxRuns, reassembler.Pending.Length);
        Assert.Equal(Reassembler.MaxRuns, reassembler.BytesPending);
        reassembler.Insert(0, new byte[100_000], isLast: true);
        Assert.Equal((100_000, 0, true), (reassembler.Output.BytesBuffered, reassembler.BytesPending, reassembler.Output.IsClosed));
    }

    [Fact]
    public void Data_in_order_is_taken_even_with_all_runs_in_use()
    {
        var reassembler = new Reassembler(new ByteStream(100_000));
        for (uint i = 1; i <= Reassembler.MaxRuns; i++)
        {
            reassembler.Insert(i * 2, "x"u8, isLast: false);
        }

        reassembler.Insert(0, "y"u8, isLast: false);

        Assert.Equal((1, Reassembler.MaxRuns), (reassembler.Output.BytesBuffered, reassembler.BytesPending));
    }

    [Fact]
    public void What_is_discarded_must_come_again()
    {
        var reassembler = new Reassembler(new ByteStream(10));
        reassembler.Insert(1, "b"u8, isLast: false);
        reassembler.Discard();
        reassembler.Insert(0, "a"u8, isLast: false);

        Assert.Equal((1, 0), (reassembler.Output.BytesBuffered, reassembler.BytesPending));
        Assert.True(reassembler.Pending.IsEmpty);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(64)]
    [InlineData(3000)]
    public void Any_order_and_overlap_agrees_with_a_map_of_bytes(int capacity)
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            CompareWithMap(capacity, new SeededGenerator(seed));
        }
    }

    [Fact]
    public void Nothing_is_allocated_when_warm()
    {
        var reassembler = new Reassembler(new ByteStream(30000));
        byte[] data = new byte[1500];
        ulong at = 0;
        void Round()
        {
            for (int i = 19; i >= 0; i--)
            {
                reassembler.Insert(at + (ulong)(i * 1500), data, isLast: false);
            }

            at += 30000;
            reassembler.Output.Pop(30000);
        }

        Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Round();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(3_030_000UL, reassembler.Output.BytesPopped);
        Assert.Equal(0, allocated);
    }

    private static void CompareWithMap(int capacity, SeededGenerator random)
    {
        byte[] text = random.Bytes(random.Next(1, 6 * capacity));
        var reassembler = new Reassembler(new ByteStream(capacity));
        bool[] kept = new bool[text.Length];
        int pushed = 0;
        int popped = 0;
        int? end = null;
        for (int step = 0; popped < text.Length; step++)
        {
            Assert.True(step < 100_000, $"seed {random.Seed}: no progress");
            int start = random.Next(Math.Max(0, pushed - capacity), Math.Min(text.Length, pushed + (2 * capacity)) + 1);
            int stop = Math.Min(text.Length, start + random.Next(0, Math.Min(capacity, 400) + 2));
            bool last = stop == text.Length;
            reassembler.Insert((ulong)start, text.AsSpan(start, stop - start), last);
            end = last ? text.Length : end;

            int from = Math.Max(start, pushed);
            int to = Math.Min(stop, popped + capacity);
            kept.AsSpan(from, Math.Max(0, to - from)).Fill(true);
            pushed = kept.AsSpan(pushed).IndexOf(false) is >= 0 and var run ? pushed + run : text.Length;

            Assert.Equal(((ulong)pushed, kept.AsSpan(pushed).Count(true)), (reassembler.Output.BytesPushed, reassembler.BytesPending));
            Assert.Equal(pushed == end, reassembler.Output.IsClosed);
            Assert.Equal(RunsOf(kept, pushed), reassembler.Pending.ToArray());
            byte[] read = new byte[random.Next(0, capacity + 1)];
            int got = reassembler.Output.Read(read);
            Assert.True(text.AsSpan(popped, got).SequenceEqual(read.AsSpan(0, got)), $"seed {random.Seed}: other bytes at {popped}");
            popped += got;
        }
    }

    private static List<(ulong Start, ulong End)> RunsOf(bool[] kept, int from)
    {
        var runs = new List<(ulong Start, ulong End)>();
        for (int i = from; i < kept.Length; i++)
        {
            if (kept[i] && (i == from || !kept[i - 1]))
            {
                runs.Add(((ulong)i, (ulong)i));
            }

            if (kept[i])
            {
                runs[^1] = (runs[^1].Start, (ulong)i + 1);
            }
        }

        return runs;
    }
}
