using Weir.Testing;

namespace Weir.Packets.Tests;

public class IcmpErrorTests
{
    [Fact]
    public void Fragmentation_needed_names_the_mtu_and_the_tcp_session()
    {
        byte[] original = PacketBuilder.Tcp("10.0.0.1:40000", "10.0.0.2:80", TcpFlags.ACK, 77, payload: "a long payload").Build();
        IcmpError error = Parsed(PacketBuilder.IcmpError("10.0.0.9", "10.0.0.1", 3, 4, original, 28, rest: 1400));

        Assert.Equal((IcmpErrorKind.PacketTooBig, 1400u), (error.Kind, error.Mtu));
        FrameLayers quoted = error.Original;
        Assert.Equal((IpAddressBits.Parse("10.0.0.1"), IpAddressBits.Parse("10.0.0.2")), (quoted.Source, quoted.Destination));
        Assert.Equal((40000, 80, 77u), (quoted.SourcePort, quoted.DestinationPort, quoted.TcpSequence));
        Assert.Equal(0, quoted.TcpFlags);
        Assert.Equal(14 + 20 + 8, quoted.NetworkOffset);
    }

    [Fact]
    public void A_long_quote_has_the_flags_too()
    {
        byte[] original = PacketBuilder.Tcp("10.0.0.1:40000", "10.0.0.2:80", TcpFlags.SYN, 77).Build();
        IcmpError error = Parsed(PacketBuilder.IcmpError("10.0.0.9", "10.0.0.1", 3, 3, original, 40));

        Assert.Equal((IcmpErrorKind.Unreachable, (byte)TcpFlags.SYN), (error.Kind, error.Original.TcpFlags));
    }

    [Fact]
    public void Packet_too_big_over_ipv6_names_the_udp_session()
    {
        byte[] original = PacketBuilder.Udp("[fd00::1]:5353", "[fd00::2]:53", new byte[100]).Build();
        IcmpError error = Parsed(PacketBuilder.IcmpError("fd00::9", "fd00::1", 2, 0, original, 60, rest: 1280));

        Assert.Equal((IcmpErrorKind.PacketTooBig, 1280u), (error.Kind, error.Mtu));
        Assert.Equal((5353, 53, IpProtocol.IPPROTO_UDP), (error.Original.SourcePort, error.Original.DestinationPort, error.Original.Protocol));
    }

    [Fact]
    public void A_quoted_echo_has_its_identifier()
    {
        byte[] original = PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2", identifier: 99).Build();

        Assert.Equal(99, Parsed(PacketBuilder.IcmpError("10.0.0.9", "10.0.0.1", 11, 0, original)).Original.SourcePort);
    }

    [Fact]
    public void Extension_headers_in_the_quote_are_walked()
    {
        byte[] original = (PacketBuilder.Udp("[fd00::1]:5353", "[fd00::2]:53", "x") with { Extensions = [(60, new byte[8])] }).Build();

        Assert.Equal(53, Parsed(PacketBuilder.IcmpError("fd00::9", "fd00::1", 1, 4, original, 100)).Original.DestinationPort);
    }

    [Fact]
    public void What_is_no_error_or_quotes_too_little_is_said()
    {
        byte[] original = PacketBuilder.Tcp("10.0.0.1:40000", "10.0.0.2:80").Build();

        Assert.Equal(PacketError.IcmpNotAnError, Error(PacketBuilder.IcmpEcho("10.0.0.1", "10.0.0.2")));
        Assert.Equal(PacketError.IcmpNotAnError, Error(PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2")));
        Assert.Equal(PacketError.IcmpQuoteTooShort, Error(PacketBuilder.IcmpError("10.0.0.9", "10.0.0.1", 3, 3, original, 0)));
        Assert.Equal(PacketError.Ipv4TooShort, Error(PacketBuilder.IcmpError("10.0.0.9", "10.0.0.1", 3, 3, original, 19)));
        Assert.Equal(PacketError.IcmpQuoteTooShort, Error(PacketBuilder.IcmpError("10.0.0.9", "10.0.0.1", 3, 3, original, 27)));
        Assert.Equal(PacketError.IcmpQuoteNotIp, Error(PacketBuilder.Icmp("10.0.0.9", "10.0.0.1", 3, 3) with { Payload = new byte[40] }));
    }

    private static IcmpError Parsed(PacketBuilder packet)
    {
        byte[] frame = packet.Build();
        Assert.Equal(PacketError.None, FrameLayers.Parse(frame, out FrameLayers layers));
        Assert.True(IcmpError.IsError(layers));
        Assert.Equal(PacketError.None, IcmpError.Parse(frame, layers, out IcmpError error));
        return error;
    }

    private static PacketError Error(PacketBuilder packet)
    {
        byte[] frame = packet.Build();
        FrameLayers.Parse(frame, out FrameLayers layers);
        return IcmpError.Parse(frame, layers, out _);
    }
}
