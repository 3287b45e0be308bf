using System.Buffers.Binary;
using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Udp;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Ip;

public class ForwardingTests
{
    private static readonly InterfaceOptions Forwarding = new() { Forwarding = true };

    private static Host NewRouter(int secondMtu = 1500, DeviceCapabilities? second = null)
    {
        var host = new Host();
        host.Add(DeviceMedium.Ip, 65535, Forwarding, "10.0.0.2/24", "fd00::2/64");
        host.Add(second ?? new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = secondMtu }, Forwarding, "10.0.1.2/24", "fd01::2/64");
        return host;
    }

    [Theory]
    [InlineData("10.0.0.1:5", "10.0.1.1:6")]
    [InlineData("[fd00::1]:5", "[fd01::1]:6")]
    public void A_packet_for_others_leaves_with_one_hop_less_and_all_else_as_it_was(string from, string to)
    {
        var random = new SeededGenerator(1);
        for (int i = 0; i < 1000; i++)
        {
            Host host = NewRouter();
            PacketBuilder packet = PacketBuilder.Udp(from, to, random.BytesBelow(100)) with
            {
                TimeToLive = (byte)random.Next(2, 256),
                FragmentId = random.NextUInt16(),
                TrafficClass = (byte)random.Next(0, 256),
            };
            host.Inject(packet);

            host.ExpectNothing(0);
            byte[] expected = (packet with { TimeToLive = (byte)(packet.TimeToLive - 1) }).Build();
            Assert.Equal(expected.AsSpan(14), host.ExpectOne(1).Frame.AsSpan(14));
        }
    }

    [Theory]
    [InlineData("10.0.0.1:5", "10.0.1.1:6", 11)]
    [InlineData("[fd00::1]:5", "[fd01::1]:6", 3)]
    public void The_last_hop_is_told(string from, string to, byte icmpType)
    {
        foreach (byte hops in new byte[] { 0, 1 })
        {
            Host host = NewRouter();
            host.Inject(PacketBuilder.Udp(from, to, "x") with { TimeToLive = hops });

            host.ExpectNothing(1);
            FrameLayers layers = host.ExpectOne(0).Layers;
            Assert.Equal(icmpType, layers.IcmpType);
            Assert.Equal(0, layers.IcmpCode);
        }
    }

    [Theory]
    [InlineData("10.0.0.1:5", "10.9.0.1:6", 3)]
    [InlineData("[fd00::1]:5", "[fd09::1]:6", 1)]
    public void Without_a_route_the_sender_is_told(string from, string to, byte icmpType)
    {
        Host host = NewRouter();
        host.Inject(PacketBuilder.Udp(from, to, "x"));

        Assert.Equal(icmpType, host.ExpectOne().Layers.IcmpType);
        host.ExpectDrop(IpDropReason.NoRoute);
    }

    [Fact]
    public void A_gateway_is_no_part_of_the_packet_and_the_longest_prefix_decides()
    {
        Host host = NewRouter();
        host.Stack.Routes.Add(new Route { Destination = IpPrefix.Parse("0.0.0.0/0"), Interface = 0, Gateway = Host.Address("10.0.0.9") });
        host.Stack.Routes.Add(new Route { Destination = IpPrefix.Parse("192.0.2.0/24"), Interface = 1, Gateway = Host.Address("10.0.1.9") });
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "192.0.2.7:6", "x"));

        Assert.Equal(Host.Address("192.0.2.7"), host.ExpectOne(1).Layers.Destination);
    }

    [Fact]
    public void A_packet_too_big_with_df_is_told_the_mtu()
    {
        Host host = NewRouter(secondMtu: 1000);
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.1.1:6", new byte[1200]) with { DontFragment = true });

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((byte)IcmpType.ICMP_DEST_UNREACH, layers.IcmpType);
        Assert.Equal(4, layers.IcmpCode);
        Assert.Equal(1000, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(layers.TransportOffset + 6)));
        host.ExpectNothing(1);
    }

    [Fact]
    public void A_routes_own_mtu_counts_where_the_device_would_take_more()
    {
        Host host = NewRouter();
        host.Stack.Routes.Add(new Route { Destination = IpPrefix.Parse("192.0.2.0/24"), Interface = 1, Gateway = Host.Address("10.0.1.9"), Mtu = 1000 });
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "192.0.2.7:6", new byte[1200]) with { DontFragment = true });

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((3, 4), (layers.IcmpType, layers.IcmpCode));
        Assert.Equal(1000, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(layers.TransportOffset + 6)));
        host.ExpectNothing(1);
    }

    [Fact]
    public void Ipv6_is_never_fragmented_on_the_way()
    {
        Host host = NewRouter(secondMtu: 1280);
        host.Inject(PacketBuilder.Udp("[fd00::1]:5", "[fd01::1]:6", new byte[1400]));

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((byte)Icmpv6Type.ICMPV6_PKT_TOOBIG, layers.IcmpType);
        Assert.Equal(1280u, BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(layers.TransportOffset + 4)));
        Assert.True(layers.PayloadLength + 48 <= 1280, "RFC 4443 2.4 (c): the error itself fits everywhere");
    }

    [Fact]
    public void Ipv4_without_df_is_cut_and_the_pieces_make_the_packet()
    {
        Host host = NewRouter(secondMtu: 576);
        byte[] payload = new SeededGenerator(5).Bytes(3000);
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.1.1:6", payload) with { FragmentId = 4711, Ipv4Options = [148, 4, 0, 0, 7, 3, 4, 0] });

        List<byte[]> pieces = host.Sent(1);
        Assert.Equal(6, pieces.Count);
        Host end = new();
        end.Add(DeviceMedium.Ip, 1500, new InterfaceOptions(), "10.0.1.1/24");
        var socket = end.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        foreach (byte[] piece in pieces)
        {
            FrameLayers layers = Host.Read(piece);
            Assert.True(piece.Length - 14 <= 576);
            Assert.Equal(4711u, layers.FragmentId);
            end.Inject(piece);
        }

        // The router alert is to be copied into all pieces, the record of the route into the first alone (RFC 791 3.1).
        Assert.Equal(0x47, pieces[0][14]);
        Assert.Equal(0x46, pieces[1][14]);
        Assert.True(socket.TryReceive(out ReadOnlySpan<byte> received, out _));
        Assert.True(received.SequenceEqual(payload));
    }

    [Theory]
    [InlineData("10.0.0.1:5", "10.0.1.1:6")]
    [InlineData("[fd00::1]:5", "[fd01::1]:6")]
    public void A_super_packet_is_cut_into_segments_for_a_device_that_does_not_do_it(string from, string to)
    {
        Host host = NewRouter();
        byte[] payload = new SeededGenerator(6).Bytes(5000);
        PacketBuilder whole = PacketBuilder.Tcp(from, to, TcpFlags.ACK | TcpFlags.PSH | TcpFlags.CWR, payload) with { Sequence = uint.MaxValue - 1000 };
        byte[] frame = whole.Build();
        ushort transport = (ushort)(frame.Length - 14 - 20 - payload.Length);
        host.Inject(frame, 0, new PacketOffload { ChecksumPartial = true, ChecksumVerified = true, TransportOffset = transport, ChecksumOffset = 16, SegmentSize = 1400 });

        List<byte[]> segments = host.Sent(1);
        Assert.Equal(4, segments.Count);
        List<byte> data = [];
        for (int i = 0; i < segments.Count; i++)
        {
            FrameLayers layers = Host.Read(segments[i]);
            Assert.Equal(unchecked(whole.Sequence + (uint)data.Count), layers.TcpSequence);
            Assert.Equal(i == 0, ((TcpFlags)layers.TcpFlags).HasFlag(TcpFlags.CWR));
            Assert.Equal(i == 3, ((TcpFlags)layers.TcpFlags).HasFlag(TcpFlags.PSH));
            data.AddRange(segments[i].AsSpan(layers.PayloadOffset, layers.PayloadLength));
        }

        Assert.Equal(payload, data);
    }

    [Fact]
    public void A_super_packet_passes_whole_where_the_device_cuts_it()
    {
        Host host = NewRouter(second: new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = 1500, TransmitChecksumOffload = true, MaxSegmentOffload = 65535 });
        byte[] frame = PacketBuilder.Tcp("10.0.0.1:5", "10.0.1.1:6", TcpFlags.ACK, new byte[5000]).Build();
        var offload = new PacketOffload { ChecksumPartial = true, ChecksumVerified = true, TransportOffset = 20, ChecksumOffset = 16, SegmentSize = 1448 };
        host.Inject(frame, 0, offload);

        Assert.Equal(frame.Length, host.Sent(1).Single().Length);
        Assert.Equal(offload, host.LastOffload);
    }

    [Fact]
    public void A_partial_checksum_is_completed_for_a_device_that_does_not_do_it()
    {
        Host host = NewRouter();
        byte[] frame = PacketBuilder.Udp("10.0.0.1:5", "10.0.1.1:6", "hello").Build();
        ulong sum = InternetChecksum.AddPseudoHeader(0, 4, Host.Address("10.0.0.1"), Host.Address("10.0.1.1"), IpProtocol.IPPROTO_UDP, 13);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(40), InternetChecksum.Partial(sum));
        host.Inject(frame, 0, new PacketOffload { ChecksumPartial = true, TransportOffset = 20, ChecksumOffset = 6 });

        host.ExpectOne(1); // Checks its checksums.
    }

    [Theory]
    [InlineData("10.0.0.1", "224.0.0.9")]
    [InlineData("10.0.0.1", "255.255.255.255")]
    [InlineData("10.0.0.1", "169.254.1.1")]
    [InlineData("10.0.0.1", "10.0.1.255")] // RFC 2644: a directed broadcast is not for routers to spread.
    [InlineData("fe80::1", "fd01::1")]
    [InlineData("fd00::1", "fe80::9")]
    [InlineData("fd00::1", "ff02::9")]
    public void What_belongs_to_a_link_stays_there(string from, string to)
    {
        Host host = NewRouter();
        host.Stack.Routes.Add(new Route { Destination = IpPrefix.Parse("0.0.0.0/0"), Interface = 1 });
        host.Stack.Routes.Add(new Route { Destination = IpPrefix.Parse("::/0"), Interface = 1 });
        host.Inject(PacketBuilder.IcmpEcho(from, to));

        host.ExpectNothing(0);
        host.ExpectNothing(1);
    }

    [Fact]
    public void Interfaces_that_do_not_forward_take_no_part()
    {
        var host = new Host();
        host.Add(DeviceMedium.Ip, 1500, Forwarding, "10.0.0.2/24");
        host.Add(DeviceMedium.Ip, 1500, new InterfaceOptions(), "10.0.1.2/24");
        host.Inject(PacketBuilder.Udp("10.0.0.1:5", "10.0.1.1:6", "x"), 0);
        host.Inject(PacketBuilder.Udp("10.0.1.1:5", "10.0.0.1:6", "x"), 1);

        Assert.Equal((byte)IcmpType.ICMP_DEST_UNREACH, host.ExpectOne(0).Layers.IcmpType);
        host.ExpectNothing(1);
    }
}
