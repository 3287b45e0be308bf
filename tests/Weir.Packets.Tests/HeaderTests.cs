namespace Weir.Packets.Tests;

/// <summary>One literal capture per format, field by field; the laws for all of them are in Laws.</summary>
public class HeaderTests
{
    [Fact]
    public void An_arp_request_is_read()
    {
        byte[] bytes = Hex.Bytes("00 01 08 00 06 04 00 01 02 00 00 00 00 01 0a 00 00 01 00 00 00 00 00 00 0a 00 00 02");

        Assert.Equal(PacketError.None, ArpMessage.Parse(bytes, out ArpMessage message));
        Assert.Equal(new ArpHeader(ArpOperation.ARPOP_REQUEST, MacAddress.Parse("02:00:00:00:00:01"), 0x0A000001, default, 0x0A000002), message.Header);
        bytes[5] = 16;
        Assert.Equal(PacketError.ArpNotEthernetIpv4, ArpMessage.Parse(bytes, out _));
    }

    [Fact]
    public void An_ipv4_header_with_options_is_read()
    {
        byte[] bytes = Hex.Bytes("46 10 00 1c 00 07 60 03 40 11 00 00 0a 00 00 01 0a 00 00 02  94 04 00 00  de ad be ef 00 00");

        Assert.Equal(PacketError.None, Ipv4Packet.Parse(bytes, out Ipv4Packet packet));
        Assert.Equal((true, true, 24), (packet.DontFragment, packet.MoreFragments, packet.FragmentOffset));
        Assert.Equal((byte)0x10, packet.Header.TrafficClass);
        Assert.Equal([0xde, 0xad, 0xbe, 0xef], packet.Payload.ToArray());
        Ipv4OptionList.Enumerator options = packet.Options.GetEnumerator();
        Assert.True(options.MoveNext());
        Assert.Equal(148, options.Current.Type);
        Assert.Equal([0, 0], options.Current.Data.ToArray());
        Assert.False(options.MoveNext());
    }

    [Theory]
    [InlineData("07", PacketError.Ipv4OptionTooShort)]
    [InlineData("01 07 01 00", PacketError.Ipv4OptionLengthBelowMinimum)]
    [InlineData("07 05 00 00", PacketError.Ipv4OptionBeyondHeader)]
    [InlineData("01 01 00 07", PacketError.None)]
    public void Wrong_ipv4_options_are_named(string options, PacketError error) =>
        Assert.Equal(error, Ipv4OptionList.Parse(Hex.Bytes(options), out _));

    [Fact]
    public void An_ipv6_header_is_read()
    {
        byte[] bytes = Hex.Bytes("6a b1 23 45 00 08 11 40 fd000000000000000000000000000001 fd000000000000000000000000000002 0001 0002 0008 0000");

        Assert.Equal(PacketError.None, Ipv6Packet.Parse(bytes, out Ipv6Packet packet));
        Assert.Equal(
            new Ipv6Header
            {
                TrafficClass = 0xAB,
                FlowLabel = 0x12345,
                PayloadLength = 8,
                NextHeader = 17,
                HopLimit = 64,
                Source = IpAddressBits.Parse("fd00::1"),
                Destination = IpAddressBits.Parse("fd00::2"),
            },
            packet.Header);
        Assert.Equal(8, packet.Payload.Length);
    }

    [Fact]
    public void Ipv6_extension_headers_are_enumerated_to_the_fragments_data()
    {
        byte[] bytes = Hex.Bytes("60000000 0018 00 40 fd000000000000000000000000000001 fd000000000000000000000000000002 2c00 010400000000 1100 00b9 00000007 6161616161616161");

        Assert.Equal(PacketError.None, Ipv6Packet.Parse(bytes, out Ipv6Packet packet));
        Ipv6ExtensionList.Enumerator extensions = packet.Extensions.GetEnumerator();
        Assert.True(extensions.MoveNext());
        Assert.Equal((IpProtocol.IPPROTO_HOPOPTS, 8), (extensions.Current.Type, extensions.Current.Length));
        Assert.True(extensions.MoveNext());
        Assert.Equal((184, true, 7u), (extensions.Current.FragmentOffset, extensions.Current.MoreFragments, extensions.Current.FragmentId));
        Assert.False(extensions.MoveNext());
        Assert.Equal((PacketError.None, IpProtocol.IPPROTO_UDP, 8), (extensions.Error, extensions.NextHeader, extensions.Rest.Length));
    }

    [Fact]
    public void A_tcp_segment_and_its_options_are_read()
    {
        byte[] bytes = Hex.Bytes(
            "9c40 0050 12345678 9abcdef0 f0 12 fa f0 142a 0000" +
            "0204 05b4 0402 080a 00001000 00000007 01 030f 0f 050a 00000001 00000009 fe04 dead 0000 00" + "6869");
        bytes[12] = (byte)((bytes.Length - 2) / 4 << 4);

        Assert.Equal(PacketError.None, TcpSegment.Parse(bytes, out TcpSegment segment));
        Assert.Equal((40000, 80, 0x12345678u, 0x9abcdef0u), (segment.SourcePort, segment.DestinationPort, segment.Sequence, segment.Acknowledgment));
        Assert.Equal(TcpFlags.SYN | TcpFlags.ACK, segment.Flags);
        Assert.Equal(64240, segment.Window);
        Assert.Equal(PacketError.TcpOptionLengthWrong, segment.Options.Check());
    }

    [Fact]
    public void Each_tcp_option_is_read()
    {
        byte[] bytes = Hex.Bytes("0204 05b4 0402 080a 00001000 00000007 01 0303 0f 050a 00000001 00000009 fe04 dead 00 ff");

        Assert.Equal(PacketError.None, TcpOptionList.Parse(bytes, out TcpOptionList options));
        List<string> read = [];
        foreach (TcpOption option in options)
        {
            read.Add(option.Kind switch
            {
                TcpOptionKind.TCPOPT_MSS => $"mss {option.MaximumSegmentSize}",
                TcpOptionKind.TCPOPT_WINDOW => $"scale {option.WindowScale}",
                TcpOptionKind.TCPOPT_TIMESTAMP => $"time {option.TimestampValue} {option.TimestampEcho}",
                TcpOptionKind.TCPOPT_SACK => $"sack {option.SackBlockCount} {option.SackBlock(0)}",
                _ => $"{option.Kind} {option.Data.Length}",
            });
        }

        Assert.Equal(["mss 1460", "TCPOPT_SACK_PERM 0", "time 4096 7", "scale 14", "sack 1 (1, 9)", "254 2"], read);
    }

    [Theory]
    [InlineData("02", PacketError.TcpOptionTooShort)]
    [InlineData("0200", PacketError.TcpOptionLengthBelowMinimum)]
    [InlineData("0204 05", PacketError.TcpOptionBeyondHeader)]
    [InlineData("0203 05", PacketError.TcpOptionLengthWrong)]
    [InlineData("0509 00000001 000000", PacketError.TcpOptionLengthWrong)]
    [InlineData("0502", PacketError.TcpOptionLengthWrong)]
    [InlineData("0101 00 02", PacketError.None)]
    public void Wrong_tcp_options_are_named(string options, PacketError error) =>
        Assert.Equal(error, TcpOptionList.Parse(Hex.Bytes(options), out _));

    [Fact]
    public void A_udp_datagram_is_cut_to_its_length()
    {
        Assert.Equal(PacketError.None, UdpDatagram.Parse(Hex.Bytes("14e9 0035 000a 1234 6869 0000"), out UdpDatagram datagram));
        Assert.Equal(new UdpHeader(5353, 53, 10, 0x1234), datagram.Header);
        Assert.Equal("hi"u8, datagram.Payload);
    }

    [Theory]
    [InlineData("02:00:00:00:00:01", false, true)]
    [InlineData("01:00:5e:00:00:fb", true, false)]
    [InlineData("ff:ff:ff:ff:ff:ff", true, true)]
    public void An_ethernet_address_is_its_text(string text, bool isGroup, bool isLocal)
    {
        var address = MacAddress.Parse(text);

        Assert.Equal(text, address.ToString());
        Assert.Equal((isGroup, isLocal), (address.IsGroup, address.IsLocal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("02:00:00:00:00")]
    [InlineData("02-00-00-00-00-01")]
    [InlineData("02:00:00:00:00:0g")]
    public void Other_text_is_no_ethernet_address(string text) => Assert.False(MacAddress.TryParse(text, out _));

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("fd00::1", false)]
    [InlineData("::", false)]
    public void An_ip_address_survives_as_bits(string text, bool isIpv4)
    {
        UInt128 bits = IpAddressBits.Parse(text);

        Assert.Equal(text, IpAddressBits.ToText(bits));
        Assert.Equal(isIpv4, IpAddressBits.IsIpv4(bits));
    }

    [Fact]
    public void Every_error_has_a_text_of_its_own()
    {
        string[] texts = [.. Enum.GetValues<PacketError>().Select(error => error.Describe())];

        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.DoesNotContain("unknown error", texts);
    }
}
