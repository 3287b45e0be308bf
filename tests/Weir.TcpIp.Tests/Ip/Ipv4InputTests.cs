using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp.Listening;
using Weir.TcpIp.Udp;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Ip;

public class Ipv4InputTests
{
    private static Host NewHost() => Host.On(DeviceMedium.Ip);

    [Fact]
    public void An_echo_request_is_answered_with_the_same_data()
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2", identifier: 7, sequence: 9));

        var (frame, layers) = host.ExpectOne();
        Assert.Equal(Host.Address("10.0.0.2"), layers.Source);
        Assert.Equal(Host.Address("10.0.0.1"), layers.Destination);
        Assert.Equal((byte)IcmpType.ICMP_ECHOREPLY, layers.IcmpType);
        Assert.Equal("0123456789abcdef"u8, frame.AsSpan(layers.PayloadOffset, layers.PayloadLength));
        Assert.Equal(7, layers.SourcePort);
    }

    [Fact]
    public void A_wrong_header_checksum_is_dropped_in_silence()
    {
        Host host = NewHost();
        byte[] frame = PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2").Build();
        frame[22]++;
        host.Inject(frame);

        host.ExpectNothing();
        host.ExpectDrop(IpDropReason.HeaderChecksumWrong);
    }

    [Fact]
    public void A_wrong_icmp_checksum_is_dropped_in_silence()
    {
        Host host = NewHost();
        byte[] frame = PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2").Build();
        frame[^1]++;
        host.Inject(frame);

        host.ExpectNothing();
        host.ExpectDrop(IpDropReason.TransportChecksumWrong);
    }

    [Fact]
    public void Every_truncation_is_dropped_and_nothing_is_thrown()
    {
        byte[] frame = (PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2") with { Ipv4Options = [7, 4, 4, 0] }).Build();
        for (int length = EthernetHeader.Size; length < frame.Length; length++)
        {
            Host host = NewHost();
            host.Inject(frame[..length]);
            host.ExpectNothing();
            host.ExpectDrop(IpDropReason.Malformed);
        }
    }

    [Fact]
    public void Padding_behind_the_packet_is_no_part_of_it()
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2") with { Padding = 20 });

        Assert.Equal(16, host.ExpectOne().Layers.PayloadLength);
    }

    [Fact]
    public void Options_are_skipped()
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2") with { Ipv4Options = [1, 148, 4, 0, 0, 0, 0, 0] });

        Assert.Equal((byte)IcmpType.ICMP_ECHOREPLY, host.ExpectOne().Layers.IcmpType);
    }

    [Theory]
    [InlineData(131)]
    [InlineData(137)]
    public void A_source_route_is_refused_in_silence(byte type)
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2") with { Ipv4Options = [type, 7, 4, 10, 0, 0, 9, 0] });

        host.ExpectNothing();
        host.ExpectDrop(IpDropReason.OptionRefused);
    }

    [Theory]
    [InlineData(7, 0)] // Length below the option's own two bytes.
    [InlineData(7, 9)] // Beyond the header.
    public void A_broken_option_is_answered_with_a_pointer_to_it(byte type, byte length)
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "x") with { Ipv4Options = [1, type, length, 0] });

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((byte)IcmpType.ICMP_PARAMETERPROB, layers.IcmpType);
        Assert.Equal(21, frame[layers.TransportOffset + 4]);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("10.0.0.255")]
    [InlineData("10.0.0.2")]
    public void A_source_that_can_be_nobody_is_dropped_in_silence(string source)
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.IcmpEcho(source, "10.0.0.2"));
        host.Inject(PacketBuilder.Udp($"{source}:5", "10.0.0.2:6", "x"));

        host.ExpectNothing();
        host.ExpectDrop(IpDropReason.MartianSource, 2);
    }

    [Fact]
    public void The_broadcast_of_another_interfaces_network_is_no_source_either()
    {
        Host host = NewHost();
        host.Add(DeviceMedium.Ip, 1500, new InterfaceOptions(), "10.0.1.2/24");
        host.Inject(PacketBuilder.IcmpEcho("10.0.1.255", "10.0.0.2"));

        host.ExpectNothing(0);
        host.ExpectNothing(1);
        host.ExpectDrop(IpDropReason.MartianSource);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("127.0.0.1")]
    public void A_transparent_listener_takes_nothing_for_an_address_that_means_the_host_itself(string destination)
    {
        // Who passes it on to where it was to go would reach its own host: connect(2) takes 0.0.0.0 for 127.0.0.1.
        Host host = Host.On(DeviceMedium.Ip, options: new InterfaceOptions { Transparent = true });
        host.Stack.Tcp.Listen(new TcpListenOptions { Transparent = true });
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { Transparent = true, AnyPort = true });
        host.Inject(PacketBuilder.Tcp("10.0.0.1:5", $"{destination}:80", TcpFlags.SYN));
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", $"{destination}:53", "x"));

        host.ExpectNothing();
        Assert.Equal(0, socket.Waiting);
        host.ExpectDrop(IpDropReason.MartianSource, 2);
    }

    [Theory]
    [InlineData("10.0.0.3")]
    [InlineData("127.0.0.1")]
    [InlineData("224.0.0.5")]
    public void What_is_not_for_us_is_dropped_in_silence(string destination)
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", destination));
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", $"{destination}:6", "x"));
        host.Inject(PacketBuilder.Tcp("10.0.0.1:5", $"{destination}:6", TcpFlags.SYN));

        host.ExpectNothing();
        Assert.Equal(3, host.Stack.Dropped(IpDropReason.NotOurAddress) + host.Stack.Dropped(IpDropReason.MartianSource));
    }

    [Theory]
    [InlineData("255.255.255.255")]
    [InlineData("10.0.0.255")]
    public void A_broadcast_reaches_a_socket_and_is_never_answered(string destination)
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", $"{destination}:6", "x"));
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", $"{destination}:7", "x"));
        host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", destination));
        host.Inject(PacketBuilder.Tcp("10.0.0.1:5", $"{destination}:6", TcpFlags.SYN));

        Assert.Equal(1, socket.Waiting);
        host.ExpectNothing();
    }

    [Fact]
    public void A_protocol_that_nobody_speaks_is_answered()
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "hello") with { Protocol = 132 });

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((byte)IcmpType.ICMP_DEST_UNREACH, layers.IcmpType);
        Assert.Equal(2, layers.IcmpCode);
        Assert.Equal(132, frame[layers.PayloadOffset + 9]);
    }

    [Fact]
    public void A_frame_to_another_ethernet_address_is_dropped()
    {
        Host host = Host.On(DeviceMedium.Ethernet);
        host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2") with { DestinationMac = MacAddress.Parse("02:00:00:00:00:77") });

        host.ExpectNothing();
        host.ExpectDrop(IpDropReason.NotOurMac);
    }

    [Fact]
    public void Tcp_in_a_frame_to_all_is_dropped()
    {
        Host host = Host.On(DeviceMedium.Ethernet);
        host.Inject(PacketBuilder.Tcp("10.0.0.1:5", "10.0.0.2:6", TcpFlags.SYN) with { DestinationMac = MacAddress.Broadcast });

        host.ExpectNothing();
    }

    [Fact]
    public void A_closed_tcp_port_answers_with_a_reset()
    {
        Host host = NewHost();
        host.Inject(PacketBuilder.Tcp("10.0.0.1:5", "10.0.0.2:6", TcpFlags.SYN, sequence: 100));

        FrameLayers layers = host.ExpectOne().Layers;
        Assert.Equal((byte)(TcpFlags.RST | TcpFlags.ACK), layers.TcpFlags);
        Assert.Equal(101u, layers.TcpAcknowledgment);
    }
}
