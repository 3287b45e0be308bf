using System.Text;
using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tests.Ip;
using Weir.TcpIp.Udp;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Udp;

[Collection(nameof(Allocations))]
public class UdpTests
{
    private static Host NewHost(InterfaceOptions? options = null) => Host.On(DeviceMedium.Ip, options: options);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2")]
    [InlineData("fd00::1", "fd00::2")]
    public void One_socket_hears_both_families_and_answers_from_the_address_that_was_asked(string remote, string local)
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 53 });
        string from = remote.Contains(':') ? $"[{remote}]:5" : $"{remote}:5", to = local.Contains(':') ? $"[{local}]:53" : $"{local}:53";
        host.Inject(PacketBuilder.Udp(from, to, "who?") with { TrafficClass = 2 });

        Assert.True(socket.TryReceive(out ReadOnlySpan<byte> datagram, out UdpArrival arrival));
        Assert.Equal("who?", Text(datagram));
        Assert.Equal(
            new UdpArrival { Source = Host.Address(remote), SourcePort = 5, Destination = Host.Address(local), DestinationPort = 53, Interface = 0, Ecn = 2, Time = host.Now },
            arrival);
        Assert.Equal(IpSendResult.Sent, socket.Reply("me"u8, arrival, host.Now));

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((Host.Address(local), 53, Host.Address(remote), 5), (layers.Source, layers.SourcePort, layers.Destination, layers.DestinationPort));
        Assert.Equal("me", Text(frame.AsSpan(layers.PayloadOffset, layers.PayloadLength)));
    }

    [Theory]
    [InlineData("10.0.0.2", "fd00::1")]
    [InlineData("fd00::2", "10.0.0.1")]
    public void From_an_address_of_one_family_nothing_goes_to_the_other(string local, string remote)
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6, LocalAddress = Host.Address(local) });

        Assert.Equal(IpSendResult.NoRoute, socket.SendTo("x"u8, Host.Address(remote), 5, host.Now));
        host.ExpectNothing();
    }

    [Fact]
    public void The_socket_that_says_most_about_a_datagram_has_it()
    {
        Host host = NewHost();
        UdpSocket any = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        UdpSocket bound = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6, LocalAddress = Host.Address("10.0.0.2") });
        UdpSocket connected = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6, LocalAddress = Host.Address("10.0.0.2"), RemoteAddress = Host.Address("10.0.0.1"), RemotePort = 5 });
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "connected"));
        host.Inject(PacketBuilder.Udp("10.0.0.1:4", "10.0.0.2:6", "bound"));
        host.Inject(PacketBuilder.Udp("[fd00::1]:5", "[fd00::2]:6", "any"));

        Assert.Equal((1, 1, 1), (connected.Waiting, bound.Waiting, any.Waiting));
        connected.Dispose();
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "bound"));
        Assert.Equal(2, bound.Waiting);
        host.ExpectNothing();
    }

    [Fact]
    public void A_port_has_one_socket_and_a_closed_one_makes_room()
    {
        Host host = NewHost();
        UdpSocket first = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        Assert.Throws<InvalidOperationException>(() => host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 }));
        first.Dispose();
        host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        first.Dispose(); // It has nothing to close any more.
        Assert.Equal(1, host.Stack.Udp.Count);
    }

    [Fact]
    public void Ephemeral_ports_differ_and_end()
    {
        Host host = NewHost();
        var ports = new HashSet<ushort>();
        for (int i = 0; i < 16_384; i++)
            Assert.True(ports.Add(host.Stack.Udp.Open(new UdpSocketOptions()).LocalPort));

        Assert.All(ports, port => Assert.InRange(port, 49_152, 65_535));
        Assert.Throws<InvalidOperationException>(() => host.Stack.Udp.Open(new UdpSocketOptions()));
    }

    [Fact]
    public void The_queue_is_bounded_and_what_comes_above_is_counted()
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6, ReceiveBytes = 1000, ReceivePackets = 8 });
        for (int i = 0; i < 20; i++)
            host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", new byte[199]));
        Assert.Equal((5, 15), (socket.Waiting, socket.Overflows));
        host.ExpectDrop(IpDropReason.SocketQueueFull, 15);

        while (socket.TryReceive(out _, out _))
        {
        }

        for (int i = 0; i < 20; i++)
            host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", ""));
        Assert.Equal(8, socket.Waiting);
        Assert.True(socket.TryReceive(out ReadOnlySpan<byte> empty, out _));
        Assert.Equal(0, empty.Length);
    }

    [Fact]
    public void A_checksum_of_zero_means_none_over_ipv4_only()
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        byte[] without4 = PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "x").Build(), without6 = PacketBuilder.Udp("[fd00::1]:5", "[fd00::2]:6", "x").Build();
        (without4[40], without4[41], without6[60], without6[61]) = (0, 0, 0, 0);
        host.Inject(without4);
        host.Inject(without6);
        byte[] wrong = PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", "x").Build();
        wrong[^1]++;
        host.Inject(wrong);

        Assert.Equal(1, socket.Waiting);
        host.ExpectDrop(IpDropReason.TransportChecksumWrong, 2);
        host.ExpectNothing();
    }

    [Fact]
    public void A_device_that_fills_in_checksums_is_left_the_sum_of_the_pseudo_header()
    {
        var host = new Host();
        host.Add(new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = 1500, TransmitChecksumOffload = true }, new InterfaceOptions(), "10.0.0.2/24");
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        socket.SendTo("hello"u8, Host.Address("10.0.0.1"), 5, host.Now);

        byte[] frame = host.Sent().Single();
        var offload = new PacketOffload { ChecksumPartial = true, TransportOffset = 20, ChecksumOffset = 6 };
        Forwarder.CompleteChecksum(frame.AsSpan(14), offload);
        Host.Read(frame); // Right now.
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("fd00::1")]
    public void A_datagram_larger_than_the_mtu_goes_in_pieces(string remote)
    {
        Host sender = NewHost(), receiver = new();
        receiver.Add(DeviceMedium.Ip, 1500, new InterfaceOptions(), "10.0.0.1/24", "fd00::1/64");
        UdpSocket from = sender.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        UdpSocket to = receiver.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 5 });
        var random = new SeededGenerator(2);
        foreach (int length in new[] { 1472, 1473, 1452, 1453, 2960, 20_000, 65_507 })
        {
            byte[] payload = random.Bytes(length);
            Assert.Equal(IpSendResult.Sent, from.SendTo(payload, Host.Address(remote), 5, sender.Now));
            foreach (byte[] piece in sender.Sent())
            {
                Assert.True(piece.Length - 14 <= 1500);
                receiver.Inject(piece);
            }

            Assert.True(to.TryReceive(out ReadOnlySpan<byte> received, out _), $"{length} bytes");
            Assert.True(received.SequenceEqual(payload));
        }

        Assert.Equal(IpSendResult.TooLong, from.SendTo(new byte[65_528], Host.Address(remote), 5, sender.Now));
    }

    [Fact]
    public void Pieces_of_different_datagrams_have_different_identifications()
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        var seen = new HashSet<uint>();
        for (int i = 0; i < 1000; i++)
        {
            socket.SendTo(new byte[2000], Host.Address("10.0.0.1"), 5, host.Now);
            List<byte[]> pieces = host.Sent();
            Assert.Equal(2, pieces.Count);
            Assert.Equal(Host.Read(pieces[0]).FragmentId, Host.Read(pieces[1]).FragmentId);
            Assert.True(seen.Add(Host.Read(pieces[0]).FragmentId));
        }
    }

    [Fact]
    public void With_df_a_long_datagram_is_refused()
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6, DontFragment = true });

        Assert.Equal(IpSendResult.TooLong, socket.SendTo(new byte[1473], Host.Address("10.0.0.1"), 5, host.Now));
        Assert.Equal(IpSendResult.Sent, socket.SendTo(new byte[1472], Host.Address("10.0.0.1"), 5, host.Now));
    }

    [Fact]
    public void Without_a_route_or_an_address_nothing_is_sent()
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });

        Assert.Equal(IpSendResult.NoRoute, socket.SendTo("x"u8, Host.Address("192.0.2.1"), 5, host.Now));
        UdpSocket foreign = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6, LocalAddress = Host.Address("192.0.2.9") });
        Assert.Equal(IpSendResult.NoRoute, foreign.SendTo("x"u8, Host.Address("10.0.0.1"), 5, host.Now));
        Assert.Throws<InvalidOperationException>(() => socket.Send("x"u8, host.Now));
    }

    [Fact]
    public void A_full_device_is_told_to_the_sender()
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        IpSendResult result = IpSendResult.Sent;
        for (int i = 0; i < 2000 && result == IpSendResult.Sent; i++)
            result = socket.SendTo(new byte[1000], Host.Address("10.0.0.1"), 5, host.Now);

        Assert.Equal(IpSendResult.NoRoom, result);
        host.Sent();
        Assert.Equal(IpSendResult.Sent, socket.SendTo("x"u8, Host.Address("10.0.0.1"), 5, host.Now));
    }

    [Theory]
    [InlineData("10.0.0.1:5", "198.51.100.7:443")]
    [InlineData("[fd00::1]:5", "[2001:db8::7]:443")]
    public void A_transparent_socket_hears_what_is_for_any_address_and_answers_from_it(string from, string to)
    {
        Host host = NewHost(new InterfaceOptions { Transparent = true });
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { Transparent = true, AnyPort = true });
        host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 443 }); // Not transparent: it has no part in it.
        host.Inject(PacketBuilder.Udp(from, to, "hello"));

        Assert.True(socket.TryReceive(out _, out UdpArrival arrival));
        Assert.Equal(443, arrival.DestinationPort);
        Assert.Equal(IpSendResult.Sent, socket.Reply("world"u8, arrival, host.Now));
        FrameLayers layers = host.ExpectOne().Layers;
        Assert.Equal((arrival.Destination, 443, arrival.Source, 5), (layers.Source, layers.SourcePort, layers.Destination, layers.DestinationPort));
    }

    [Fact]
    public void A_foreign_address_is_nobodys_where_the_interface_is_not_transparent()
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { Transparent = true, AnyPort = true });
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "198.51.100.7:443", "hello"));

        Assert.Equal(0, socket.Waiting);
        host.ExpectNothing();
    }

    [Fact]
    public void Nobody_answers_for_a_foreign_address()
    {
        Host host = NewHost(new InterfaceOptions { Transparent = true });
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "198.51.100.7:443", "hello"));
        host.Inject(PacketBuilder.IcmpEcho("10.0.0.1", "198.51.100.7"));
        host.Inject(PacketBuilder.Tcp("10.0.0.1:5", "198.51.100.7:80", TcpFlags.SYN));

        host.ExpectNothing();
    }

    /// <summary>A router at the other end says that a datagram goes no further.</summary>
    private static void Refuse(Host host, string to, string local, string remote, byte code = 3, uint rest = 0) =>
        host.Inject(to.Contains(':')
            ? PacketBuilder.IcmpError("fd00::9", to, 1, 4, PacketBuilder.Udp(local, remote, "x").Build(), 48)
            : PacketBuilder.IcmpError("10.0.0.9", to, 3, code, PacketBuilder.Udp(local, remote, "x").Build(), 28, rest));

    [Fact]
    public void An_error_is_the_sockets_that_an_answer_would_be()
    {
        // net/ipv4/udp.c __udp4_lib_err.
        Host host = NewHost();
        UdpSocket any = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        UdpSocket bound = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6, LocalAddress = Host.Address("10.0.0.2") });
        UdpSocket connected = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6, LocalAddress = Host.Address("10.0.0.2"), RemoteAddress = Host.Address("10.0.0.1"), RemotePort = 5 });
        Refuse(host, "10.0.0.2", "10.0.0.2:6", "10.0.0.1:5");
        Assert.True(connected.TryTakeError(out _));
        Refuse(host, "10.0.0.2", "10.0.0.2:6", "10.0.0.1:4");
        Assert.True(bound.TryTakeError(out UdpError error));
        Assert.Equal((Host.Address("10.0.0.1"), 4), (error.Remote, error.RemotePort));
        Refuse(host, "fd00::2", "[fd00::2]:6", "[fd00::1]:5");
        Assert.True(any.TryTakeError(out _));
        Assert.False(connected.TryTakeError(out _) || bound.TryTakeError(out _));

        // A connected socket alone hears of nothing but its peer, nor anybody of an address that is not ours.
        bound.Dispose();
        any.Dispose();
        Refuse(host, "10.0.0.2", "10.0.0.2:6", "10.0.0.1:4");
        Assert.False(connected.TryTakeError(out _));
        UdpSocket other = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 7 });
        Refuse(host, "10.0.0.2", "198.51.100.7:7", "10.0.0.1:5");
        Assert.False(other.TryTakeError(out _));
        host.ExpectDrop(IpDropReason.IcmpIgnored, 2);
    }

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7:443", "10.0.0.1:5")]
    [InlineData("2001:db8::7", "[2001:db8::7]:443", "[fd00::1]:5")]
    public void A_transparent_socket_of_all_ports_hears_of_what_it_has_sent_from_any_address(string address, string local, string remote)
    {
        Host host = NewHost(new InterfaceOptions { Transparent = true });
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { Transparent = true, AnyPort = true });
        UdpSocket other = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 443 });
        Refuse(host, address, local, remote);

        Assert.True(socket.TryTakeError(out _));
        Assert.False(other.TryTakeError(out _));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("::1")]
    public void Every_loopback_address_answers_and_tells_of_closed_ports(string address)
    {
        Host host = NewHost();
        UdpSocket server = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 53 });
        UdpSocket client = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        client.SendTo("who?"u8, Host.Address(address), 53, host.Now);
        host.Stack.Transmit(host.Now);
        Assert.True(server.TryReceive(out _, out UdpArrival arrival));
        Assert.Equal(IpSendResult.Sent, server.Reply("me"u8, arrival, host.Now));
        host.Stack.Transmit(host.Now);
        Assert.True(client.TryReceive(out _, out UdpArrival answer));
        Assert.Equal((Host.Address(address), 53), (answer.Source, answer.SourcePort));

        client.SendTo("who?"u8, Host.Address(address), 54, host.Now);
        host.Stack.Transmit(host.Now);
        Assert.True(client.TryTakeError(out UdpError error));
        Assert.Equal((IcmpErrorKind.Unreachable, 54), (error.Kind, error.RemotePort));

        // From there to nowhere else.
        Assert.Equal(IpSendResult.NoRoute, server.Reply("me"u8, arrival with { Source = Host.Address(address.Contains(':') ? "fd00::1" : "10.0.0.1"), Destination = Host.Address(address == "::1" ? "fd00::77" : "127.8.9.10") }, host.Now));
    }

    [Fact]
    public void An_error_that_is_forged_makes_no_neighbor()
    {
        Host host = Host.On(DeviceMedium.Ethernet);
        host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        for (int i = 10; i < 20; i++)
            Refuse(host, "10.0.0.2", "10.0.0.2:6", $"10.0.0.{i}:5", code: 4, rest: 1000);

        Assert.Equal(10, host.Stack.PathMtus.Count);
        Assert.Equal(0, host.Stack.Interfaces[0].Neighbors.Count);
    }

    [Fact]
    public void Datagrams_in_and_out_allocate_nothing_when_warm()
    {
        Host host = NewHost();
        UdpSocket socket = host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        var (inside, outside) = MemoryDevice.CreatePair(new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = 1500 });
        int index = host.Stack.AddInterface(inside, new InterfaceOptions { Addresses = [IpPrefix.Parse("10.7.0.2/24"), IpPrefix.Parse("fd07::2/64")] });
        byte[][] packets = [PacketBuilder.Udp("10.7.0.1:5", "10.7.0.2:6", new byte[700]).Build()[14..], PacketBuilder.Udp("[fd07::1]:5", "[fd07::2]:6", new byte[700]).Build()[14..]];
        void Exchange(int count)
        {
            for (int i = 0; i < count; i++)
            {
                host.Stack.Receive(index, packets[i % 2], default, host.Now);
                if (!socket.TryReceive(out ReadOnlySpan<byte> datagram, out UdpArrival arrival) || socket.Reply(datagram, arrival, host.Now) != IpSendResult.Sent || !outside.TryReceive(out _, out _))
                    throw new InvalidOperationException("no answer");
                host.Stack.Transmit(host.Now);
            }
        }

        Exchange(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
