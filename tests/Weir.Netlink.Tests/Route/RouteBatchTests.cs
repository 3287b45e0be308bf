using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Netlink.Tests.Route;

public class RouteBatchTests
{
    [Fact]
    public void Many_requests_go_in_one_send_and_only_the_last_asks_for_an_ack()
    {
        using var kernel = new RecordedKernel(datagram => [Answer(Requests(datagram)[^1], 0)]);
        using var socket = new RouteSocket(kernel);
        var batch = socket.Batch();

        batch.Add(Route(1));
        batch.Add(new RoutingRule { Family = AddressFamily.InterNetwork, Priority = 101, Mark = 0x100, Mask = 0x100, Table = 101 });
        batch.Delete(Route(2));

        Assert.Empty(batch.Send());
        Hex.Equal("""
            2c000000 1800 0106 01000000 00000000                       # RTM_NEWROUTE, REQUEST|EXCL|CREATE
            02 20 00 00 65 03 00 01 00000000 0800 0100 01000000 0800 0400 05000000
            34000000 2000 0106 02000000 00000000                       # RTM_NEWRULE
            02 00 00 00 65 00 00 01 00000000 0800 0600 65000000 0800 0a00 00010000 0800 1000 00010000
            2c000000 1900 0500 03000000 00000000                       # RTM_DELROUTE, REQUEST|ACK
            02 20 00 00 65 03 00 01 00000000 0800 0100 02000000 0800 0400 05000000
            """, Assert.Single(kernel.Requests));
    }

    [Fact]
    public void Each_refusal_is_told_with_its_request_and_the_rest_is_done()
    {
        var exists = RecordedKernel.Text(1, "there is one");
        using var kernel = new RecordedKernel(datagram =>
        {
            var requests = Requests(datagram);
            return [Answer(requests[1], (int)Errno.EEXIST, exists), Answer(requests[2], (int)Errno.ENETUNREACH), Answer(requests[3], 0)];
        });
        using var socket = new RouteSocket(kernel);
        var batch = socket.Batch();

        for (var i = 0; i < 4; i++)
            batch.Add(Route(i), $"line {i}");
        var refusals = batch.Send();

        Assert.Equal([(1, "line 1", (int)Errno.EEXIST), (2, "line 2", (int)Errno.ENETUNREACH)], refusals.Select(refusal => (refusal.Number, (string)refusal.Tag!, refusal.Exception.Errno)));
        Assert.Equal("there is one", refusals[0].Exception.ExtendedAck);
        Assert.Equal(Requests(kernel.Requests[0])[1], refusals[0].Exception.Request);
    }

    [Fact]
    public void The_last_request_may_be_the_refused_one()
    {
        using var kernel = new RecordedKernel(datagram => [Answer(Requests(datagram)[^1], (int)Errno.ESRCH)]);
        using var socket = new RouteSocket(kernel);
        var batch = socket.Batch();
        batch.Delete(Route(1), 7);

        Assert.Equal(7, Assert.Single(batch.Send()).Tag);
    }

    [Fact]
    public void A_thousand_requests_take_a_few_sends_and_numbers_go_on()
    {
        using var kernel = new RecordedKernel(datagram =>
        {
            var requests = Requests(datagram);
            return [Answer(requests[0], (int)Errno.EEXIST), Answer(requests[^1], 0)];
        });
        using var socket = new RouteSocket(kernel);
        var batch = socket.Batch();
        for (var i = 0; i < 1000; i++)
            batch.Add(Route(i), i);

        Assert.Equal([0, 256, 512, 768], batch.Send().Select(refusal => (int)refusal.Tag!));
        Assert.Equal(4, kernel.Requests.Count);
        Assert.Equal(1000, batch.Count);
    }

    [Fact]
    public void A_batch_may_be_filled_and_sent_again_and_others_beside_it_are_their_own()
    {
        using var kernel = new RecordedKernel(datagram => [Answer(Requests(datagram)[^1], (int)Errno.EEXIST)]);
        using var socket = new RouteSocket(kernel);
        var first = socket.Batch();
        first.Add(Route(1), "first");
        first.Send();
        var second = socket.Batch();
        second.Add(Route(2), "second");
        first.Add(Route(3), "again");

        Assert.Equal([(0, "first"), (1, "again")], first.Send().Select(refusal => (refusal.Number, (string)refusal.Tag!)));
        Assert.Equal("second", Assert.Single(second.Send()).Tag);
        Assert.Equal([1, 3, 2], kernel.Requests.Select(request => MemoryMarshal.Read<int>(request.AsSpan(32))));
    }

    [Fact]
    public void Objects_added_in_one_batch_allocate_next_to_nothing()
    {
        using var kernel = new SilentKernel();
        using var socket = new RouteSocket(kernel);
        var routes = Enumerable.Range(0, 1000).Select(Route).ToArray();
        Add();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Add();
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / 1000;

        Assert.True(each < 20, $"{each} bytes for each route");

        void Add()
        {
            var batch = socket.Batch();
            foreach (var route in routes)
                batch.Add(route);
            Assert.Empty(batch.Send());
        }
    }

    [Fact]
    public void A_route_or_rule_added_by_itself_allocates_nothing_and_a_refusal_names_it()
    {
        using var kernel = new SilentKernel();
        using var socket = new RouteSocket(kernel);
        var route = Route(1);
        var rule = new RoutingRule { Family = AddressFamily.InterNetwork, Priority = 101, Mark = 0x100, Table = 101 };
        Add();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Add();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        kernel.Error = -(int)Errno.EEXIST;
        Assert.StartsWith("add route 1.0.0.0/32 dev 5 table 101: ", Assert.Throws<NetlinkException>(() => socket.Routes.Add(route)).Message, StringComparison.Ordinal);
        Assert.StartsWith("add rule 101: ", Assert.Throws<NetlinkException>(() => socket.Rules.Add(rule)).Message, StringComparison.Ordinal);

        void Add()
        {
            socket.Routes.Add(route);
            socket.Rules.Add(rule);
        }
    }

    [Fact]
    public void An_answer_that_never_comes_is_an_exception()
    {
        using var kernel = new RecordedKernel(_ => []);
        using var socket = new RouteSocket(kernel);
        var batch = socket.Batch();
        batch.Add(Route(1));

        Assert.Equal((int)Errno.ETIMEDOUT, Assert.Throws<NetlinkException>(() => batch.Send()).Errno);
    }

    private static IpRoute Route(int number) => new()
    {
        Family = AddressFamily.InterNetwork,
        Destination = new IPAddress((uint)number),
        DestinationLength = 32,
        LinkIndex = 5,
        Table = 101,
    };

    private static List<byte[]> Requests(byte[] datagram)
    {
        var requests = new List<byte[]>();
        for (var start = 0; start < datagram.Length; start += MemoryMarshal.Read<int>(datagram.AsSpan(start)))
            requests.Add(datagram[start..(start + MemoryMarshal.Read<int>(datagram.AsSpan(start)))]);
        return requests;
    }

    private static byte[] Answer(byte[] request, int errno, params byte[] attributes) => RecordedKernel.Error(request, errno, attributes);

    /// <summary>Says yes, or what it is told, to the last request of a datagram, without allocating.</summary>
    private sealed class SilentKernel : INetlinkTransport
    {
        private uint _last;

        public uint PortId => 1;

        public int Error { get; set; }

        public void Send(ReadOnlySpan<byte> message)
        {
            for (var start = 0; start < message.Length; start += MemoryMarshal.Read<int>(message[start..]))
                _last = MemoryMarshal.Read<uint>(message[(start + 8)..]);
        }

        public int Receive(Span<byte> buffer)
        {
            buffer[..36].Clear();
            MemoryMarshal.Write(buffer, 36);
            MemoryMarshal.Write(buffer[4..], (ushort)NetlinkMessageType.NLMSG_ERROR);
            MemoryMarshal.Write(buffer[8..], _last);
            MemoryMarshal.Write(buffer[12..], PortId);
            MemoryMarshal.Write(buffer[16..], Error);
            return 36;
        }

        public void Dispose()
        {
        }
    }
}
