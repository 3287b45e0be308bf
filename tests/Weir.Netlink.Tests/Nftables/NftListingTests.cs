using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Tests.Nftables;

/// <summary>A kernel that changes while it is read, that says too much, or that lies.</summary>
public class NftListingTests
{
    private const ushort Multi = 0x02, Interrupted = 0x10;

    [Fact]
    public void A_dump_that_a_change_interrupted_is_read_again()
    {
        var dumps = 0;
        using var kernel = new RecordedKernel(request => ++dumps < 3
            ? [Table(request, "half", Multi), Message(request, NftMessageType.NFT_MSG_NEWTABLE, Multi | Interrupted, RecordedKernel.Text(1, "old")), RecordedKernel.Done(request)]
            : [Table(request, "new"), RecordedKernel.Done(request)]);
        using var socket = new NftSocket(kernel);
        Assert.Equal(["new"], socket.ListTables().Select(table => table.Name));
        Assert.Equal(3, dumps);
    }

    [Fact]
    public void A_listing_is_of_one_generation()
    {
        var generation = 0;
        using var kernel = new RecordedKernel(request => Answer(request, () => (byte)Math.Min(++generation, 5), request => [Table(request, $"at {generation}")]));
        using var socket = new NftSocket(kernel);
        var ruleset = socket.Read();
        Assert.Equal(5u, ruleset.Generation);
        Assert.Equal(["at 5"], ruleset.Tables.Select(table => table.Name));
    }

    [Fact]
    public void A_listing_that_never_holds_still_is_given_up()
    {
        byte generation = 0;
        using var kernel = new RecordedKernel(request => Answer(request, () => ++generation, request => []));
        using var socket = new NftSocket(kernel);
        Assert.Equal((int)Errno.EAGAIN, Assert.Throws<NetlinkException>(() => socket.Read()).Errno);
    }

    [Fact]
    public void A_set_that_went_before_its_elements_were_read_is_asked_for_again()
    {
        var sets = 0;
        using var kernel = new RecordedKernel(request => Type(request) switch
        {
            NftMessageType.NFT_MSG_GETSET => [.. sets++ == 0 ? [Message(request, NftMessageType.NFT_MSG_NEWSET, Multi, [.. RecordedKernel.Text(1, "t"), .. RecordedKernel.Text(2, "s")])] : Array.Empty<byte[]>(), RecordedKernel.Done(request)],
            NftMessageType.NFT_MSG_GETSETELEM => [RecordedKernel.Done(request, (int)Errno.ENOENT)],
            _ => Answer(request, () => 1, request => []),
        });
        using var socket = new NftSocket(kernel);
        Assert.Empty(socket.Read().Sets);
        Assert.Equal(2, sets);
    }

    [Fact]
    public void Messages_of_others_and_of_other_kinds_are_no_tables()
    {
        using var kernel = new RecordedKernel(request =>
        {
            var foreign = Table(request, "foreign");
            foreign[8] ^= 1;
            var misdirected = Table(request, "misdirected");
            misdirected[12] ^= 1;
            return [foreign, misdirected, Message(request, NftMessageType.NFT_MSG_NEWCHAIN, Multi, RecordedKernel.Text(1, "chain")), Table(request, "t"), Table(request, "t"), RecordedKernel.Done(request)];
        });
        using var socket = new NftSocket(kernel);
        // What the kernel says twice is there twice: whose fault it is cannot be known here.
        Assert.Equal(["t", "t"], socket.ListTables().Select(table => table.Name));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(0)]
    [InlineData(9999)]
    public void An_attribute_that_lies_about_its_length_ends_the_message_and_not_the_reader(ushort length)
    {
        using var kernel = new RecordedKernel(request =>
        {
            var lying = RecordedKernel.Attribute(4, 0, 0, 0, 0, 0, 0, 0, 1);
            MemoryMarshal.Write(lying, length);
            return [Message(request, NftMessageType.NFT_MSG_NEWTABLE, Multi, [.. RecordedKernel.Text(1, "t"), .. lying]), RecordedKernel.Done(request)];
        });
        using var socket = new NftSocket(kernel);
        Assert.Equal("t", Assert.Single(socket.ListTables()).Name);
    }

    [Fact]
    public void A_kernel_without_nf_tables_has_nothing()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, (int)Errno.EOPNOTSUPP)]);
        using var socket = new NftSocket(kernel);
        Assert.Null(socket.Generation());
        Assert.Empty(socket.Read().Tables);
        Assert.Empty(socket.ListFlowTables());
    }

    private static NftMessageType Type(byte[] request) => (NftMessageType)MemoryMarshal.Read<ushort>(request.AsSpan(4));

    private static byte[] Table(byte[] request, string name, ushort flags = Multi) => Message(request, NftMessageType.NFT_MSG_NEWTABLE, flags, RecordedKernel.Text(1, name));

    private static byte[] Message(byte[] request, NftMessageType type, ushort flags, byte[] attributes) =>
        RecordedKernel.Message(request, (NetlinkMessageType)type, flags, [2, 0, 0, 0, .. attributes]);

    /// <summary>A generation for GETGEN, tables for GETTABLE, nothing for the rest.</summary>
    private static IEnumerable<byte[]> Answer(byte[] request, Func<byte> generation, Func<byte[], IEnumerable<byte[]>> tables) => Type(request) switch
    {
        NftMessageType.NFT_MSG_GETGEN => [Message(request, NftMessageType.NFT_MSG_NEWGEN, 0, RecordedKernel.Attribute(1, 0, 0, 0, generation())), RecordedKernel.Error(request, 0)],
        NftMessageType.NFT_MSG_GETTABLE => [.. tables(request), RecordedKernel.Done(request)],
        _ => [RecordedKernel.Done(request)],
    };
}
