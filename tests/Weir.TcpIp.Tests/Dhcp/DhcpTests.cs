using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Dhcp;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tests.Ip;
using Weir.TcpIp.Udp;
using Weir.Testing;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Tests.Dhcp;

/// <summary>The client beside a server that the test is: 10.0.0.1, which lends 10.0.0.7/24 for an hour.</summary>
public class DhcpTests
{
    private const uint Hour = 3600;
    private static readonly UInt128 Own = Host.Address("10.0.0.7"), Server = Host.Address("10.0.0.1");

    private readonly Host _host = new();
    private readonly DhcpClient _client;
    private int _changes;

    public DhcpTests()
    {
        _host.Add(DeviceMedium.Ethernet, 1500, new InterfaceOptions());
        _client = _host.Stack.StartDhcp(0, _host.Now);
        _client.Changed = _ => _changes++;
    }

    private sealed record Sent(DhcpMessageType Type, UInt128 From, UInt128 To, MacAddress Mac, uint Xid, uint Client, bool Broadcast, Dictionary<byte, byte[]> Options)
    {
        public UInt128 Option(DhcpOption option) => Options.TryGetValue((byte)option, out byte[]? value) ? IpAddressBits.FromIpv4(ReadUInt32BigEndian(value)) : 0;
    }

    /// <summary>The one message that was sent; a question for the server's Ethernet address is answered first.</summary>
    private Sent Expect(DhcpMessageType type)
    {
        byte[] frame = Assert.Single(_host.Sent());
        if (frame[13] == 0x06)
        {
            _host.Inject(PacketBuilder.Arp("10.0.0.1", "10.0.0.7", Host.PeerMac, Host.Mac, reply: true));
            frame = Assert.Single(_host.Sent());
        }

        FrameLayers layers = Host.Read(frame);
        Assert.Equal((68, 67), (layers.SourcePort, layers.DestinationPort));
        byte[] message = frame[layers.PayloadOffset..];
        Assert.Equal(300, message.Length);
        Assert.Equal([1, 1, 6, 0], message[..4]);
        Assert.Equal(Host.Mac, MacAddress.Read(message.AsSpan(28)));
        Assert.Equal([99, 130, 83, 99], message[236..240]);
        var options = new Dictionary<byte, byte[]>();
        for (int at = 240; message[at] != 255; at += 2 + message[at + 1])
            options.Add(message[at], message[(at + 2)..(at + 2 + message[at + 1])]);
        var sent = new Sent((DhcpMessageType)options[53][0], layers.Source, layers.Destination, MacAddress.Read(frame), ReadUInt32BigEndian(message.AsSpan(4)), ReadUInt32BigEndian(message.AsSpan(12)), message[10] == 0x80, options);
        Assert.Equal(type, sent.Type);
        return sent;
    }

    private static List<byte> Options(DhcpMessageType type, uint lease = Hour, uint? mask = 0xFFFF_FF00, uint server = 0x0A00_0001, uint t1 = 0, uint t2 = 0)
    {
        List<byte> options = [53, 1, (byte)type];
        void Add(byte option, params uint[] values)
        {
            options.AddRange([option, (byte)(4 * values.Length)]);
            foreach (uint value in values)
                options.AddRange([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
        }

        Add(54, server);
        Add(51, lease);
        if (mask is { } bits)
            Add(1, bits);
        Add(3, 0x0A00_0001, 0x0A00_0002);
        Add(6, 0x0A00_0001, 0x0808_0808);
        if (t1 != 0)
            Add(58, t1);
        if (t2 != 0)
            Add(59, t2);
        return [.. options, 255];
    }

    private static byte[] Message(uint xid, List<byte> options, uint address = 0x0A00_0007, string? file = null)
    {
        byte[] message = new byte[240 + options.Count];
        (message[0], message[1], message[2]) = (2, 1, 6);
        WriteUInt32BigEndian(message.AsSpan(4), xid);
        WriteUInt32BigEndian(message.AsSpan(16), address);
        Host.Mac.WriteTo(message.AsSpan(28));
        file?.Select(letter => (byte)letter).ToArray().CopyTo(message, 108);
        WriteUInt32BigEndian(message.AsSpan(236), 0x6382_5363);
        options.CopyTo(message, 240);
        return message;
    }

    private void Reply(byte[] message, bool unicast = false) => _host.Inject(
        PacketBuilder.Udp("10.0.0.1:67", unicast ? "10.0.0.7:68" : "255.255.255.255:68", message) with { DestinationMac = unicast ? Host.Mac : MacAddress.Broadcast });

    private void Bind(uint lease = Hour, uint t1 = 0, uint t2 = 0)
    {
        Reply(Message(Expect(DhcpMessageType.DHCPDISCOVER).Xid, Options(DhcpMessageType.DHCPOFFER)));
        Reply(Message(Expect(DhcpMessageType.DHCPREQUEST).Xid, Options(DhcpMessageType.DHCPACK, lease, t1: t1, t2: t2)));
        Assert.Equal((DhcpState.Bound, 1), (_client.State, _changes));
        _host.ExpectNothing();
    }

    private void ExpectNoAddress()
    {
        Assert.Null(_client.Lease);
        Assert.False(_host.Stack.Owns(Own));
        Assert.Empty(_host.Stack.Interfaces[0].Addresses);
        Assert.Equal(0, _host.Stack.Routes.Count);
    }

    [Fact]
    public void An_address_is_offered_asked_for_and_ours_with_its_routes_and_name_servers()
    {
        Sent discover = Expect(DhcpMessageType.DHCPDISCOVER);
        Assert.Equal((Host.Address("0.0.0.0"), Host.Address("255.255.255.255"), MacAddress.Broadcast, 0u, true), (discover.From, discover.To, discover.Mac, discover.Client, discover.Broadcast));
        Assert.Equal([1, 3, 6, 51, 58, 59], discover.Options[55]);
        Reply(Message(discover.Xid, Options(DhcpMessageType.DHCPOFFER)));
        Sent request = Expect(DhcpMessageType.DHCPREQUEST);
        Assert.Equal((discover.Xid, Host.Address("0.0.0.0"), Host.Address("255.255.255.255"), true), (request.Xid, request.From, request.To, request.Broadcast));
        Assert.Equal((Own, Server, 0u), (request.Option(DhcpOption.RequestedAddress), request.Option(DhcpOption.Server), request.Client));
        ExpectNoAddress();

        Reply(Message(request.Xid, Options(DhcpMessageType.DHCPACK)));
        DhcpLease? lease = _client.Lease;
        Assert.NotNull(lease);
        Assert.Equal((IpPrefix.Parse("10.0.0.7/24"), Server, Server), (lease.Address, lease.Router, lease.Server));
        Assert.Equal(["10.0.0.1", "8.8.8.8"], lease.NameServers.Select(IpAddressBits.ToText));
        Assert.Equal((1800, 3150, 3600), ((lease.RenewAt - _host.Now).TotalSeconds, (lease.RebindAt - _host.Now).TotalSeconds, (lease.Until - _host.Now).TotalSeconds));
        Assert.Equal(["10.0.0.7/24 0", "0.0.0.0/0 10.0.0.1"], _host.Stack.Routes.List().Select(route => $"{route.Destination} {(route.Gateway == 0 ? "0" : IpAddressBits.ToText(route.Gateway))}"));

        UdpSocket socket = _host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 });
        Assert.Equal(IpSendResult.Sent, socket.SendTo("x"u8, Host.Address("192.0.2.1"), 5, _host.Now));
        ArpMessage.Parse(Assert.Single(_host.Sent()).AsSpan(14), out ArpMessage arp);
        Assert.Equal((0x0A00_0007u, 0x0A00_0001u), (arp.SenderAddress, arp.TargetAddress));
    }

    [Fact]
    public void Servers_are_looked_for_at_growing_intervals_without_end()
    {
        double[] waits = [4, 8, 16, 32, 64, 64, 64];
        Expect(DhcpMessageType.DHCPDISCOVER);
        foreach (double wait in waits)
        {
            TimeSpan due = Assert.NotNull(_host.Stack.NextDeadline);
            Assert.InRange((due - _host.Now).TotalSeconds, wait - 1, wait + 1);
            _host.Advance((due - _host.Now).TotalSeconds + 0.001);
            Expect(DhcpMessageType.DHCPDISCOVER);
        }
    }

    [Fact]
    public void An_offer_that_is_not_kept_is_given_up_after_four_requests()
    {
        Reply(Message(Expect(DhcpMessageType.DHCPDISCOVER).Xid, Options(DhcpMessageType.DHCPOFFER)));
        for (int i = 0; i < 4; i++)
        {
            Expect(DhcpMessageType.DHCPREQUEST);
            _host.Advance((_host.Stack.NextDeadline!.Value - _host.Now).TotalSeconds + 0.001);
        }

        Expect(DhcpMessageType.DHCPDISCOVER);
        Assert.Equal((DhcpState.Selecting, 0), (_client.State, _changes));
    }

    [Fact]
    public void A_refusal_begins_anew_but_not_at_once()
    {
        Reply(Message(Expect(DhcpMessageType.DHCPDISCOVER).Xid, Options(DhcpMessageType.DHCPOFFER)));
        Sent request = Expect(DhcpMessageType.DHCPREQUEST);
        Reply(Message(request.Xid, Options(DhcpMessageType.DHCPNAK)));
        _host.ExpectNothing();
        _host.Advance(1);
        Assert.NotEqual(request.Xid, Expect(DhcpMessageType.DHCPDISCOVER).Xid);
    }

    [Fact]
    public void After_half_of_its_time_the_lease_is_extended_by_its_server()
    {
        Bind();
        DhcpLease before = _client.Lease!;
        _host.Advance(1799);
        _host.ExpectNothing();
        _host.Advance(1);
        Sent request = Expect(DhcpMessageType.DHCPREQUEST);
        Assert.Equal((Own, Server, Host.PeerMac, (uint)Own, false), (request.From, request.To, request.Mac, request.Client, request.Broadcast));
        Assert.False(request.Options.ContainsKey(50) || request.Options.ContainsKey(54)); // RFC 2131 4.3.6: they must not be there.
        Assert.Equal(DhcpState.Renewing, _client.State);

        // Lost: again after half of what is left until T2.
        _host.Advance(675);
        Expect(DhcpMessageType.DHCPREQUEST);
        _host.Advance(1);
        int generation = _host.Stack.PathGeneration;
        Reply(Message(request.Xid, Options(DhcpMessageType.DHCPACK)), unicast: true);

        Assert.Equal((DhcpState.Bound, 2), (_client.State, _changes));
        Assert.Equal(before.Until + TimeSpan.FromSeconds(1800), _client.Lease!.Until); // From when it was asked for first.
        Assert.Equal(generation, _host.Stack.PathGeneration);
    }

    [Fact]
    public void When_its_server_is_silent_any_is_asked_and_in_the_end_the_address_goes()
    {
        Bind();
        _host.Advance(3149);
        foreach (byte[] frame in _host.Sent())
            Assert.NotEqual(MacAddress.Broadcast == MacAddress.Read(frame), frame[13] == 0);
        _host.Advance(1);
        Sent request = Expect(DhcpMessageType.DHCPREQUEST);
        Assert.Equal((Own, Host.Address("255.255.255.255"), DhcpState.Rebinding), (request.From, request.To, _client.State));
        _host.Advance(449);
        _host.Sent();
        Assert.True(_host.Stack.Owns(Own));
        _host.Advance(1);
        Sent discover = Expect(DhcpMessageType.DHCPDISCOVER);
        Assert.Equal(Host.Address("0.0.0.0"), discover.From);
        ExpectNoAddress();
        Assert.Equal(2, _changes);
    }

    [Fact]
    public void Another_address_takes_the_place_of_the_first()
    {
        Bind();
        _host.Advance(3150);
        Sent request = Sent4(_host.Sent());
        Reply(Message(request.Xid, Options(DhcpMessageType.DHCPACK, server: 0x0A00_0003), address: 0x0A00_0008));
        Assert.Equal(IpPrefix.Parse("10.0.0.8/24"), Assert.Single(_host.Stack.Interfaces[0].Addresses));
        Assert.Equal(Host.Address("10.0.0.3"), _client.Lease!.Server);
        Assert.Equal(2, _host.Stack.Routes.Count);
    }

    [Fact]
    public void A_refused_extension_takes_the_address_away()
    {
        Bind();
        _host.Advance(1800);
        Reply(Message(Expect(DhcpMessageType.DHCPREQUEST).Xid, Options(DhcpMessageType.DHCPNAK)));
        ExpectNoAddress();
        _host.Advance(1);
        Expect(DhcpMessageType.DHCPDISCOVER);
    }

    [Theory]
    [InlineData(Hour, 100, 200, 100, 200)]
    [InlineData(Hour, 200, 100, 1800, 3150)] // T1 behind T2.
    [InlineData(Hour, 100, 4000, 1800, 3150)] // T2 behind the end.
    [InlineData(1, 0, 0, 15, 26)] // Too short for anything: 30 seconds.
    public void T1_and_T2_are_the_servers_if_they_can_be(uint lease, uint t1, uint t2, int renew, int rebind)
    {
        Bind(lease, t1, t2);
        Assert.Equal((renew, rebind), ((int)(_client.Lease!.RenewAt - _host.Now).TotalSeconds, (int)(_client.Lease.RebindAt - _host.Now).TotalSeconds));
    }

    [Fact]
    public void A_lease_for_ever_is_never_asked_for_again()
    {
        Bind(uint.MaxValue);
        _host.Advance(1_000_000_000);
        _host.ExpectNothing();
        Assert.Equal((DhcpState.Bound, TimeSpan.MaxValue), (_client.State, _client.Lease!.Until));
    }

    [Fact]
    public void What_is_for_others_or_makes_no_sense_is_not_looked_at()
    {
        Sent discover = Expect(DhcpMessageType.DHCPDISCOVER);
        byte[] good = Message(discover.Xid, Options(DhcpMessageType.DHCPOFFER));
        void Refused(Action<byte[]> change)
        {
            byte[] changed = [.. good];
            change(changed);
            Reply(changed);
            Assert.Equal(DhcpState.Selecting, _client.State);
        }

        Refused(message => message[0] = 1);
        Refused(message => message[1] = 6);
        Refused(message => message[2] = 5);
        Refused(message => message[7] ^= 1);
        Refused(message => message[28] ^= 2);
        Refused(message => message[239] ^= 1);
        Refused(message => message[242] = 5); // An ACK of nothing.
        Refused(message => message[241] = 200); // An option beyond the end.
        foreach (string address in new[] { "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1" })
            Reply(Message(discover.Xid, Options(DhcpMessageType.DHCPOFFER), (uint)Host.Address(address)));
        Reply(Message(discover.Xid, Options(DhcpMessageType.DHCPOFFER, lease: 0)));
        Reply(Message(discover.Xid, Options(DhcpMessageType.DHCPOFFER, server: 0)));
        Reply(Message(discover.Xid, [53, 1, 2, 255]));
        Reply(good[..239]);
        Assert.Equal(DhcpState.Selecting, _client.State);

        Reply(good);
        Sent request = Expect(DhcpMessageType.DHCPREQUEST);
        Reply(Message(request.Xid, Options(DhcpMessageType.DHCPACK, server: 0x0A00_0009)));
        Reply(Message(request.Xid, Options(DhcpMessageType.DHCPNAK, server: 0x0A00_0009)));
        Assert.Equal(DhcpState.Requesting, _client.State);
    }

    [Theory]
    [InlineData(0xFF00_FF00, 8)] // No mask has holes: the class of 10.0.0.7, then.
    [InlineData(0u, 8)]
    [InlineData(0xFFFF_FFFF, 32)]
    public void The_mask_is_what_it_can_be(uint mask, int length)
    {
        Reply(Message(Expect(DhcpMessageType.DHCPDISCOVER).Xid, Options(DhcpMessageType.DHCPOFFER)));
        Reply(Message(Expect(DhcpMessageType.DHCPREQUEST).Xid, Options(DhcpMessageType.DHCPACK, mask: mask)));
        Assert.Equal(length, _client.Lease!.Address.Length);
    }

    [Fact]
    public void A_default_route_by_hand_stays()
    {
        var byHand = new Route { Destination = IpPrefix.Parse("0.0.0.0/0"), Interface = 0, Gateway = Host.Address("10.0.0.99") };
        _host.Stack.Routes.Add(byHand);
        Bind();
        Assert.Contains(byHand, _host.Stack.Routes.List());
        _client.Dispose();
        Assert.Equal([byHand], _host.Stack.Routes.List());
    }

    [Fact]
    public void Options_go_on_in_the_field_of_the_boot_file()
    {
        // RFC 2132 9.3.
        Sent discover = Expect(DhcpMessageType.DHCPDISCOVER);
        Reply(Message(discover.Xid, [52, 1, 1, 0, 53, 1, 2, 51, 4, 0, 0, 0, 60, 255], file: "\u0036\u0004\u000A\u0000\u0000\u0001\u00FF"));
        Assert.Equal(Server, Expect(DhcpMessageType.DHCPREQUEST).Option(DhcpOption.Server));
    }

    [Fact]
    public void What_is_given_back_is_gone_and_nothing_else_is_asked_for()
    {
        Bind();
        _client.Release(_host.Now);
        ExpectNoAddress();
        byte[] question = Assert.Single(_host.Sent());
        Assert.Equal(0x06, question[13]); // It waits for the server's Ethernet address.
        _host.Inject(PacketBuilder.Arp("10.0.0.1", "10.0.0.7", Host.PeerMac, Host.Mac, reply: true));
        _host.Advance(100_000);
        Assert.Equal((DhcpState.Released, 2), (_client.State, _changes));
        _client.Dispose();
        Assert.Equal(0, _host.Stack.Udp.Count);
    }

    [Fact]
    public void Damaged_replies_neither_throw_nor_leave_more_than_one_address()
    {
        var random = new SeededGenerator(3);
        for (int i = 0; i < 20_000; i++)
        {
            foreach (byte[] frame in _host.Sent())
            {
                if (frame[13] != 0 || Host.Read(frame).DestinationPort != 67)
                    continue;
                byte[] sent = frame[Host.Read(frame).PayloadOffset..];
                bool isDiscover = sent[242] == 1;
                byte[] reply = Message(ReadUInt32BigEndian(sent.AsSpan(4)), Options(isDiscover ? DhcpMessageType.DHCPOFFER : DhcpMessageType.DHCPACK, lease: 60));
                for (int changes = random.Next(0, 3); changes > 0; changes--)
                    reply[random.Next(8, reply.Length)] = (byte)random.Next(0, 256);
                Reply(reply[..random.Next(reply.Length - 5, reply.Length + 1)]);
            }

            _host.Advance(random.Next(1, 10));
            Assert.InRange(_host.Stack.Interfaces[0].Addresses.Count, 0, 1);
            Assert.InRange(_host.Stack.Routes.Count, 0, 2);
        }

        Assert.InRange(_changes, 100, int.MaxValue);
    }

    [Fact]
    public void It_is_for_ethernet_and_one_interface()
    {
        int second = _host.Add(DeviceMedium.Ethernet, 1500, new InterfaceOptions());
        Assert.Throws<InvalidOperationException>(() => _host.Stack.StartDhcp(second, _host.Now));
        int tun = _host.Add(DeviceMedium.Ip, 1500, new InterfaceOptions());
        Assert.Throws<ArgumentException>(() => _host.Stack.StartDhcp(tun, _host.Now));
    }

    /// <summary>The last of them that is a request.</summary>
    private static Sent Sent4(List<byte[]> frames)
    {
        byte[] frame = frames.FindLast(frame => frame[13] == 0)!;
        byte[] message = frame[Host.Read(frame).PayloadOffset..];
        return new Sent(DhcpMessageType.DHCPREQUEST, 0, 0, default, ReadUInt32BigEndian(message.AsSpan(4)), 0, false, []);
    }
}
