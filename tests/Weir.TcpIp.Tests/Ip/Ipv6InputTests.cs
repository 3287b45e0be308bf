using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Ip;

public class Ipv6InputTests
{
    private static Host NewHost() => Host.On(DeviceMedium.Ip);

    private static PacketBuilder Echo(params (byte, byte[])[] extensions) => PacketBuilder.IcmpEcho("fd00::1", "fd00::2") with { Extensions = extensions };

    [Fact]
    public void An_echo_request_is_answered_with_the_same_data()
    {
        Host host = NewHost();
        host.Inject(Echo());

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((byte)Icmpv6Type.ICMPV6_ECHO_REPLY, layers.IcmpType);
        Assert.Equal(Host.Address("fd00::1"), layers.Destination);
        Assert.Equal("0123456789abcdef"u8, frame.AsSpan(layers.PayloadOffset, layers.PayloadLength));
    }

    [Fact]
    public void Every_truncation_is_dropped_and_nothing_is_thrown()
    {
        byte[] frame = Echo((0, new byte[8]), (60, [0, 1, 1, 12, .. new byte[12]])).Build();
        for (int length = EthernetHeader.Size; length < frame.Length; length++)
        {
            Host host = NewHost();
            host.Inject(frame[..length]);
            host.ExpectNothing();
            host.ExpectDrop(IpDropReason.Malformed);
        }
    }

    [Theory]
    [InlineData("::1")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fd00::2")]
    [InlineData("::")]
    public void A_source_that_can_be_nobody_is_dropped_in_silence(string source)
    {
        Host host = NewHost();
        var udp = PacketBuilder.Udp("[fd00::1]:5", "[fd00::2]:6", "x");
        host.Inject(udp with { Source = System.Net.IPAddress.Parse(source) });

        host.ExpectNothing();
        host.ExpectDrop(IpDropReason.MartianSource);
    }

    [Fact]
    public void Known_and_harmless_extension_headers_are_walked_over()
    {
        Host host = NewHost();
        byte[] padding = [0, 0, 1, 4, 0, 0, 0, 0];
        byte[] skipUnknown = [0, 0, 0x3F, 2, 0, 0, 1, 0];
        byte[] finishedRoute = [0, 0, 4, 0, 0, 0, 0, 0];
        host.Inject(Echo((0, padding), (60, skipUnknown), (43, finishedRoute), (60, padding)));

        Assert.Equal((byte)Icmpv6Type.ICMPV6_ECHO_REPLY, host.ExpectOne().Layers.IcmpType);
    }

    [Theory]
    [InlineData(0x3F, false, false)] // 00: skip.
    [InlineData(0x7F, true, false)] // 01: drop.
    [InlineData(0xBF, true, true)] // 10: drop and tell.
    [InlineData(0xFF, true, true)] // 11: drop and tell, unless it was for a group.
    public void An_unknown_option_is_treated_as_its_upper_bits_say(byte type, bool dropped, bool told)
    {
        Host host = NewHost();
        host.Inject(Echo((60, [0, 0, 1, 0, type, 2, 0, 0])));

        if (!dropped)
        {
            Assert.Equal((byte)Icmpv6Type.ICMPV6_ECHO_REPLY, host.ExpectOne().Layers.IcmpType);
            return;
        }

        host.ExpectDrop(IpDropReason.OptionRefused);
        if (!told)
        {
            host.ExpectNothing();
            return;
        }

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((byte)Icmpv6Type.ICMPV6_PARAMPROB, layers.IcmpType);
        Assert.Equal(2, layers.IcmpCode);
        Assert.Equal(44, frame[layers.TransportOffset + 7]); // Pointer: fixed header 40, then the option at 4.
    }

    [Theory]
    [InlineData(0xBF, true)]
    [InlineData(0xFF, false)]
    public void For_a_group_only_one_kind_of_unknown_option_is_told(byte type, bool told)
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.IcmpEcho("fd00::1", "ff02::1") with { Extensions = [(60, [0, 0, 1, 0, type, 2, 0, 0])] });

        Assert.Equal(told ? 1 : 0, host.Sent().Count);
    }

    [Fact]
    public void A_source_route_with_segments_left_is_refused_and_told()
    {
        Host host = NewHost();
        host.Inject(Echo((43, [0, 2, 0, 1, .. new byte[20]])));

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((byte)Icmpv6Type.ICMPV6_PARAMPROB, layers.IcmpType);
        Assert.Equal(0, layers.IcmpCode);
        Assert.Equal(42, frame[layers.TransportOffset + 7]);
    }

    [Fact]
    public void A_hop_by_hop_header_that_is_not_first_counts_as_unknown()
    {
        Host host = NewHost();
        host.Inject(Echo((60, new byte[8]), (0, new byte[8])));

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((byte)Icmpv6Type.ICMPV6_PARAMPROB, layers.IcmpType);
        Assert.Equal(1, layers.IcmpCode);
        Assert.Equal(40, frame[layers.TransportOffset + 7]); // The next-header field that names it.
    }

    [Fact]
    public void A_protocol_that_nobody_speaks_is_told_with_a_pointer()
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.Udp("[fd00::1]:5", "[fd00::2]:6", "x") with { Protocol = 132 });

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((byte)Icmpv6Type.ICMPV6_PARAMPROB, layers.IcmpType);
        Assert.Equal(1, layers.IcmpCode);
        Assert.Equal(6, frame[layers.TransportOffset + 7]);
    }

    [Fact]
    public void No_next_header_ends_in_silence()
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.Udp("[fd00::1]:5", "[fd00::2]:6", "x") with { Protocol = 59 });

        host.ExpectNothing();
    }

    [Fact]
    public void A_chain_of_headers_without_end_is_dropped()
    {
        Host host = NewHost();
        host.Inject(Echo([.. Enumerable.Repeat(((byte)60, new byte[8]), 9)]));

        host.ExpectNothing();
        host.ExpectDrop(IpDropReason.Malformed);
    }
}
