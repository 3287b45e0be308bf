using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Icmp;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tests.Ip;
using Weir.TcpIp.Udp;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Icmp;

public class IcmpTests
{
    private static Host NewHost() => Host.On(DeviceMedium.Ip);

    [Theory]
    [InlineData("10.0.0.1:5", "10.0.0.2:6", 3, 3, 576)]
    [InlineData("[fd00::1]:5", "[fd00::2]:6", 1, 4, 1280)]
    public void A_closed_udp_port_is_told_with_as_much_of_the_packet_as_fits(string from, string to, byte type, byte code, int largest)
    {
        Host host = NewHost();
        byte[] asked = PacketBuilder.Udp(from, to, new SeededGenerator(1).Bytes(1400)).Build();
        host.Inject(asked);

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((type, code), (layers.IcmpType, layers.IcmpCode));
        Assert.Equal(largest, frame.Length - 14);
        Assert.True(frame.AsSpan(layers.PayloadOffset).SequenceEqual(asked.AsSpan(14, layers.PayloadLength)));
    }

    public static TheoryData<string> Unanswered => ["error", "error6", "later fragment", "to a group", "to a group6", "to a group of others", "to others", "to all frames"];

    [Theory, MemberData(nameof(Unanswered))]
    public void No_error_is_sent_about(string what)
    {
        byte[] udp = PacketBuilder.Udp("10.0.0.2:6", "10.0.0.1:5", "x").Build();
        byte[] udp6 = PacketBuilder.Udp("[fd00::2]:6", "[fd00::1]:5", "x").Build();
        Host host = what == "to all frames" ? Host.On(DeviceMedium.Ethernet) : NewHost();
        PacketBuilder packet = what switch
        {
            // Unknown protocol, closed port or broken option would be told, if it were not for what the packet is.
            "error" => PacketBuilder.IcmpError("10.0.0.1", "10.0.0.2", 3, 3, udp) with { Ipv4Options = [7, 0, 0, 0] },
            "error6" => PacketBuilder.IcmpError("fd00::1", "fd00::2", 1, 4, udp6, 48) with { Extensions = [(60, [0, 0, 0xBF, 4, 0, 0, 0, 0])] },
            "later fragment" => PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "12345678") with { FragmentOffset = 8, Ipv4Options = [7, 0, 0, 0] },
            "to a group" => PacketBuilder.Udp("10.0.0.1:5", "224.0.0.1:6", "x"),
            "to a group of others" => PacketBuilder.Udp("10.0.0.1:5", "224.0.0.5:6", "x") with { Ipv4Options = [7, 0, 0, 0] },
            "to others" => PacketBuilder.Udp("10.0.0.1:5", "10.0.0.9:6", "x") with { Ipv4Options = [7, 0, 0, 0] },
            "to a group6" => PacketBuilder.Udp("[fd00::1]:5", "[ff02::1]:6", "x"),
            _ => PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "x") with { DestinationMac = MacAddress.Broadcast },
        };
        host.Inject(packet);

        host.ExpectNothing();
    }

    [Fact]
    public void Errors_are_limited_in_number_and_come_again_with_time()
    {
        Host host = NewHost();
        for (int i = 0; i < 1000; i++)
            host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "x"));
        Assert.Equal(50, host.Sent().Count);
        host.ExpectDrop(IpDropReason.IcmpSuppressed, 950);

        host.Advance(0.01);
        for (int i = 0; i < 1000; i++)
            host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "x"));
        Assert.Equal(10, host.Sent().Count);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2")]
    [InlineData("fd00::1", "fd00::2")]
    public void Our_own_echo_comes_back_as_a_reply(string remote, string local)
    {
        Host host = NewHost();
        Assert.Equal(IpSendResult.Sent, host.Stack.Icmp.SendEcho(Host.Address(remote), 7, 1, "abc"u8, host.Now));
        FrameLayers layers = host.ExpectOne().Layers;
        Assert.Equal(Host.Address(local), layers.Source);

        host.Inject(PacketBuilder.IcmpEcho(remote, local, identifier: 7, sequence: 1, reply: true));
        Assert.True(host.Stack.Icmp.TryReceiveReply(out EchoReply reply));
        Assert.Equal((Host.Address(remote), 7, 1), (reply.Source, reply.Identifier, reply.Sequence));
        Assert.False(host.Stack.Icmp.TryReceiveReply(out _));
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2")]
    [InlineData("fd00::1", "fd00::2")]
    public void An_echo_is_answered_in_its_own_class_and_may_be_fragmented(string remote, string local)
    {
        // As the kernel's icmp_reply and icmpv6_echo_reply do, whatever the request's DF is. RFC 6864 4.3: what may be fragmented has an identification.
        Host host = NewHost();
        PacketBuilder request = PacketBuilder.IcmpEcho(remote, local) with { TrafficClass = 0x2F };
        host.Inject(request);
        var (first, layers) = host.ExpectOne();
        host.Inject(request);
        byte[] second = host.ExpectOne().Frame;
        Assert.Equal((remote, local), (IpAddressBits.ToText(layers.Destination), IpAddressBits.ToText(layers.Source)));
        if (first[14] >> 4 == 4)
        {
            Assert.Equal((0x2F, 0), (first[15], first[20]));
            Assert.NotEqual(first[18..20], second[18..20]);
        }
        else
        {
            Assert.Equal([0x62, 0xF0], first[14..16]);
        }
    }

    [Fact]
    public void An_ipv6_echo_to_a_group_is_answered_from_an_address_of_the_interface_and_an_ipv4_one_is_not()
    {
        // RFC 4443 4.2, net/ipv6/icmp.c icmpv6_echo_reply; net.ipv4.icmp_echo_ignore_broadcasts.
        var host = new Host();
        host.Add(DeviceMedium.Ip, 1500, new InterfaceOptions(), "10.0.0.2/24", "fd00::2/64", "fe80::2/64");
        host.Inject(PacketBuilder.IcmpEcho("fe80::1", "ff02::1"));
        FrameLayers layers = host.ExpectOne().Layers;
        Assert.Equal((129, Host.Address("fe80::2"), Host.Address("fe80::1")), (layers.IcmpType, layers.Source, layers.Destination));
        host.Inject(PacketBuilder.IcmpEcho("fd00::1", "ff02::1"));
        Assert.Equal(Host.Address("fd00::2"), host.ExpectOne().Layers.Source);

        host.Inject(PacketBuilder.IcmpEcho("fd00::1", "ff02::5"));
        host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", "224.0.0.1"));
        host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.255"));
        host.ExpectNothing();
    }

    [Fact]
    public void An_error_goes_as_internetwork_control_and_may_be_fragmented()
    {
        // RFC 1812 4.3.2.5, net/ipv4/icmp.c __icmp_send.
        Host host = NewHost();
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "x") with { TrafficClass = 0xBB });
        byte[] error = host.ExpectOne().Frame;
        Assert.Equal((0xD8, 0), (error[15], error[20]));
    }

    [Fact]
    public void Replies_that_nobody_takes_are_forgotten()
    {
        Host host = NewHost();
        for (ushort i = 0; i < 1000; i++)
            host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2", sequence: i, reply: true));

        int count = 0;
        while (host.Stack.Icmp.TryReceiveReply(out EchoReply reply))
            Assert.Equal(1000 - 64 + count++, reply.Sequence);
        Assert.Equal(64, count);
    }

    [Fact]
    public void We_answer_ourselves_over_the_loopback()
    {
        Host host = NewHost();
        foreach (string own in new[] { "10.0.0.2", "127.0.0.1", "127.8.9.10", "fd00::2", "::1" })
        {
            Assert.Equal(IpSendResult.Sent, host.Stack.Icmp.SendEcho(Host.Address(own), 1, 1, new byte[60_000], host.Now));
            host.Stack.Transmit(host.Now);

            Assert.True(host.Stack.Icmp.TryReceiveReply(out EchoReply reply), own);
            Assert.Equal(60_000, reply.Length);
        }

        host.ExpectNothing();
    }

    [Theory]
    [InlineData("10.0.0.1:5", "10.0.0.2:6", 28)]
    [InlineData("[fd00::1]:5", "[fd00::2]:6", 48)]
    public void An_error_about_a_datagram_of_ours_reaches_its_socket(string remote, string local, int quoted)
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        byte[] sent = PacketBuilder.Udp(local, remote, "hello").Build();
        bool is4 = quoted == 28;
        host.Inject(PacketBuilder.IcmpError(is4 ? "10.0.0.1" : "fd00::1", is4 ? "10.0.0.2" : "fd00::2", is4 ? (byte)3 : (byte)1, is4 ? (byte)3 : (byte)4, sent, quoted));

        Assert.True(socket.TryTakeError(out UdpError error));
        Assert.Equal(IcmpErrorKind.Unreachable, error.Kind);
        Assert.Equal(5, error.RemotePort);
        Assert.False(socket.TryTakeError(out _));
    }

    [Fact]
    public void An_error_that_quotes_nothing_of_ours_changes_nothing()
    {
        Host host = NewHost();
        host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        byte[] never = PacketBuilder.Udp("10.0.0.2:7", "10.0.0.1:5", new byte[1400]).Build();
        host.Inject(PacketBuilder.IcmpError("10.0.0.1", "10.0.0.2", 3, 4, never, 28, rest: 600));
        byte[] later = (PacketBuilder.Udp("10.0.0.2:6", "10.0.0.1:5", new byte[1400]) with { FragmentOffset = 800 }).Build();
        host.Inject(PacketBuilder.IcmpError("10.0.0.1", "10.0.0.2", 3, 4, later, 28, rest: 600));

        Assert.Equal(0, host.Stack.PathMtus.Count);
        host.ExpectDrop(IpDropReason.IcmpIgnored, 2);
    }

    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(100, 552)] // Less than the least that is believed.
    [InlineData(0, 1006)] // An old router: the next usual MTU below the packet's length of 1428.
    [InlineData(9000, 1500)] // A message never raises it.
    public void A_packet_too_big_lowers_the_path_and_later_datagrams_are_cut(uint told, int mtu)
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        byte[] payload = new byte[1400];
        socket.SendTo(payload, Host.Address("10.0.0.1"), 5, host.Now);
        byte[] sent = host.ExpectOne().Frame;
        Assert.Equal(0x40, sent[20]); // DF.
        host.Inject(PacketBuilder.IcmpError("10.0.0.9", "10.0.0.2", 3, 4, sent, 28, rest: told));

        socket.SendTo(payload, Host.Address("10.0.0.1"), 5, host.Now);
        List<byte[]> pieces = host.Sent();
        Assert.Equal(1400 + 28 <= mtu ? 1 : (1408 + ((mtu - 20) / 8 * 8) - 1) / ((mtu - 20) / 8 * 8), pieces.Count);
        Assert.All(pieces, piece => Assert.InRange(piece.Length - 14, 1, mtu));

        // Forgotten after ten minutes.
        host.Advance(601);
        socket.SendTo(payload, Host.Address("10.0.0.1"), 5, host.Now);
        host.ExpectOne();
    }

    [Fact]
    public void What_is_told_of_a_datagram_makes_no_segment_smaller()
    {
        // RFC 5927 7.2: that a socket has a well-known port anybody knows, and no sequence number.
        Host host = NewHost();
        host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 53 });
        byte[] guessed = PacketBuilder.Udp("10.0.0.2:53", "10.0.0.1:9", new byte[1400]).Build();
        host.Inject(PacketBuilder.IcmpError("10.0.0.9", "10.0.0.2", 3, 4, guessed, 28, rest: 600));

        Assert.Equal(1, host.Stack.PathMtus.Count);
        Assert.Equal(1480, host.Stack.Find(Host.Address("10.0.0.2"), Host.Address("10.0.0.1"))!.MaxSegment);
    }

    [Fact]
    public void Paths_that_are_learned_are_bounded()
    {
        var cache = new PathMtuCache();
        for (uint i = 0; i < 5000; i++)
            cache.Lower(IpAddressBits.FromIpv4(0x0A000000 + i), 1500, 1000, TimeSpan.FromSeconds(i / 1000.0));

        Assert.Equal(PathMtuCache.MaxEntries, cache.Count);
        Assert.Equal(1500, cache.Find(IpAddressBits.FromIpv4(0x0A000000), 1500));
        Assert.Equal(1000, cache.Find(IpAddressBits.FromIpv4(0x0A000000 + 4999), 1500));
        cache.Expire(TimeSpan.FromSeconds(700));
        Assert.Equal(0, cache.Count);
        Assert.Null(cache.NextDeadline);
    }
}
