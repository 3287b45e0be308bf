using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Tests.Protocol;

public class ExchangeTests
{
    private static readonly byte[] Link = [0, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. RecordedKernel.Text(3, "v9")];

    [Fact]
    public void A_refusal_says_what_was_tried_and_all_that_the_kernel_said()
    {
        byte[] policy = [.. RecordedKernel.Attribute(1, 11, 0, 0, 0), .. RecordedKernel.Attribute(7, 15, 0, 0, 0)];
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, (int)Errno.ERANGE,
            [.. RecordedKernel.Text(1, "Attribute failed policy validation"), .. RecordedKernel.Attribute(2, 32, 0, 0, 0), .. RecordedKernel.Attribute(4 | 0x8000, policy)])]);
        using var socket = new RouteSocket(kernel);

        var exception = Assert.Throws<NetlinkException>(() => socket.Links.AddBridge("a-name-that-is-too-long"));

        Assert.Equal(("add bridge a-name-that-is-too-long", (int)Errno.ERANGE, "Attribute failed policy validation", 32, "at most 15 bytes"),
            (exception.Operation, exception.Errno, exception.ExtendedAck, exception.Offset!.Value, exception.Bound));
        Assert.Equal(kernel.Requests[0], exception.Request);
        Assert.EndsWith("(errno 34): Attribute failed policy validation; attribute 3 at byte 32 takes at most 15 bytes", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_that_carries_the_whole_request_is_read_behind_it()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.NLMSG_ERROR, 0x200,
            [.. BitConverter.GetBytes(-17), .. request, .. RecordedKernel.Text(1, "there is one")])]);
        using var socket = new RouteSocket(kernel);

        Assert.Equal("there is one", Assert.Throws<NetlinkException>(() => socket.Links.AddBridge("br0")).ExtendedAck);
    }

    [Theory]
    [InlineData("TC classifier not found.", "this kernel lacks the classifier")]
    [InlineData("Failed to load TC action module.", "this kernel lacks the action")]
    [InlineData("Specified qdisc kind is unknown.", "this kernel lacks the queueing discipline")]
    [InlineData("Unknown device type.", "this kernel lacks the link kind dummy")]
    public void What_the_kernel_lacks_is_said_so(string words, string expected)
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, (int)Errno.ENOENT, RecordedKernel.Text(1, words))]);
        using var socket = new RouteSocket(kernel);

        Assert.Contains(expected, Assert.Throws<NetlinkException>(() => socket.Links.AddKind("d0", "dummy")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_dump_ends_with_done_and_its_words_follow_the_error()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Done(request, (int)Errno.EINVAL, attributes: RecordedKernel.Text(1, "Unknown attribute type"))]);
        using var socket = new RouteSocket(kernel);

        var exception = Assert.Throws<NetlinkException>(() => socket.Links.List());
        Assert.Equal(((int)Errno.EINVAL, "Unknown attribute type"), (exception.Errno, exception.ExtendedAck));
    }

    [Fact]
    public void An_interrupted_dump_is_repeated_and_the_first_try_forgotten()
    {
        var tries = 0;
        using var kernel = new RecordedKernel(request =>
        {
            var flags = (ushort)(++tries < 3 ? 0x12 : 2);
            return [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWLINK, flags, Link), RecordedKernel.Done(request)];
        });
        using var socket = new RouteSocket(kernel);

        Assert.Equal("v9", Assert.Single(socket.Links.List()).Name);
        Assert.Equal(3, tries);
    }

    [Fact]
    public void A_dump_that_is_interrupted_for_ever_is_given_up()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Done(request, flags: 0x12)]);
        using var socket = new RouteSocket(kernel);

        Assert.Equal((int)Errno.EAGAIN, Assert.Throws<NetlinkException>(() => socket.Links.List()).Errno);
        Assert.InRange(kernel.Requests.Count, 10, 100);
    }

    [Fact]
    public void Answers_to_others_and_to_earlier_requests_are_passed_over()
    {
        using var kernel = new RecordedKernel(request =>
        {
            var early = RecordedKernel.Error(request, (int)Errno.EEXIST);
            MemoryMarshal.Write(early.AsSpan(8), 4000u);
            var foreign = RecordedKernel.Error(request, (int)Errno.EEXIST);
            MemoryMarshal.Write(foreign.AsSpan(12), 4712u);
            return [early, [.. foreign, .. RecordedKernel.Error(request, 0)]];
        });
        using var socket = new RouteSocket(kernel);

        socket.Links.AddBridge("br0");
    }

    [Fact]
    public void A_kernel_that_does_not_answer_is_an_error()
    {
        using var kernel = new RecordedKernel(_ => []);
        using var socket = new RouteSocket(kernel);

        Assert.Equal((int)Errno.ETIMEDOUT, Assert.Throws<NetlinkException>(() => socket.Links.AddBridge("br0")).Errno);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0f000000 0200 0000 01000000 67120000 00000000")] // shorter than its own header
    [InlineData("18000000 0200 0000 01000000 67120000 00000000")] // longer than the datagram
    [InlineData("ffffffff 0200 0000 01000000 67120000 00000000")]
    [InlineData("10000000 0200 0000 01000000 67120000")] // an error without its number
    public void An_answer_that_lies_about_its_length_is_an_error(string datagram)
    {
        using var kernel = new RecordedKernel(_ => [Hex.Parse(datagram)]);
        using var socket = new RouteSocket(kernel);

        Assert.Throws<NetlinkException>(() => socket.Links.AddBridge("br0"));
    }

    [Theory]
    [InlineData("0300 0300")] // shorter than an attribute
    [InlineData("ff00 0300 7630 0000")] // longer than what is left
    [InlineData("0000 0000 0000 0000")] // of no length: no way on
    public void An_attribute_that_lies_ends_the_reading_and_what_came_before_stays(string attribute)
    {
        byte[] payload = [.. Link, .. Hex.Parse(attribute)];
        using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWLINK, 2, payload), RecordedKernel.Done(request)]);
        using var socket = new RouteSocket(kernel);

        Assert.Equal("v9", Assert.Single(socket.Links.List()).Name);
    }

    [Fact]
    public void Structures_of_older_and_newer_kernels_are_read_as_far_as_they_go()
    {
        byte[] payload = [0, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. RecordedKernel.Attribute(4, 7), .. RecordedKernel.Attribute(13, 1, 2, 3, 4, 5, 6), .. RecordedKernel.Attribute(23, 1)];
        using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWLINK, 2, payload), RecordedKernel.Done(request)]);
        using var socket = new RouteSocket(kernel);

        var link = Assert.Single(socket.Links.List());
        Assert.Equal((7, 0x04030201, 1UL), (link.Mtu, link.TransmitQueueLength, link.ReceivedPackets));
    }

    [Fact]
    public void A_request_that_does_not_fit_is_an_error_and_is_not_sent()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        var exception = Assert.Throws<NetlinkException>(() => socket.Links.Change(1, new Netlink.Route.LinkChange { Alias = new string('a', 40_000) }));
        Assert.Equal((int)Errno.EMSGSIZE, exception.Errno);
        Assert.Empty(kernel.Requests);
    }
}
