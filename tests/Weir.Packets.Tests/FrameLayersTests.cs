using Weir.Testing;

namespace Weir.Packets.Tests;

public class FrameLayersTests
{
    // A SYN as the kernel sends it: MSS 1460, SACK permitted, timestamps, window scale 7.
    private const string CapturedSyn =
        "02 00 00 00 00 02 02 00 00 00 00 01 08 00" +
        "45 00 00 3c 1c 46 40 00 40 06 0a 74 0a 00 00 01 0a 00 00 02" +
        "9c 40 00 50 12 34 56 78 00 00 00 00 a0 02 fa f0 14 2a 00 00" +
        "02 04 05 b4 04 02 08 0a 00 00 10 00 00 00 00 00 01 03 03 07";

    [Fact]
    public void A_captured_tcp_syn_is_read_field_by_field()
    {
        FrameLayers layers = Parsed(Hex.Bytes(CapturedSyn));

        Assert.Equal(0x0800, layers.EtherType);
        Assert.Equal(4, layers.IpVersion);
        Assert.Equal(IpProtocol.IPPROTO_TCP, layers.Protocol);
        Assert.Equal(14, layers.NetworkOffset);
        Assert.Equal(34, layers.TransportOffset);
        Assert.Equal(74, layers.PayloadOffset);
        Assert.Equal(0, layers.PayloadLength);
        Assert.Equal(IpAddressBits.Parse("10.0.0.1"), layers.Source);
        Assert.Equal(IpAddressBits.Parse("10.0.0.2"), layers.Destination);
        Assert.Equal(40000, layers.SourcePort);
        Assert.Equal(80, layers.DestinationPort);
        Assert.Equal((byte)TcpFlags.SYN, layers.TcpFlags);
        Assert.Equal(0x12345678u, layers.TcpSequence);
        Assert.Equal(0u, layers.TcpAcknowledgment);
        Assert.Equal(0x1c46u, layers.FragmentId);
        Assert.Equal(64, layers.TimeToLive);
        Assert.False(layers.IsFragment);
    }

    [Fact]
    public void Udp_over_ipv6_is_read()
    {
        FrameLayers layers = Parsed(PacketBuilder.Udp("[fd00::1]:5353", "[fd00::2]:53", "hello").Build());

        Assert.Equal(6, layers.IpVersion);
        Assert.Equal(IpProtocol.IPPROTO_UDP, layers.Protocol);
        Assert.Equal(IpAddressBits.Parse("fd00::1"), layers.Source);
        Assert.Equal(IpAddressBits.Parse("fd00::2"), layers.Destination);
        Assert.Equal((5353, 53), (layers.SourcePort, layers.DestinationPort));
        Assert.Equal((62, 5), (layers.PayloadOffset, layers.PayloadLength));
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2")]
    [InlineData("fd00::1", "fd00::2")]
    public void An_echo_has_its_identifier_as_both_ports(string from, string to)
    {
        FrameLayers layers = Parsed(PacketBuilder.IcmpEcho(from, to, identifier: 77).Build());

        Assert.Equal((77, 77), (layers.SourcePort, layers.DestinationPort));
        Assert.Equal(16, layers.PayloadLength);
    }

    [Fact]
    public void Another_icmp_message_has_no_ports()
    {
        FrameLayers layers = Parsed(PacketBuilder.Icmp("10.0.0.1", "10.0.0.2", 13, 0, rest: 0x00050006).Build());

        Assert.Equal((0, 0), (layers.SourcePort, layers.DestinationPort));
        Assert.Equal(13, layers.IcmpType);
    }

    [Fact]
    public void Arp_has_no_ip_and_is_no_error()
    {
        FrameLayers layers = Parsed(PacketBuilder.Arp("10.0.0.1", "10.0.0.2"));

        Assert.Equal(EtherType.ETH_P_ARP, layers.EtherType);
        Assert.Equal(0, layers.IpVersion);
        Assert.Equal((14, 28), (layers.PayloadOffset, layers.PayloadLength));
    }

    [Fact]
    public void Padding_behind_the_packet_is_not_payload()
    {
        FrameLayers tcp = Parsed((PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2") with { Padding = 6 }).Build());
        FrameLayers udp = Parsed((PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2", "ab") with { Padding = 16 }).Build());

        Assert.Equal(0, tcp.PayloadLength);
        Assert.Equal(2, udp.PayloadLength);
    }

    [Fact]
    public void Vlan_tags_are_skipped_up_to_a_bound()
    {
        PacketBuilder packet = PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2");

        FrameLayers layers = Parsed((packet with { VlanTags = [100, 12] }).Build());
        Assert.Equal(EtherType.ETH_P_IP, layers.EtherType);
        Assert.Equal(22, layers.NetworkOffset);
        Assert.Equal(2, layers.DestinationPort);

        Assert.Equal(PacketError.None, Error((packet with { VlanTags = [1, 2, 3, 4] }).Build()));
        Assert.Equal(PacketError.VlanTagsTooMany, Error((packet with { VlanTags = [1, 2, 3, 4, 5] }).Build()));
        Assert.Equal(PacketError.VlanTagTooShort, Error((packet with { VlanTags = [1] }).Build()[..16]));
    }

    [Fact]
    public void Ipv4_options_are_skipped()
    {
        FrameLayers layers = Parsed((PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2", "x") with { Ipv4Options = [1, 1, 1, 0] }).Build());

        Assert.Equal(38, layers.TransportOffset);
        Assert.Equal(1, layers.PayloadLength);
    }

    [Fact]
    public void Extension_headers_are_walked_to_the_transport()
    {
        FrameLayers layers = Parsed((PacketBuilder.Tcp("[fd00::1]:1", "[fd00::2]:2", payload: "abc") with
        {
            Extensions = [(0, new byte[8]), (60, Extension(16)), (43, new byte[8]), (44, new byte[8]), (51, AuthenticationHeader(24)), (60, new byte[8])],
        }).Build());

        Assert.Equal(IpProtocol.IPPROTO_TCP, layers.Protocol);
        Assert.Equal(54 + 8 + 16 + 8 + 8 + 24 + 8, layers.TransportOffset);
        Assert.Equal(3, layers.PayloadLength);
        Assert.False(layers.IsFragment);
    }

    [Fact]
    public void A_chain_of_extension_headers_is_bounded()
    {
        PacketBuilder packet = PacketBuilder.Tcp("[fd00::1]:1", "[fd00::2]:2");

        Assert.Equal(PacketError.None, Error((packet with { Extensions = Repeat(60, 8) }).Build()));
        Assert.Equal(PacketError.Ipv6ExtensionChainTooLong, Error((packet with { Extensions = Repeat(60, 9) }).Build()));
    }

    [Fact]
    public void Extension_headers_that_lie_are_errors()
    {
        PacketBuilder packet = PacketBuilder.Tcp("[fd00::1]:1", "[fd00::2]:2");
        byte[] tooLong = new byte[8];
        tooLong[1] = 200;
        byte[] shortAuthentication = new byte[8];

        Assert.Equal(PacketError.Ipv6HopByHopNotFirst, Error((packet with { Extensions = [(60, new byte[8]), (0, new byte[8])] }).Build()));
        Assert.Equal(PacketError.Ipv6ExtensionBeyondPacket, Error((packet with { Extensions = [(60, tooLong)] }).Build()));
        Assert.Equal(PacketError.Ipv6AuthenticationHeaderBelowMinimum, Error((packet with { Extensions = [(51, shortAuthentication)] }).Build()));
        Assert.Equal(PacketError.Ipv6ExtensionTooShort, Error((packet with { Extensions = [(60, new byte[8])], WrongIpLength = 7 }).Build()));
    }

    [Theory]
    [InlineData("10.0.0.1:1", "10.0.0.2:2")]
    [InlineData("[fd00::1]:1", "[fd00::2]:2")]
    public void Fragments_have_ports_in_the_first_only(string from, string to)
    {
        IReadOnlyList<byte[]> frames = (PacketBuilder.Udp(from, to, new byte[40]) with { FragmentId = 9 }).BuildFragments(24);

        FrameLayers first = Parsed(frames[0]);
        FrameLayers last = Parsed(frames[1]);

        Assert.Equal((true, false, 9u), (first.IsFragment, first.IsLaterFragment, first.FragmentId));
        Assert.Equal((1, 2, 16), (first.SourcePort, first.DestinationPort, first.PayloadLength));
        Assert.Equal((true, true, 9u), (last.IsFragment, last.IsLaterFragment, last.FragmentId));
        Assert.Equal((0, 0, 24), (last.SourcePort, last.DestinationPort, last.PayloadLength));
        Assert.Equal(IpProtocol.IPPROTO_UDP, last.Protocol);
    }

    [Fact]
    public void A_fragment_that_ends_beyond_64_KiB_is_an_error()
    {
        PacketBuilder ping = PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2") with { FragmentOffset = 65528, Payload = new byte[100] };
        PacketBuilder ping6 = PacketBuilder.IcmpEcho("fd00::1", "fd00::2") with { FragmentOffset = 65528, Payload = new byte[100] };

        Assert.Equal(PacketError.Ipv4FragmentBeyondMaximum, Error(ping.Build()));
        Assert.Equal(PacketError.Ipv6FragmentBeyondMaximum, Error(ping6.Build()));
    }

    [Fact]
    public void A_tcp_first_fragment_without_the_whole_header_is_an_error()
    {
        IReadOnlyList<byte[]> frames = PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", payload: "0123456789").BuildFragments(8);

        Assert.Equal(PacketError.TcpTooShort, Error(frames[0]));
    }

    [Fact]
    public void Each_wrong_length_has_its_own_error()
    {
        PacketBuilder tcp = PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", payload: "abcd");
        PacketBuilder tcp6 = PacketBuilder.Tcp("[fd00::1]:1", "[fd00::2]:2", payload: "abcd");
        PacketBuilder udp = PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2", "abcd");

        Assert.Equal(PacketError.EthernetTooShort, Error(new byte[13]));
        Assert.Equal(PacketError.Ipv4VersionWrong, Error((tcp with { WrongVersion = 6 }).Build()));
        Assert.Equal(PacketError.Ipv4HeaderLengthBelowMinimum, Error((tcp with { WrongHeaderWords = 4 }).Build()));
        Assert.Equal(PacketError.Ipv4HeaderBeyondFrame, Error((tcp with { WrongHeaderWords = 15 }).Build()));
        Assert.Equal(PacketError.Ipv4LengthBelowHeader, Error((tcp with { WrongIpLength = 19 }).Build()));
        Assert.Equal(PacketError.Ipv4LengthBelowHeader, Error((tcp with { WrongIpLength = 0 }).Build()));
        Assert.Equal(PacketError.Ipv4LengthBeyondFrame, Error((tcp with { WrongIpLength = 45 }).Build()));
        Assert.Equal(PacketError.Ipv6VersionWrong, Error((tcp6 with { WrongVersion = 4 }).Build()));
        Assert.Equal(PacketError.Ipv6LengthBeyondFrame, Error((tcp6 with { WrongIpLength = 25 }).Build()));
        Assert.Equal(PacketError.TcpTooShort, Error((tcp6 with { WrongIpLength = 0 }).Build()));
        Assert.Equal(PacketError.TcpDataOffsetBelowHeader, Error((tcp with { WrongDataOffsetWords = 4 }).Build()));
        Assert.Equal(PacketError.TcpDataOffsetBeyondPacket, Error((tcp with { WrongDataOffsetWords = 7 }).Build()));
        Assert.Equal(PacketError.UdpLengthBelowHeader, Error((udp with { WrongUdpLength = 7 }).Build()));
        Assert.Equal(PacketError.UdpLengthBeyondPacket, Error((udp with { WrongUdpLength = 13 }).Build()));
        Assert.Equal(PacketError.IcmpTooShort, Error((PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2") with { WrongIpLength = 27 }).Build()));
    }

    [Fact]
    public void A_short_udp_length_cuts_the_payload()
    {
        Assert.Equal(2, Parsed((PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2", "abcd") with { WrongUdpLength = 10 }).Build()).PayloadLength);
    }

    [Theory]
    [InlineData("10.0.0.1:1", "10.0.0.2:2")]
    [InlineData("[fd00::1]:1", "[fd00::2]:2")]
    public void A_frame_beyond_64_KiB_with_length_0_is_taken_whole(string from, string to)
    {
        FrameLayers layers = Parsed(PacketBuilder.Tcp(from, to, TcpFlags.ACK, new byte[100_000]).Build());

        Assert.Equal(100_000, layers.PayloadLength);
    }

    [Fact]
    public void A_frame_of_exactly_64_KiB_of_ip_is_taken_by_its_length()
    {
        FrameLayers layers = Parsed(PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", TcpFlags.ACK, new byte[65535 - 40]).Build());

        Assert.Equal(65495, layers.PayloadLength);
    }

    [Fact]
    public void An_unknown_transport_is_payload()
    {
        FrameLayers layers = Parsed((PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2", "abcd") with { Protocol = IpProtocol.IPPROTO_SCTP }).Build());

        Assert.Equal(IpProtocol.IPPROTO_SCTP, layers.Protocol);
        Assert.Equal((34, 34, 4), (layers.TransportOffset, layers.PayloadOffset, layers.PayloadLength));
        Assert.Equal(0, layers.SourcePort);
    }

    [Fact]
    public void Icmpv6_inside_ipv4_is_not_read_as_icmp()
    {
        FrameLayers layers = Parsed((PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2") with { Protocol = IpProtocol.IPPROTO_ICMPV6 }).Build());

        Assert.Equal(0, layers.SourcePort);
    }

    [Fact]
    public void Every_truncation_of_a_frame_is_an_error()
    {
        byte[][] frames =
        [
            Hex.Bytes(CapturedSyn),
            PacketBuilder.Udp("10.0.0.1:1", "10.0.0.2:2", "hello").Build(),
            (PacketBuilder.Udp("[fd00::1]:1", "[fd00::2]:2", "hello") with { Extensions = Repeat(60, 3), VlanTags = [7] }).Build(),
            PacketBuilder.IcmpEcho("fd00::1", "fd00::2").Build(),
        ];
        foreach (byte[] frame in frames)
        {
            Assert.Equal(PacketError.None, Error(frame));
            for (int length = 0; length < frame.Length; length++)
            {
                Assert.NotEqual(PacketError.None, Error(frame[..length]));
            }
        }
    }

    [Fact]
    public void An_accepted_frame_has_all_offsets_inside()
    {
        var random = new Random(3);
        byte[][] corpus =
        [
            Hex.Bytes(CapturedSyn),
            (PacketBuilder.Udp("[fd00::1]:1", "[fd00::2]:2", "hello") with { Extensions = Repeat(60, 3) }).Build(),
            PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2").Build(),
        ];
        int accepted = 0;
        for (int i = 0; i < 300_000; i++)
        {
            byte[] frame = [.. corpus[i % corpus.Length]];
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                frame[random.Next(12, Math.Min(frame.Length, 80))] = (byte)random.Next(256);
            }

            if (FrameLayers.Parse(frame, out FrameLayers layers) == PacketError.None)
            {
                accepted++;
                Assert.InRange(layers.TransportOffset, layers.NetworkOffset, frame.Length);
                Assert.InRange(layers.PayloadOffset, layers.TransportOffset, frame.Length);
                Assert.InRange(layers.PayloadLength, 0, frame.Length - layers.PayloadOffset);
            }
        }

        Assert.InRange(accepted, 10_000, 290_000);
    }

    private static FrameLayers Parsed(byte[] frame)
    {
        Assert.Equal(PacketError.None, FrameLayers.Parse(frame, out FrameLayers layers));
        return layers;
    }

    private static PacketError Error(byte[] frame) => FrameLayers.Parse(frame, out _);

    private static (byte Type, byte[] Bytes)[] Repeat(byte type, int count) => [.. Enumerable.Range(0, count).Select(_ => (type, new byte[8]))];

    private static byte[] Extension(int size)
    {
        byte[] bytes = new byte[size];
        bytes[1] = (byte)((size / 8) - 1);
        return bytes;
    }

    private static byte[] AuthenticationHeader(int size)
    {
        byte[] bytes = new byte[size];
        bytes[1] = (byte)((size / 4) - 2);
        return bytes;
    }
}
