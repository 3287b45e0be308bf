using System.Net;
using System.Net.Sockets;
using Weir.Netlink.Ipset;
using Weir.Netlink.Protocol;
using Weir.Testing;

namespace Weir.Netlink.Tests.Ipset;

public class IpsetSocketTests
{
    private static readonly byte[] Header = [2, 0, 0, 0];

    [Fact]
    public void A_set_is_created_with_the_newest_revision_that_both_sides_know()
    {
        using var kernel = Kernel(revision: 6);
        using var socket = new IpsetSocket(kernel);

        socket.Create(new IpsetDefinition { Name = "z", Type = "hash:ip", Family = AddressFamily.InterNetwork });
        socket.Create(new IpsetDefinition { Name = "y", Type = "hash:ip", Family = AddressFamily.InterNetwork }, exist: true);

        Assert.Equal(3, kernel.Requests.Count);
        Hex.Equal("""
            30000000 0d06 0500 01000000 00000000 02000000 # IPSET_CMD_TYPE
            05000100 07000000                             # protocol 7
            0c000300 686173683a697000                     # hash:ip
            05000500 02000000                             # inet
            """, kernel.Requests[0]);
        Hex.Equal("""
            44000000 0206 0506 02000000 00000000 02000000 # IPSET_CMD_CREATE, REQUEST|ACK|EXCL|CREATE
            05000100 07000000
            06000200 7a000000                             # z
            0c000300 686173683a697000
            05000400 06000000                             # revision
            05000500 02000000
            04000780
            """, kernel.Requests[1]);
        Assert.Equal([2, 6, 5, 4], kernel.Requests[2][4..8]);
    }

    [Fact]
    public void All_that_a_set_can_be_told_is_written_in_the_order_of_its_attributes()
    {
        using var kernel = Kernel(revision: 9);
        using var socket = new IpsetSocket(kernel);

        socket.Create(new IpsetDefinition
        {
            Name = "z", Type = "hash:ip", Family = AddressFamily.InterNetworkV6, HashSize = 64, MaxElements = 100, BucketSize = 4, InitialValue = 0x16ebe102,
            Timeout = 10, Counters = true, Comments = true, ForceAdd = true, SkbInfo = true, Netmask = 24,
        });

        Hex.Equal("""
            7c000000 0206 0506 02000000 00000000 02000000
            05000100 07000000 06000200 7a000000 0c000300 686173683a697000
            05000400 06000000 05000500 0a000000
            3c000780
            08000640 0000000a  08000840 00000078
            08001140 16ebe102  08001240 00000040  08001340 00000064
            05001400 18000000  05001500 04000000
            """, kernel.Requests[1]);
    }

    [Fact]
    public void Elements_go_many_in_one_message_and_each_carries_its_number()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new IpsetSocket(kernel);

        socket.Add("z", [
            new IpsetElement { Address = IPAddress.Parse("10.244.1.2") },
            new IpsetElement { Address = IPAddress.Parse("10.0.0.1"), Port = 80, Timeout = 5, Protocol = 6, Bytes = 2, Packets = 1, Comment = "hi" }]);

        Hex.Equal("""
            98000000 0906 0502 01000000 00000000 02000000    # IPSET_CMD_ADD, REQUEST|ACK|EXCL
            05000100 07000000 06000200 7a000000
            08000940 00000000                                # a place for the number of the refused one
            6c000880
            18000780 0c000180 08000140 0af40102  08000940 00000001
            50000780 0c000180 08000140 0a000001
                     06000440 00500000  08000640 00000005  05000700 06000000
                     0c001840 0000000000000002  0c001940 0000000000000001  07001a00 68690000
                     08000940 00000002
            """, kernel.Requests[0]);
    }

    [Fact]
    public void A_hundred_thousand_elements_take_messages_that_fit_the_buffer()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new IpsetSocket(kernel);

        socket.Add("z", [.. Enumerable.Range(0, 100_000).Select(i => new IpsetElement { Port = (ushort)i })]);

        Assert.All(kernel.Requests, request => Assert.InRange(request.Length, 40, 32 * 1024));
        Assert.InRange(kernel.Requests.Count, 10, 200);
    }

    [Fact]
    public void The_refused_element_is_named_and_the_error_is_in_words()
    {
        using var kernel = new RecordedKernel(request =>
        {
            // ipset sends the whole request back, with the number of the element at its place.
            var echo = (byte[])request.Clone();
            echo[43] = 2;
            return [RecordedKernel.Message(request, NetlinkMessageType.NLMSG_ERROR, 0, [.. BitConverter.GetBytes(-4103), .. echo])];
        });
        using var socket = new IpsetSocket(kernel);

        var exception = Assert.Throws<NetlinkException>(() => socket.Add("z", [.. Enumerable.Range(1, 3).Select(i => new IpsetElement { Address = new IPAddress(i) })]));

        Assert.Equal((1, 4103, "the element is in the set already"), (exception.Index!.Value, exception.Errno, exception.ExtendedAck));
        Assert.Equal("add to set z: refused with error 4103: the element is in the set already", exception.Message);
    }

    [Theory]
    [InlineData(4100, "the set is in use by a rule or by another set")]
    [InlineData(2, "there is no set of this name")]
    public void A_set_that_cannot_be_destroyed_says_why(int errno, string words)
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, errno)]);
        using var socket = new IpsetSocket(kernel);

        Assert.Contains(words, Assert.Throws<NetlinkException>(() => socket.Destroy("z")).Message, StringComparison.Ordinal);
        Hex.Equal("24000000 0306 0502 01000000 00000000 02000000 05000100 07000000 06000200 7a000000", kernel.Requests[0]);
    }

    [Fact]
    public void Testing_says_no_only_for_the_error_that_means_no()
    {
        var errno = 0;
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, errno)]);
        using var socket = new IpsetSocket(kernel);
        var element = new IpsetElement { Address = IPAddress.Parse("10.244.1.2") };

        Assert.True(socket.Test("z", element));
        Hex.Equal("""
            3c000000 0b06 0500 01000000 00000000 02000000 # IPSET_CMD_TEST
            05000100 07000000 06000200 7a000000
            18000780 0c000180 08000140 0af40102 08000940 00000000
            """, kernel.Requests[0]);
        errno = 4103;
        Assert.False(socket.Test("z", element));
        errno = 2;
        Assert.Throws<NetlinkException>(() => socket.Test("z", element));
    }

    [Fact]
    public void A_set_that_comes_in_several_messages_is_one_set()
    {
        byte[] first = Hex.Parse("""
            02000000 05000100 07000000 06000200 68000000 0c000300 686173683a697000 05000500 02000000 05000400 06000000 06000b40 00000000
            4c000780 08001240 00000040 08001340 00010000 05001400 18000000 05001500 0c000000 08001140 16ebe102 08001940 00000002 08001a40 00000168 08000640 00000005 08000840 00000040
            """);
        byte[] more = Hex.Parse("02000000 05000100 07000000 06000200 68000000 1c000880 18000780 0c000180 08000140 0a020200 08000640 00000004");
        using var kernel = new RecordedKernel(request =>
        [
            [.. Message(request, first), .. Message(request, more)], Message(request, more), RecordedKernel.Done(request),
        ]);
        using var socket = new IpsetSocket(kernel);

        var set = Assert.Single(socket.List());

        Assert.Equal(
            new IpsetDefinition
            {
                Name = "h", Type = "hash:ip", Family = AddressFamily.InterNetwork, Revision = 6, HashSize = 64, MaxElements = 65536, Netmask = 24, BucketSize = 12,
                InitialValue = 0x16ebe102, Timeout = 5, SkbInfo = true,
            },
            set.Definition);
        Assert.Equal((2u, 360u, 2), (set.References, set.Memory, set.Elements.Count));
        Assert.Equal(new IpsetElement { Address = IPAddress.Parse("10.2.2.0"), Timeout = 4 }, set.Elements[1]);
    }

    [Fact]
    public void A_kernel_without_ipset_has_no_sets()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, 22)]);
        using var socket = new IpsetSocket(kernel);

        Assert.Empty(socket.List());
        Assert.Throws<NetlinkException>(() => socket.Get("z"));
    }

    [Fact]
    public void A_hostile_kernel_is_read_or_refused()
    {
        var random = new SeededGenerator(31);
        byte[] good = Hex.Parse("""
            02000000 05000100 07000000 06000200 68000000 0c000300 686173683a697000 05000500 02000000 05000400 06000000 08000b40 00000000
            14000780 08001240 00000040 05001400 18000000 1c000880 18000780 0c000180 08000140 0a020200 08000640 00000004
            """);
        for (var i = 0; i < 30_000; i++)
        {
            using var kernel = new RecordedKernel(request =>
                [Message(request, random.Chance(30) ? [.. Header, .. random.BytesBelow(100)] : random.Mutate(good)[..random.Next(0, good.Length)]), RecordedKernel.Done(request, random.Pick<int>(0, 0, 4103))]);
            using var socket = new IpsetSocket(kernel);
            try
            {
                _ = random.Pick<object?>(socket.List(), socket.Find("z"));
            }
            catch (NetlinkException)
            {
                // What it may say.
            }
        }
    }

    private static byte[] Message(byte[] request, byte[] payload) => RecordedKernel.Message(request, (NetlinkMessageType)0x607, 2, payload);

    private static RecordedKernel Kernel(byte revision) => new(request => request[4] == 0x0d
        ? [RecordedKernel.Message(request, (NetlinkMessageType)0x60d, 0, [.. Header, .. RecordedKernel.Attribute(4, revision)]), RecordedKernel.Error(request, 0)]
        : [RecordedKernel.Error(request, 0)]);
}
