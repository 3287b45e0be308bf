using System.Buffers.Binary;
using Weir.Enforcer.Datapath;
using Weir.Enforcer.Sessions;
using Weir.Packets;
using Weir.Policy;
using static Weir.Packets.TcpFlags;

namespace Weir.Enforcer.Tests.Datapath;

public class FloodTests
{
    private const int SourceOffset = 14 + 12;

    [Fact]
    public void A_million_syns_from_invented_sources_do_not_grow_the_table_and_leave_established_sessions_alone()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80")], new EnforcerOptions { MaxSessions = 4096 });
        for (ushort port = 1; port <= 500; port++)
            datapath.Handshake(clientPort: port);
        byte[] syn = TestFrame.Tcp(false, "10.1.0.0", 1234, TestDatapath.Api, 80, SYN);
        for (uint i = 0; i < 1_000_000; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(syn.AsSpan(SourceOffset), 0x0B00_0000 + i);
            Assert.Equal(Verdict.Accept, datapath.Receive(syn));
            if (i % 10_000 == 0)
                datapath.Events();
        }
        Assert.Equal(4096, datapath.Processor.Table.Count);
        for (ushort port = 1; port <= 500; port++)
            datapath.FromWeb(ACK, "x"u8, 101, 501, clientPort: port);
        Assert.Equal(500, CountAnswered(datapath));
    }

    [Fact]
    public void One_source_can_have_only_so_many_half_open_sessions()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80")], new EnforcerOptions { MaxSessions = 4096, MaxHalfOpenPerSource = 100 });
        for (ushort port = 1; port <= 1000; port++)
            datapath.FromWeb(SYN, clientPort: port);
        Assert.Equal(100, datapath.Processor.Table.Count);
        Assert.Equal(900ul, datapath.Processor.Counters.DroppedBy(DropReason.TooManyHalfOpen));
    }

    [Fact]
    public void Acknowledgments_from_invented_sources_are_evicted_like_syns()
    {
        var datapath = new TestDatapath(PolicyMode.Discover);
        datapath.Handshake();
        byte[] ack = TestFrame.Tcp(false, "10.1.0.0", 1234, TestDatapath.Api, 80, ACK);
        for (uint i = 0; i < 100_000; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(ack.AsSpan(SourceOffset), 0x0B00_0000 + i);
            datapath.Receive(ack);
        }
        Assert.Equal(1024, datapath.Processor.Table.Count);
        Assert.Equal(1, CountAnswered(datapath));
    }

    [Fact]
    public void Random_and_mutated_frames_by_the_million_throw_nothing_and_stay_in_bounds()
    {
        var random = new Random(23);
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80", Application.Http), TestDatapath.Allow(2, "udp/1-65535")]);
        byte[][] seeds =
        [
            TestFrame.Tcp(false, TestDatapath.Web, 40000, TestDatapath.Api, 80, SYN),
            TestFrame.Tcp(true, TestDatapath.Api, 80, TestDatapath.Web, 40000, SYN | ACK),
            TestFrame.Tcp(false, TestDatapath.Web, 40000, TestDatapath.Api, 80, PSH | ACK, payload: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8),
            TestFrame.Udp(false, TestDatapath.Web, 5000, TestDatapath.Api, 53, Identification.FirstPayload.DnsQuery),
            TestFrame.Udp(true, "fd00::2", 53, "fd00::1", 5000, Identification.FirstPayload.DnsQuery),
            TestFrame.Icmp(false, TestDatapath.Web, TestDatapath.Api, 3, 4, 0, TestFrame.Tcp(true, TestDatapath.Api, 80, TestDatapath.Web, 40000, ACK).AsSpan(14)),
            TestFrame.Ip(false, TestDatapath.Web, TestDatapath.Api, 17, new byte[40], 1, 0x2000),
            TestFrame.Ip(false, TestDatapath.Web, TestDatapath.Api, 47, new byte[40]),
        ];
        byte[] frame = new byte[256];
        for (int i = 0; i < 2_000_000; i++)
        {
            byte[] seed = seeds[random.Next(seeds.Length)];
            seed.CopyTo(frame, 0);
            int length = random.Next(8) == 0 ? random.Next(seed.Length + 1) : seed.Length;
            for (int change = random.Next(5); change > 0; change--)
                frame[random.Next(random.Next(4) == 0 ? 0 : 14, seed.Length)] = (byte)random.Next(256);
            datapath.Processor.ReceiveInline(frame.AsSpan(0, length), datapath.Now);
            if (i % 4096 == 0)
                datapath.Advance(0.5);
            if (i % 100_000 == 0)
            {
                datapath.SetPolicy((PolicyMode)random.Next(3), i % 200_000 == 0 ? [] : [TestDatapath.Allow(1, "tcp/80", Application.Http)]);
                datapath.Sent.Clear();
                datapath.Events();
            }
        }
        Assert.InRange(datapath.Processor.Table.Count, 0, 1024);
        datapath.Processor.CloseAll(datapath.Now);
        Assert.Equal(0, datapath.Processor.Table.Count);
        Assert.Empty(datapath.Settled.Entries);
        Assert.Equal(0, datapath.Processor.Counters.SettledNow);
    }

    [Fact]
    public void The_warm_path_allocates_nothing()
    {
        var datapath = new TestDatapath(PolicyMode.Protect, [TestDatapath.Allow(1, "tcp/80", Application.Http), TestDatapath.Allow(2, "udp/1-65535")]);
        byte[][] frames =
        [
            TestFrame.Tcp(false, TestDatapath.Web, 40000, TestDatapath.Api, 80, PSH | ACK, 101, 501, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8),
            TestFrame.Tcp(true, TestDatapath.Api, 80, TestDatapath.Web, 40000, ACK, 501, 129, new byte[1000]),
            TestFrame.Tcp(false, TestDatapath.Web, 40001, TestDatapath.Api, 81, SYN),
            TestFrame.Icmp(false, "10.0.0.9", TestDatapath.Api, 3, 4, 0, TestFrame.Tcp(true, TestDatapath.Api, 80, TestDatapath.Web, 40000, ACK).AsSpan(14)),
        ];
        byte[] datagram = TestFrame.Udp(false, TestDatapath.Web, 5000, TestDatapath.Api, 53, Identification.FirstPayload.DnsQuery);
        datapath.Handshake();
        long Round(int count)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < count; i++)
            {
                foreach (byte[] frame in frames)
                    datapath.Processor.ReceiveInline(frame, datapath.Now);
                BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(34), (ushort)i);
                datapath.Processor.ReceiveInline(datagram, datapath.Now);
                datapath.Now += TimeSpan.FromMilliseconds(1);
                datapath.Processor.Expire(datapath.Now);
                while (datapath.Queue.Reader.TryRead(out _))
                {
                }
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Round(100_000);
        Assert.Equal(0, Round(100_000));
    }

    private static int CountAnswered(TestDatapath datapath)
    {
        int count = 0;
        for (int index = 0; index < datapath.Processor.Table.Limit; index++)
        {
            if (datapath.Processor.Table[index].Id != 0 && datapath.Processor.Table[index].Has(SessionFlags.Answered))
                count++;
        }
        return count;
    }
}
