using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Disciplines;

namespace Weir.Netlink.Tests.TrafficControl;

public class QdiscsTests
{
    public static TheoryData<Qdisc> Disciplines =>
    [
        new Qdisc(1, "pfifo", 0x10000, TrafficHandle.Root) { Discipline = new FifoQdisc { Limit = 33 } },
        new Qdisc(1, "htb", 0x10000, TrafficHandle.Root) { Discipline = new HtbQdisc { DefaultClass = 0x30, DirectQueueLength = 50 } },
        new Qdisc(1, "tbf", 0x10000, 0x20010) { Discipline = new TbfQdisc { Rate = 125_000, Burst = 4096, BurstTicks = 512_000, Limit = 54_096 } },
        new Qdisc(1, "tbf", 0x10000, 0x20010)
        {
            // The largest bursts of their ticks, as the kernel reckons.
            Discipline = new TbfQdisc
            {
                Rate = 5_000_000_000, Burst = 5_000_306, BurstTicks = 15_625, Limit = 10_000_000, PeakRate = 6_000_000_000, PeakBurst = 60_000_370, PeakBurstTicks = 156_250,
                Overhead = 14, MinimumPacket = 64,
            },
        },
        new Qdisc(1, "netem", 0x10000, TrafficHandle.Root)
        {
            Discipline = new NetemQdisc
            {
                Delay = 100_000_000, Jitter = 10_000_000, DelayCorrelation = 7, Loss = 8, LossCorrelation = 9, Duplicate = 10, Reorder = 11, Gap = 5, Corrupt = 12, CorruptCorrelation = 13,
                Rate = 125_000, PacketOverhead = 20, CellSize = 100, CellOverhead = 5, Ecn = true, BurstLoss = new GilbertElliottLoss(1, 2, 3, 4),
            },
        },
    ];

    [Theory, MemberData(nameof(Disciplines))]
    public void A_discipline_reads_back_as_it_was_sent(Qdisc qdisc)
    {
        byte[] sent;
        using (var kernel = RecordedKernel.Acknowledging())
        {
            using var socket = new RouteSocket(kernel);
            socket.Qdiscs.Add(qdisc);
            sent = kernel.Requests[0][16..];
        }

        using var echo = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWQDISC, 2, sent), RecordedKernel.Done(request)]);
        using var reader = new RouteSocket(echo);

        Assert.Equal(qdisc, Assert.Single(reader.Qdiscs.List(1)) with { Options = qdisc.Options });
    }

    /// <summary>TCA_STATS2 of a dump: TCA_STATS_BASIC, TCA_STATS_QUEUE and the kind's own structure.</summary>
    [Fact]
    public void What_codel_and_fq_codel_count_by_themselves_is_read()
    {
        var codel = List("codel", Words(1514, 1, 2, 5000, unchecked((uint)-1500), 4, 3, 1, 6));
        Assert.Equal(
            new CodelStatistics { LargestPacket = 1514, Count = 1, LastCount = 2, Delay = 5000, DropNext = -1500, DropsOverLimit = 4, EcnMarks = 3, Dropping = true, ThresholdMarks = 6 }, codel.Codel);
        Assert.Equal((126UL, 3UL), (codel.Bytes, codel.Packets));

        Assert.Equal(
            new FqCodelStatistics { LargestPacket = 1514, DropsOverLimit = 1, EcnMarks = 2, NewFlowCount = 3, NewFlows = 4, OldFlows = 5, ThresholdMarks = 6, MemoryUsed = 7, DropsOverMemory = 8 },
            List("fq_codel", Words(0, 1514, 1, 2, 3, 4, 5, 6, 7, 8)).FqCodel);

        // An older kernel's structure is shorter.
        Assert.Equal(new FqCodelStatistics { LargestPacket = 1514, DropsOverLimit = 1 }, List("fq_codel", Words(0, 1514, 1)).FqCodel);
        Assert.Null(List("sfb", Words(0, 1514, 1)).FqCodel);

        static TrafficStatistics List(string kind, byte[] own)
        {
            byte[] statistics = [.. RecordedKernel.Attribute(1, Words(126, 0, 3)), .. RecordedKernel.Attribute(3, Words(0, 0, 0, 0, 0)), .. RecordedKernel.Attribute(4, own)];
            byte[] payload = [.. Words(0, 1, 0x10000, TrafficHandle.Root, 2), .. RecordedKernel.Text(1, kind), .. RecordedKernel.Attribute(7, statistics)];
            using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWQDISC, 2, payload), RecordedKernel.Done(request)]);
            using var socket = new RouteSocket(kernel);
            return Assert.Single(socket.Qdiscs.List(1)).Statistics!;
        }
    }

    /// <summary>net/sched/sch_fq_codel.c fq_codel_dump_class_stats: no bytes and packets.</summary>
    [Fact]
    public void A_flow_of_fq_codel_has_only_its_queue_and_what_it_counts_by_itself()
    {
        byte[] statistics = [.. RecordedKernel.Attribute(3, Words(2, 3028, 0, 0, 0)), .. RecordedKernel.Attribute(4, Words(1, unchecked((uint)-14), 5000, 1, 2, 1, 1500))];
        byte[] payload = [.. Words(0, 1, 0x10001, 0x10000, 0), .. RecordedKernel.Text(1, "fq_codel"), .. RecordedKernel.Attribute(7, statistics)];
        using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWTCLASS, 2, payload), RecordedKernel.Done(request)]);
        using var socket = new RouteSocket(kernel);

        Assert.Equal(
            new TrafficStatistics
            {
                OnlyQueue = true, QueueLength = 2, Backlog = 3028,
                FqCodelFlow = new FqCodelFlowStatistics { Deficit = -14, Delay = 5000, Count = 1, LastCount = 2, Dropping = true, DropNext = 1500 },
            },
            Assert.Single(socket.TrafficClasses.List(1)).Statistics);
    }

    private static byte[] Words(params uint[] words) => MemoryMarshal.AsBytes(words.AsSpan()).ToArray();

    [Fact]
    public void A_class_of_htb_keeps_the_ticks_that_were_read()
    {
        byte[] sent;
        TrafficClass @class = new(1, "htb", 0x10001, 0x10000) { Htb = new HtbClass { Rate = 125_000, Ceiling = 125_000, Burst = 1599, CeilingBurst = 1599, BurstTicks = 199_999, CeilingBurstTicks = 199_990 } };
        using (var kernel = RecordedKernel.Acknowledging())
        {
            using var socket = new RouteSocket(kernel);
            socket.TrafficClasses.Add(@class);
            sent = kernel.Requests[0][16..];
        }

        using var echo = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWTCLASS, 2, sent), RecordedKernel.Done(request)]);
        using var reader = new RouteSocket(echo);

        Assert.Equal(@class.Htb, Assert.Single(reader.TrafficClasses.List(1)).Htb);
    }

    [Fact]
    public void Netem_tells_the_delay_in_ticks_of_64_nanoseconds()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Qdiscs.Add(new Qdisc(100, "netem", 0, TrafficHandle.Root) { Discipline = new NetemQdisc { Delay = 10_000_000 } });

        Hex.Equal("""
            4c000000 2400 0506 01000000 00000000
            00000000 64000000 00000000 ffffffff 00000000
            0a00 0100 6e6574656d00 0000                # TCA_KIND "netem"
            1c00 0200                                  # TCA_OPTIONS: struct tc_netem_qopt
              5a620200 e8030000 00000000 00000000 00000000 00000000 # 10 ms, limit 1000
            """, kernel.Requests[0]);
    }

    [Theory]
    [InlineData("", "delete qdisc of link 5")]
    [InlineData("fq", "delete qdisc fq of link 5")]
    public void A_refused_deletion_is_told_with_the_kind_if_it_has_one(string kind, string operation)
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, (int)Errno.ENOENT)]);
        using var socket = new RouteSocket(kernel);
        Assert.Equal(operation, Assert.Throws<NetlinkException>(() => socket.Qdiscs.Delete(new Qdisc(5, kind, 0, TrafficHandle.Root))).Operation);
    }

    [Theory]
    [InlineData("1:10", 0x10010u)]
    [InlineData("ffff:", 0xffff0000u)]
    [InlineData(":5", 5u)]
    [InlineData("root", 0xffffffffu)]
    [InlineData("none", 0u)]
    public void A_handle_is_printed_as_tc_prints_it(string text, uint handle)
    {
        Assert.True(TrafficHandle.TryParse(text, out var parsed));
        Assert.Equal(handle, parsed);
        Assert.Equal(text, TrafficHandle.Print(handle));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("1:2:3")]
    [InlineData("12345:")]
    [InlineData("x")]
    public void What_is_no_handle_is_not_taken_for_one(string text) => Assert.False(TrafficHandle.TryParse(text, out _));
}
