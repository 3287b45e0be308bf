using System.Buffers.Binary;
using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Neighbors;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tests.Ip;
using Weir.TcpIp.Udp;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Neighbors;

/// <summary>ARP and neighbor discovery are one machine: each test runs it with both.</summary>
public class NeighborTests
{
    public static TheoryData<bool> Families => [false, true];

    private static UInt128 Peer(bool ipv6) => Host.Address(ipv6 ? "fd00::1" : "10.0.0.1");

    private static (Host Host, UdpSocket Socket) NewHost(InterfaceOptions? options = null)
    {
        Host host = Host.On(DeviceMedium.Ethernet, options: options);
        return (host, host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 }));
    }

    private static void Send(Host host, UdpSocket socket, bool ipv6, string text = "x") =>
        Assert.Equal(IpSendResult.Sent, socket.SendTo(System.Text.Encoding.UTF8.GetBytes(text), Peer(ipv6), 5, host.Now));

    private static NeighborState? State(Host host, bool ipv6) => host.Stack.Interfaces[0].FindNeighbor(Peer(ipv6))?.State;

    /// <summary>The peer's answer to a question.</summary>
    private static byte[] Answer(bool ipv6, MacAddress? mac = null, bool solicited = true, bool overrides = true, bool withMac = true)
    {
        MacAddress own = mac ?? Host.PeerMac;
        if (!ipv6)
            return PacketBuilder.Arp("10.0.0.1", "10.0.0.2", own, Host.Mac, reply: true);
        uint flags = (solicited ? 0x4000_0000u : 0) | (overrides ? 0x2000_0000u : 0);
        return (Discovery(136, "fd00::1", solicited ? "fd00::2" : "ff02::1", "fd00::1", withMac ? own : null, flags) with { SourceMac = own }).Build();
    }

    private static PacketBuilder Discovery(byte type, string from, string to, string target, MacAddress? mac, uint flags = 0)
    {
        byte[] payload = [.. System.Net.IPAddress.Parse(target).GetAddressBytes(), .. mac is null ? [] : new byte[8]];
        if (mac is { } address)
        {
            payload[16] = type == 135 ? (byte)1 : (byte)2;
            payload[17] = 1;
            address.WriteTo(payload.AsSpan(18));
        }

        return PacketBuilder.Icmp(from, to, type, 0, flags) with { Payload = payload, TimeToLive = 255 };
    }

    private static void ExpectQuestion(byte[] frame, bool ipv6, bool unicast = false)
    {
        EthernetFrame.Parse(frame, out EthernetFrame ethernet);
        Assert.Equal(Host.Mac, ethernet.Source);
        if (!ipv6)
        {
            Assert.Equal(PacketError.None, ArpMessage.Parse(frame.AsSpan(14), out ArpMessage arp));
            Assert.Equal(new ArpHeader(ArpOperation.ARPOP_REQUEST, Host.Mac, 0x0A000002, default, 0x0A000001), arp.Header);
            Assert.Equal(unicast ? Host.PeerMac : MacAddress.Broadcast, ethernet.Destination);
            return;
        }

        FrameLayers layers = Host.Read(frame);
        Assert.Equal(135, layers.IcmpType);
        Assert.Equal(255, layers.TimeToLive);
        Assert.Equal(Host.Address(unicast ? "fd00::1" : "ff02::1:ff00:1"), layers.Destination);
        Assert.Equal(unicast ? Host.PeerMac : MacAddress.Parse("33:33:ff:00:00:01"), ethernet.Destination);
        Assert.Equal(Peer(true), BinaryPrimitives.ReadUInt128BigEndian(frame.AsSpan(layers.TransportOffset + 8)));
        Assert.Equal([1, 1, 2, 0, 0, 0, 0, 2], frame[(layers.TransportOffset + 24)..]);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_packet_waits_for_the_answer_and_goes_then(bool ipv6)
    {
        var (host, socket) = NewHost();
        Send(host, socket, ipv6, "first");
        Send(host, socket, ipv6, "second");
        ExpectQuestion(Assert.Single(host.Sent()), ipv6);
        Assert.Equal(NeighborState.Incomplete, State(host, ipv6));

        host.Inject(Answer(ipv6));
        List<byte[]> sent = host.Sent();
        Assert.Equal(2, sent.Count);
        Assert.Equal(Host.PeerMac, MacAddress.Read(sent[0]));
        Assert.Equal("first"u8, sent[0].AsSpan(Host.Read(sent[0]).PayloadOffset));
        Assert.Equal("second"u8, sent[1].AsSpan(Host.Read(sent[1]).PayloadOffset));
        Assert.Equal(NeighborState.Reachable, State(host, ipv6));

        Send(host, socket, ipv6);
        Assert.Equal(Host.PeerMac, MacAddress.Read(host.ExpectOne().Frame));
    }

    [Theory, MemberData(nameof(Families))]
    public void Three_questions_without_answer_and_the_packets_are_given_up(bool ipv6)
    {
        var (host, socket) = NewHost();
        Send(host, socket, ipv6);
        ExpectQuestion(Assert.Single(host.Sent()), ipv6);
        for (int i = 0; i < 2; i++)
        {
            host.Advance(0.99);
            host.ExpectNothing();
            host.Advance(0.01);
            ExpectQuestion(Assert.Single(host.Sent()), ipv6);
        }

        host.Advance(1);
        host.ExpectNothing();
        Assert.Null(State(host, ipv6));
        host.ExpectDrop(IpDropReason.NeighborUnreachable);
        Assert.True(socket.TryTakeError(out UdpError error));
        Assert.Equal(IcmpErrorKind.Unreachable, error.Kind);
        Assert.Null(host.Stack.NextDeadline);
    }

    [Theory, MemberData(nameof(Families))]
    public void No_more_bytes_wait_than_there_is_room_for_and_the_oldest_go(bool ipv6)
    {
        var (host, socket) = NewHost();
        for (int i = 0; i < 2000; i++)
            Send(host, socket, ipv6, $"{i:0000}");
        host.Sent();
        Assert.InRange(host.Stack.Interfaces[0].Neighbors.WaitingBytes, WaitingPackets.MaxBytesOfOne - 1000, WaitingPackets.MaxBytesOfOne);
        host.Inject(Answer(ipv6));

        List<byte[]> sent = host.Sent();
        host.ExpectDrop(IpDropReason.NeighborUnreachable, 2000 - sent.Count);
        for (int i = 0; i < sent.Count; i++)
            Assert.Equal($"{2000 - sent.Count + i:0000}", System.Text.Encoding.UTF8.GetString(sent[i].AsSpan(Host.Read(sent[i]).PayloadOffset)));
        Assert.Equal(0, host.Stack.Interfaces[0].Neighbors.WaitingBytes);
    }

    [Theory, MemberData(nameof(Families))]
    public void All_fragments_of_the_longest_datagram_wait(bool ipv6)
    {
        var (host, socket) = NewHost();
        Assert.Equal(IpSendResult.Sent, socket.SendTo(new byte[65_507], Peer(ipv6), 5, host.Now));
        host.Sent();
        host.Inject(Answer(ipv6));

        Assert.Equal(ipv6 ? 46 : 45, host.Sent().Count);
        host.ExpectDrop(IpDropReason.NeighborUnreachable, 0);
    }

    [Fact]
    public void What_waits_for_all_neighbors_together_is_bounded_and_the_newest_stays()
    {
        // RFC 6583 6.1: long packets for many that are not there.
        var (host, socket) = NewHost();
        for (uint i = 0; i < 400; i++)
        {
            Assert.Equal(IpSendResult.Sent, socket.SendTo(new byte[65_507], Host.Address("fd00::1:0:0") + i, 5, host.Now));
            host.Sent();
        }

        Assert.InRange(host.Stack.Interfaces[0].Neighbors.WaitingBytes, WaitingPackets.MaxBytes / 2, WaitingPackets.MaxBytes);
        Send(host, socket, ipv6: true, "the newest");
        host.Sent();
        host.Inject(Answer(ipv6: true));
        Assert.Equal("the newest"u8, host.ExpectOne().Frame.AsSpan(62));

        host.Advance(4);
        Assert.Equal(0, host.Stack.Interfaces[0].Neighbors.WaitingBytes);
    }

    [Theory, MemberData(nameof(Families))]
    public void Unused_it_goes_stale_and_used_it_is_probed_and_forgotten_when_silent(bool ipv6)
    {
        var (host, socket) = NewHost();
        Send(host, socket, ipv6);
        host.Inject(Answer(ipv6));
        host.Sent();

        // RFC 4861 6.3.2: between 15 and 45 seconds.
        host.Advance(14.9);
        Assert.Equal(NeighborState.Reachable, State(host, ipv6));
        host.Advance(30.2);
        Assert.Equal(NeighborState.Stale, State(host, ipv6));
        Assert.Null(host.Stack.NextDeadline);
        host.Advance(1000);
        Assert.Equal(NeighborState.Stale, State(host, ipv6));

        Send(host, socket, ipv6);
        host.ExpectOne(); // The packet goes at once.
        Assert.Equal(NeighborState.Delay, State(host, ipv6));
        host.Advance(4.9);
        host.ExpectNothing();
        host.Advance(0.1);
        Assert.Equal(NeighborState.Probe, State(host, ipv6));
        ExpectQuestion(Assert.Single(host.Sent()), ipv6, unicast: true);
        host.Advance(2);
        Assert.Equal(2, host.Sent().Count);
        host.Advance(1);
        Assert.Null(State(host, ipv6));
    }

    [Theory, MemberData(nameof(Families))]
    public void An_answer_to_a_probe_makes_it_reachable_again(bool ipv6)
    {
        var (host, socket) = NewHost();
        Send(host, socket, ipv6);
        host.Inject(Answer(ipv6));
        host.Advance(46);
        Send(host, socket, ipv6);
        host.Advance(5);
        Assert.Equal(NeighborState.Probe, State(host, ipv6));
        host.Inject(Answer(ipv6, withMac: !ipv6)); // RFC 4861 4.4: to a unicast question it may leave its address out.

        Assert.Equal(NeighborState.Reachable, State(host, ipv6));
    }

    [Theory, MemberData(nameof(Families))]
    public void An_answer_that_nobody_asked_for_teaches_nothing(bool ipv6)
    {
        var (host, _) = NewHost();
        host.Inject(Answer(ipv6));

        Assert.Null(State(host, ipv6));
    }

    [Theory, MemberData(nameof(Families))]
    public void A_question_for_us_is_answered_and_the_asker_is_known_then(bool ipv6)
    {
        var (host, socket) = NewHost();
        host.Inject(ipv6
            ? (Discovery(135, "fd00::1", "ff02::1:ff00:2", "fd00::2", Host.PeerMac) with { DestinationMac = MacAddress.Parse("33:33:ff:00:00:02") }).Build()
            : PacketBuilder.Arp("10.0.0.1", "10.0.0.2"));

        byte[] answer = Assert.Single(host.Sent());
        Assert.Equal(Host.PeerMac, MacAddress.Read(answer));
        if (ipv6)
        {
            FrameLayers layers = Host.Read(answer);
            Assert.Equal((136, 255, Peer(true)), (layers.IcmpType, layers.TimeToLive, layers.Destination));
            Assert.Equal(0x60, answer[layers.TransportOffset + 4]); // Solicited, override.
            Assert.Equal([2, 1, 2, 0, 0, 0, 0, 2], answer[(layers.TransportOffset + 24)..]);
        }
        else
        {
            ArpMessage.Parse(answer.AsSpan(14), out ArpMessage arp);
            Assert.Equal(new ArpHeader(ArpOperation.ARPOP_REPLY, Host.Mac, 0x0A000002, Host.PeerMac, 0x0A000001), arp.Header);
        }

        Assert.Equal(NeighborState.Stale, State(host, ipv6));
        Send(host, socket, ipv6);
        Assert.Equal(Host.PeerMac, MacAddress.Read(host.ExpectOne().Frame));
    }

    [Theory, MemberData(nameof(Families))]
    public void A_question_for_others_is_neither_answered_nor_learned_from(bool ipv6)
    {
        var (host, _) = NewHost();
        host.Inject(ipv6
            ? (Discovery(135, "fd00::1", "ff02::1:ff00:9", "fd00::9", Host.PeerMac) with { DestinationMac = MacAddress.Parse("33:33:ff:00:00:09") }).Build()
            : PacketBuilder.Arp("10.0.0.1", "10.0.0.9"));

        host.ExpectNothing();
        Assert.Null(State(host, ipv6));
    }

    [Theory, MemberData(nameof(Families))]
    public void Another_ethernet_address_is_taken_over_as_one_to_be_proved(bool ipv6)
    {
        var (host, socket) = NewHost();
        Send(host, socket, ipv6);
        host.Inject(Answer(ipv6));
        var moved = MacAddress.Parse("02:00:00:00:00:99");
        host.Inject(ipv6
            ? (Discovery(136, "fd00::1", "ff02::1", "fd00::1", moved, 0x2000_0000) with { DestinationMac = MacAddress.Parse("33:33:00:00:00:01") }).Build()
            : PacketBuilder.Arp("10.0.0.1", "10.0.0.1", moved)); // Gratuitous.

        Assert.Equal((NeighborState.Stale, moved), host.Stack.Interfaces[0].FindNeighbor(Peer(ipv6)));
    }

    [Fact]
    public void Without_the_override_flag_another_ethernet_address_only_casts_doubt()
    {
        var (host, socket) = NewHost();
        Send(host, socket, ipv6: true);
        host.Inject(Answer(ipv6: true));
        host.Inject(Answer(ipv6: true, MacAddress.Parse("02:00:00:00:00:99"), overrides: false));

        Assert.Equal((NeighborState.Stale, Host.PeerMac), host.Stack.Interfaces[0].FindNeighbor(Peer(true)));
    }

    public static TheoryData<string> Invalid => ["hop limit", "code", "group target", "option length", "short", "probe with address", "solicited to a group"];

    [Theory, MemberData(nameof(Invalid))]
    public void A_discovery_message_that_breaks_the_rules_is_dropped(string how)
    {
        var (host, socket) = NewHost();
        Send(host, socket, ipv6: true);
        host.Sent();
        PacketBuilder question = Discovery(135, "fd00::1", "fd00::2", "fd00::2", Host.PeerMac);
        host.Inject(how switch
        {
            "hop limit" => question with { TimeToLive = 254 },
            "code" => question with { IcmpCode = 1 },
            "group target" => Discovery(135, "fd00::1", "fd00::2", "ff02::2", Host.PeerMac),
            "option length" => question with { Payload = [.. question.Payload[..17], 0, .. question.Payload[18..]] },
            "short" => question with { Payload = question.Payload[..15] },
            "probe with address" => Discovery(135, "::", "ff02::1:ff00:2", "fd00::2", Host.PeerMac),
            _ => Discovery(136, "fd00::1", "ff02::1", "fd00::1", Host.PeerMac, 0x6000_0000),
        });

        host.ExpectNothing();
        host.ExpectDrop(IpDropReason.NeighborMessageInvalid);
        Assert.Equal(NeighborState.Incomplete, State(host, ipv6: true));
    }

    [Fact]
    public void A_flood_of_askers_does_not_grow_the_table_beyond_its_bound_nor_drive_out_who_answers()
    {
        var (host, socket) = NewHost();
        Send(host, socket, ipv6: false);
        host.Inject(Answer(ipv6: false));
        for (int i = 0; i < 5000; i++)
        {
            host.Inject(PacketBuilder.Arp($"10.0.{(i / 250) + 1}.{i % 250}", "10.0.0.2", new MacAddress(0x0200_0001_0000UL + (ulong)i)));
            host.Sent();
        }

        Assert.Equal(NeighborTable.MaxEntries, host.Stack.Interfaces[0].Neighbors.Count);
        Assert.Equal(NeighborState.Reachable, State(host, ipv6: false));
    }

    [Fact]
    public void Packets_for_many_that_are_not_there_do_not_drive_out_who_is_known()
    {
        // RFC 6583 6.1: a scan of the link, which may come from far away.
        var (host, socket) = NewHost();
        Send(host, socket, ipv6: true);
        host.Inject(Answer(ipv6: true));
        host.Advance(46);
        Send(host, socket, ipv6: true);
        Assert.Equal(NeighborState.Delay, State(host, ipv6: true));
        for (uint i = 0; i < 2 * NeighborTable.MaxEntries; i++)
        {
            socket.SendTo("x"u8, Host.Address("fd00::1:0:0") + i, 5, host.Now);
            host.Sent();
        }

        Assert.Equal(NeighborTable.MaxEntries, host.Stack.Interfaces[0].Neighbors.Count);
        Assert.Equal(NeighborState.Delay, State(host, ipv6: true));
    }

    [Theory, MemberData(nameof(Families))]
    public void Packets_beyond_the_link_go_to_the_gateways_address(bool ipv6)
    {
        var (host, socket) = NewHost();
        host.Stack.Routes.Add(new Route { Destination = IpPrefix.Parse(ipv6 ? "::/0" : "0.0.0.0/0"), Interface = 0, Gateway = Peer(ipv6) });
        socket.SendTo("x"u8, Host.Address(ipv6 ? "2001:db8::1" : "192.0.2.1"), 5, host.Now);
        ExpectQuestion(Assert.Single(host.Sent()), ipv6);
        host.Inject(Answer(ipv6));

        var (frame, layers) = host.ExpectOne();
        Assert.Equal(Host.PeerMac, MacAddress.Read(frame));
        Assert.Equal(Host.Address(ipv6 ? "2001:db8::1" : "192.0.2.1"), layers.Destination);
    }

    [Theory]
    [InlineData("224.1.2.3", "01:00:5e:01:02:03")]
    [InlineData("255.255.255.255", "ff:ff:ff:ff:ff:ff")]
    [InlineData("10.0.0.255", "ff:ff:ff:ff:ff:ff")]
    [InlineData("ff02::1:2", "33:33:00:01:00:02")]
    public void Groups_and_broadcasts_need_no_answer(string destination, string mac)
    {
        var (host, socket) = NewHost();
        host.Stack.Routes.Add(new Route { Destination = IpPrefix.Parse("0.0.0.0/0"), Interface = 0 });
        host.Stack.Routes.Add(new Route { Destination = IpPrefix.Parse("::/0"), Interface = 0 });
        socket.SendTo("x"u8, Host.Address(destination), 5, host.Now);

        Assert.Equal(MacAddress.Parse(mac), MacAddress.Read(host.ExpectOne().Frame));
    }

    [Fact]
    public void An_address_is_ours_after_nobody_else_has_claimed_it_for_a_second()
    {
        var (host, _) = NewHost(new InterfaceOptions { DetectDuplicates = true });
        byte[] probe = host.Sent().Single();
        FrameLayers layers = Host.Read(probe);
        Assert.Equal((135, (UInt128)0, Host.Address("ff02::1:ff00:2")), (layers.IcmpType, layers.Source, layers.Destination));
        Assert.False(host.Stack.Owns(Host.Address("fd00::2")));
        Assert.True(host.Stack.Owns(Host.Address("10.0.0.2")));

        host.Advance(1);
        Assert.True(host.Stack.Owns(Host.Address("fd00::2")));
    }

    [Theory]
    [InlineData(135)]
    [InlineData(136)]
    public void An_address_that_another_one_has_or_wants_is_never_used(byte type)
    {
        var (host, _) = NewHost(new InterfaceOptions { DetectDuplicates = true });
        host.Sent();
        host.Inject(type == 135
            ? Discovery(135, "::", "ff02::1:ff00:2", "fd00::2", null) with { DestinationMac = MacAddress.Parse("33:33:ff:00:00:02") }
            : Discovery(136, "fd00::2", "ff02::1", "fd00::2", Host.PeerMac) with { DestinationMac = MacAddress.Parse("33:33:00:00:00:01") });
        host.Advance(5);

        host.ExpectNothing();
        Assert.False(host.Stack.Owns(Host.Address("fd00::2")));
        Assert.DoesNotContain(host.Stack.Interfaces[0].Addresses, address => !address.IsIpv4);
    }

    [Fact]
    public void A_probe_of_another_for_our_address_is_answered_to_all()
    {
        var (host, _) = NewHost();
        host.Inject(Discovery(135, "::", "ff02::1:ff00:2", "fd00::2", null) with { DestinationMac = MacAddress.Parse("33:33:ff:00:00:02") });

        FrameLayers layers = host.ExpectOne().Layers;
        Assert.Equal(Host.Address("ff02::1"), layers.Destination);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stranger_that_asks_by_unicast_without_its_ethernet_address_is_asked_for_it_and_then_answered(bool linkLocal)
    {
        // RFC 4861 7.2.4.
        Host host = Host.On(DeviceMedium.Ethernet, options: new InterfaceOptions { Addresses = [IpPrefix.Parse("fe80::2/64")] });
        var (peer, own) = linkLocal ? ("fe80::1", "fe80::2") : ("fd00::1", "fd00::2");
        host.Inject(Discovery(135, peer, own, own, null));

        FrameLayers question = host.ExpectOne().Layers;
        Assert.Equal((135, Host.Address(own), Host.Address("ff02::1:ff00:1")), (question.IcmpType, question.Source, question.Destination));
        host.Inject(Discovery(136, peer, own, peer, Host.PeerMac, 0x6000_0000) with { SourceMac = Host.PeerMac });
        var (frame, answer) = host.ExpectOne();
        Assert.Equal((136, 255, Host.Address(own), Host.Address(peer)), (answer.IcmpType, answer.TimeToLive, answer.Source, answer.Destination));
        Assert.Equal(Host.PeerMac, MacAddress.Read(frame));
        Assert.Equal(0x60, frame[answer.TransportOffset + 4]);
    }

    [Fact]
    public void A_stranger_that_asks_by_multicast_without_its_ethernet_address_is_left_alone()
    {
        // RFC 4861 4.3: it must say where it is. net/ipv6/ndisc.c ndisc_recv_ns makes no entry either.
        var (host, socket) = NewHost();
        PacketBuilder question = Discovery(135, "fd00::1", "ff02::1:ff00:2", "fd00::2", null) with { DestinationMac = MacAddress.Parse("33:33:ff:00:00:02") };
        host.Inject(question);
        host.ExpectNothing();
        Assert.Null(State(host, ipv6: true));

        // Who is known is answered.
        Send(host, socket, ipv6: true);
        host.Inject(Answer(ipv6: true));
        host.Sent();
        host.Inject(question);
        Assert.Equal(136, host.ExpectOne().Layers.IcmpType);
    }

    [Fact]
    public void Room_in_a_full_table_is_made_without_memory()
    {
        var (host, _) = NewHost();
        NeighborTable table = host.Stack.Interfaces[0].Neighbors;
        UInt128 next = Host.Address("fd00::1:0:0");
        for (int i = 0; i < 2 * NeighborTable.MaxEntries; i++)
            table.Get(next++, host.Now);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            table.Get(next++, host.Now);
        long evicting = GC.GetAllocatedBytesForCurrentThread() - before;

        for (uint i = 0; i < 100; i++)
            Assert.True(table.Delete(next - 1 - i));
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            table.Get(next++, host.Now);
        Assert.Equal(GC.GetAllocatedBytesForCurrentThread() - before, evicting);
        Assert.Equal(NeighborTable.MaxEntries, table.Count);
    }

    [Fact]
    public void The_one_that_was_used_longest_ago_makes_room()
    {
        var (host, socket) = NewHost();
        host.Stack.Routes.Add(new Route { Destination = IpPrefix.Parse("10.0.0.0/16"), Interface = 0 });
        for (uint i = 0; i < NeighborTable.MaxEntries; i++)
            host.Inject(PacketBuilder.Arp($"10.0.{(i / 250) + 1}.{i % 250}", "10.0.0.2", new MacAddress(0x0200_0001_0000UL + i)));
        host.Sent();
        host.Advance(1);
        Assert.Equal(IpSendResult.Sent, socket.SendTo("x"u8, Host.Address("10.0.1.0"), 5, host.Now));
        host.Inject(PacketBuilder.Arp("10.0.9.1", "10.0.0.2"));

        Assert.NotNull(host.Stack.Interfaces[0].FindNeighbor(Host.Address("10.0.1.0")));
        Assert.Null(host.Stack.Interfaces[0].FindNeighbor(Host.Address("10.0.1.1")));
        Assert.NotNull(host.Stack.Interfaces[0].FindNeighbor(Host.Address("10.0.1.2")));
    }

    [Fact]
    public void Neighbors_given_up_together_may_make_entries_of_those_who_are_told()
    {
        // Each of them is told to several senders, whose own entries drive out those that are just about to be given up.
        var host = new Host();
        var forwarding = new InterfaceOptions { Forwarding = true };
        host.Add(DeviceMedium.Ip, 1500, forwarding, "10.1.0.2/16");
        host.Add(DeviceMedium.Ethernet, 1500, forwarding, "10.0.0.2/16");
        NeighborTable table = host.Stack.Interfaces[1].Neighbors;
        host.Inject(PacketBuilder.Arp("10.0.250.1", "10.0.0.2"), 1);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < NeighborTable.MaxEntries; i++)
            {
                for (int sender = 0; sender < 3; sender++)
                    host.Inject(PacketBuilder.Udp($"10.0.{100 + (i / 250)}.{(3 * (i % 80)) + sender}:5", $"10.0.{1 + (i / 250)}.{i % 250}:6", "x"));
                host.Sent(1);
            }

            Assert.Equal(NeighborTable.MaxEntries, table.Count);
            host.Advance(3);
            host.Sent(1);
            Assert.InRange(table.Count, 0, NeighborTable.MaxEntries);
        }

        // Who was known all the time is still in its turn.
        Assert.NotNull(host.Stack.Interfaces[1].FindNeighbor(Host.Address("10.0.250.1")));
        for (int i = 0; i < NeighborTable.MaxEntries; i++)
        {
            host.Inject(PacketBuilder.Arp($"10.0.{200 + (i / 250)}.{i % 250}", "10.0.0.2"), 1);
            host.Sent(1);
        }

        Assert.Null(host.Stack.Interfaces[1].FindNeighbor(Host.Address("10.0.250.1")));
        Assert.Equal(NeighborTable.MaxEntries, table.Count);
    }

    [Theory]
    [InlineData("192.0.2.7", "10.0.0.1")]
    [InlineData("2001:db8::7", "fd00::1")]
    public void A_transparent_connection_hears_that_its_peer_is_not_there_and_nobody_else_does(string local, string remote)
    {
        Host host = Host.On(DeviceMedium.Ethernet, options: new InterfaceOptions { Transparent = true });
        TcpConnection? connection = host.Stack.Tcp.Connect(
            new TcpConnectOptions { LocalAddress = Host.Address(local), RemoteAddress = Host.Address(remote), RemotePort = 80 }, null!, host.Now);
        Assert.NotNull(connection);
        host.Stack.Transmit(host.Now);
        host.Advance(2.9);
        host.Sent();
        Assert.Equal(TcpState.SynSent, connection.State);
        host.Advance(0.1);

        Assert.Equal((TcpState.Closed, TcpError.Unreachable), (connection.State, connection.Error));
        Assert.Equal(0, host.Stack.Icmp.ErrorsSent);
        host.ExpectNothing();
    }
}
