using Weir.TcpIp.Tcp.Recovery;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>What a peer's acknowledgments can make us work, in records that are looked at: no matter how many are out, few for each.</summary>
public class ScoreboardTests
{
    private const int Segments = 16384;
    private const int Size = 64;
    private const long Rtt = 100 * TimeSpan.TicksPerMillisecond;

    private readonly Scoreboard _board = new();
    private RackTlp _rack = RackTlp.New();
    private long _now = TimeSpan.TicksPerSecond;

    public ScoreboardTests()
    {
        for (int i = 0; i < Segments; i++)
            _board.Add(Start(i), Size, _now + i);
        _now += Rtt;
    }

    [Fact]
    public void Same_blocks_again_and_again_cost_a_few_steps_each()
    {
        Report((1, Segments));
        AssertVisits(1000 * 20, 1000, _ => Report((1, Segments / 2), (2, 9000), (3, 12_000), (1, Segments)));
    }

    [Fact]
    public void Blocks_that_begin_elsewhere_each_time_cost_no_more()
    {
        // From the front, so that each run has been told of alone.
        for (int i = 1; i < Segments; i++)
            Report((i, i + 1));
        var random = new SeededGenerator(1);
        AssertVisits(20 * Segments, Segments, i => Report((i, Segments), (random.Next(1, Segments - 1), Segments)));
    }

    // Each other one is lost: looking for what is overdue must not go through what was found already.
    [Fact]
    public void One_more_segment_in_each_ack_with_every_other_one_missing_costs_a_few_steps_each()
    {
        AssertVisits(10 * Segments, Segments / 2, i => Report(((2 * i) + 1, (2 * i) + 2)));
        Assert.True(_board.Lost >= Size * ((Segments / 2) - 2));
    }

    [Fact]
    public void Lost_segments_that_go_again_and_are_lost_again_cost_a_few_steps_each()
    {
        Report((Segments / 2, Segments));
        AssertVisits(30 * Segments, 1, _ =>
        {
            for (int round = 0; round < 4; round++)
            {
                while (_board.FirstLost() is >= 0 and var index)
                    _board.MarkRetransmitted(ref _board[index], ++_now);
                _now += Rtt;

                // The last one that went again arrives: all that went before it in this round is lost again.
                Report(((Segments / 2) - 1 - round, (Segments / 2) - round));
                Assert.Equal(Size * ((Segments / 2) - 1L - round), _board.Lost);
            }
        });
    }

    [Fact]
    public void Segments_that_were_sent_again_are_lost_in_the_order_of_that()
    {
        Report((10, 20));
        Assert.Equal(10L * Size, _board.Lost);

        // The fourth goes again before the others.
        _board.MarkRetransmitted(ref _board[4], _now += 10);
        _board.MarkRetransmitted(ref _board[1], _now += 10);
        _board.MarkRetransmitted(ref _board[2], _now += 10);
        _now += 2 * Rtt;
        Report((1, 2));
        Assert.True(_board[4].Has(SegmentFlags.Lost));
        Assert.False(_board[2].Has(SegmentFlags.Lost));
    }

    // What it remembers, so as not to look, is what looking would find.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Shortcuts_agree_with_a_look_at_all_records(int seed)
    {
        var random = new SeededGenerator(seed);
        for (int game = 0; game < 50; game++)
        {
            var board = new Scoreboard();
            long una = 1, next = 1, now = 1;
            for (int turn = 0; turn < 400; turn++)
            {
                Play(random, board, ref una, ref next, now += random.Next(0, 3));
                AssertTrue(board);
            }
        }
    }

    private static void Play(SeededGenerator random, Scoreboard board, ref long una, ref long next, long now)
    {
        var delivery = Delivery.At(now, 0, -1);
        switch (random.Next(0, 100))
        {
            case < 40:
                int length = random.Next(1, 200);
                board.Add(next, length, now);
                next += length;
                break;
            case < 50:
                una += random.Next(0, (int)Math.Min(300, next - una + 1));
                board.Acknowledge(una, ref delivery);
                break;
            case < 70:
                long left = una + random.Next(0, (int)(next - una + 1));
                board.Sack(left, left + random.Next(0, (int)(next - left + 1)), ref delivery);
                break;
            case < 80 when board.Count > 0:
                board.MarkLost(random.Next(0, board.Count));
                break;
            case < 95 when board.FirstLost() is >= 0 and var lost:
                board.MarkRetransmitted(ref board[lost], now);
                break;
            case 95 when board.Count > 0:
                board.MarkRetransmitted(ref board[board.Count - 1], now);
                break;
            case 96:
                board.Split(random.Next(20, 200));
                break;
            case 97:
                board.MarkLongerLost(random.Next(20, 200), random.Next(1, 10));
                break;
            case 98:
                board.MarkAllLost(forgetSacks: random.Chance(50));
                break;
            case 99:
                board.ForgetLosses();
                break;
        }
    }

    private static void AssertTrue(Scoreboard board)
    {
        const SegmentFlags Decided = SegmentFlags.Lost | SegmentFlags.Sacked;
        var records = new List<SegmentRecord>();
        for (int i = 0; i < board.Count; i++)
            records.Add(board[i]);
        Assert.Equal(records.FindIndex(record => record.Has(SegmentFlags.Lost)), board.FirstLost());
        Assert.Equal(records.FindIndex(record => record.Flags == SegmentFlags.None), board.OldestSentOnce());
        List<SegmentRecord> resent = records.FindAll(record => (record.Flags & (Decided | SegmentFlags.Retransmitted)) == SegmentFlags.Retransmitted);
        int oldest = board.OldestResent();
        Assert.Equal(resent.Count > 0 ? resent.Min(record => record.SentAt) : -1, oldest < 0 ? -1 : records[oldest].SentAt);
        Assert.Equal(records.Sum(record => record.Has(SegmentFlags.Sacked) ? (long)record.Length : 0), board.Sacked);
        Assert.Equal(records.Sum(record => record.Has(SegmentFlags.Lost) ? (long)record.Length : 0), board.Lost);
        Assert.Equal(records.Count(record => record.Has(SegmentFlags.Sacked)), board.SackedSegments);
        Assert.Equal(records.Sum(record => (long)record.Length), board.Outstanding);
    }

    private void AssertVisits(long most, int times, Action<int> act)
    {
        long before = _board.Visits;
        for (int i = 0; i < times; i++)
            act(i);
        long visits = _board.Visits - before;
        Assert.True(visits <= most, $"{visits} records were looked at, not {most}");
    }

    /// <summary>An ACK that reports these segments, as loss recovery takes it.</summary>
    private void Report(params ReadOnlySpan<(int First, int Behind)> blocks)
    {
        Delivery delivery = Delivery.At(_now, 0, -1);
        foreach ((int first, int behind) in blocks)
            _board.Sack(Start(first), Start(behind), ref delivery);
        _rack.Update(delivery, 1, Start(Segments));
        _rack.DetectLoss(_board, _now, Rtt, 0, recovering: true);
    }

    private static long Start(int segment) => 1 + ((long)segment * Size);
}
