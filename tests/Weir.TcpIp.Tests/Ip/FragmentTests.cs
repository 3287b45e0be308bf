using System.Text;
using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Udp;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Ip;

public class FragmentTests
{
    private static readonly string Text = string.Concat(Enumerable.Range(0, 700).Select(i => $"{i:000} "));

    public static TheoryData<string, string> Families => new() { { "10.0.0.1:5", "10.0.0.2:6" }, { "[fd00::1]:5", "[fd00::2]:6" } };

    private static (Host Host, UdpSocket Socket) NewHost()
    {
        Host host = Host.On(DeviceMedium.Ip);
        return (host, host.Stack.Udp.Open(new UdpSocketOptions { LocalPort = 6 }));
    }

    private static PacketBuilder Packet(string from, string to, uint id = 77) => PacketBuilder.Udp(from, to, Text) with { FragmentId = id };

    private static string? Received(UdpSocket socket) => socket.TryReceive(out ReadOnlySpan<byte> datagram, out _) ? Encoding.UTF8.GetString(datagram) : null;

    [Theory, MemberData(nameof(Families))]
    public void Fragments_in_any_order_make_the_packet(string from, string to)
    {
        var random = new SeededGenerator(3);
        for (int round = 0; round < 100; round++)
        {
            var (host, socket) = NewHost();
            var fragments = Packet(from, to).BuildFragments(random.Next(1, 60) * 8).ToList();
            bool tooMany = fragments.Count > 60;
            while (fragments.Count > 0)
            {
                Assert.Null(Received(socket));
                int next = tooMany ? 0 : random.Next(0, fragments.Count);
                host.Inject(fragments[next]);
                fragments.RemoveAt(next);
            }

            Assert.Equal(Text, Received(socket));
            Assert.Equal(0, host.Stack.Fragments.Count);
            Assert.Equal(0, host.Stack.Fragments.Bytes);
            host.ExpectNothing();
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(40, false)]
    public void A_whole_is_no_longer_than_a_packet_can_be_with_the_first_ones_options(int options, bool fits)
    {
        const int Half = 1 << 15, End = ushort.MaxValue - Ipv4Header.Size;
        var (host, socket) = NewHost();
        byte[] payload = new byte[End - UdpHeader.Size];
        PacketBuilder packet = PacketBuilder.Udp("10.0.0.1:5", "10.0.0.2:6", payload) with { FragmentId = 77 };
        byte[] first = packet.BuildFragments(Half)[0];
        if (options > 0)
        {
            byte[] bytes = first[34..];
            first = [.. (packet with { Payload = [], Ipv4Options = [.. Enumerable.Repeat((byte)1, options)], MoreFragments = true, WrongIpLength = (ushort)(Ipv4Header.Size + options + Half) }).Build()[..(34 + options)], .. bytes];
        }

        host.Inject(first);
        host.Inject(packet.BuildFragments(Half)[1]);

        Assert.Equal(fits ? 1 : 0, socket.Waiting);
        host.ExpectDrop(IpDropReason.FragmentMalformed, fits ? 0 : 1);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_repeated_fragment_says_nothing_new(string from, string to)
    {
        var (host, socket) = NewHost();
        var fragments = Packet(from, to).BuildFragments(800);
        host.Inject(fragments[0]);
        host.Inject(fragments[0]);
        host.Inject(fragments[2]);
        host.Inject(fragments[2]);
        foreach (byte[] fragment in fragments.Skip(1))
            host.Inject(fragment);

        Assert.Equal(Text, Received(socket));
    }

    [Theory, MemberData(nameof(Families))]
    public void An_overlap_spoils_the_packet_and_all_that_still_comes_of_it(string from, string to)
    {
        var (host, socket) = NewHost();
        var fragments = Packet(from, to).BuildFragments(800);
        host.Inject(fragments[0]);
        host.Inject(Packet(from, to) with { FragmentOffset = 792, MoreFragments = true, Payload = new byte[16] });
        foreach (byte[] fragment in fragments.Skip(1))
            host.Inject(fragment);

        Assert.Null(Received(socket));
        Assert.True(host.Stack.Dropped(IpDropReason.FragmentOverlap) >= 1);

        // Another packet of the same end is not touched.
        foreach (byte[] fragment in Packet(from, to, id: 78).BuildFragments(800))
            host.Inject(fragment);
        Assert.Equal(Text, Received(socket));
        host.Advance(61);
        host.ExpectNothing();
        Assert.Equal(0, host.Stack.Fragments.Count);
    }

    [Theory, MemberData(nameof(Families))]
    public void Different_bytes_at_the_same_place_are_an_overlap_too(string from, string to)
    {
        var (host, socket) = NewHost();
        var fragments = Packet(from, to).BuildFragments(800);
        byte[] other = [.. fragments[1]];
        other[^1]++;
        host.Inject(fragments[1]);
        host.Inject(other);
        host.Inject(fragments[0]);
        foreach (byte[] fragment in fragments.Skip(2))
            host.Inject(fragment);

        Assert.Null(Received(socket));
    }

    [Theory]
    [InlineData("10.0.0.1:5", "10.0.0.2:6", 30, 11)]
    [InlineData("[fd00::1]:5", "[fd00::2]:6", 60, 3)]
    public void What_does_not_become_whole_in_time_is_given_up_and_told(string from, string to, int seconds, byte icmpType)
    {
        var (host, _) = NewHost();
        var fragments = Packet(from, to).BuildFragments(800);
        host.Inject(fragments[0]);
        host.Inject(fragments[2]);
        host.Advance(seconds - 0.1);
        host.ExpectNothing();
        host.Advance(0.2);

        FrameLayers layers = host.ExpectOne().Layers;
        Assert.Equal(icmpType, layers.IcmpType);
        Assert.Equal(1, layers.IcmpCode);
        host.ExpectDrop(IpDropReason.FragmentsIncomplete);
    }

    [Theory, MemberData(nameof(Families))]
    public void Without_the_first_fragment_nothing_is_told(string from, string to)
    {
        var (host, _) = NewHost();
        host.Inject(Packet(from, to).BuildFragments(800)[1]);
        host.Advance(61);

        host.ExpectNothing();
        host.ExpectDrop(IpDropReason.FragmentsIncomplete);
    }

    [Theory, MemberData(nameof(Families))]
    public void Whatever_comes_memory_is_bounded(string from, string to)
    {
        var (host, socket) = NewHost();
        var random = new SeededGenerator(9);
        for (uint i = 0; i < 3000; i++)
        {
            int offset = random.Next(0, 8000) * 8;
            host.Inject(Packet(from, to, id: random.Pick(i, i % 50)) with { FragmentOffset = Math.Max(8, offset), MoreFragments = random.Chance(80), Payload = random.Bytes(random.Next(1, 100) * 8) });
            Assert.InRange(host.Stack.Fragments.Count, 0, FragmentTable.MaxPackets);
            Assert.InRange(host.Stack.Fragments.Bytes, 0, FragmentTable.MaxBytes);
        }

        // The attack does not keep others out.
        foreach (byte[] fragment in Packet(from, to, id: 999_999 % 65_536).BuildFragments(800))
            host.Inject(fragment);
        Assert.Equal(Text, Received(socket));
        host.Advance(61);
        Assert.Equal(0, host.Stack.Fragments.Bytes);
    }

    [Theory, MemberData(nameof(Families))]
    public void Many_small_holes_spoil_a_packet(string from, string to)
    {
        var (host, _) = NewHost();
        for (int i = 1; i < 100; i++)
            host.Inject(Packet(from, to) with { FragmentOffset = i * 16, MoreFragments = true, Payload = new byte[8] });

        Assert.InRange(host.Stack.Fragments.Bytes, 0, 1000);
        Assert.True(host.Stack.Dropped(IpDropReason.FragmentMalformed) > 0);
    }

    [Theory]
    [InlineData(1, 1, 1, 1)] // ECT(1) in all.
    [InlineData(2, 3, 3, 2)] // One mark marks the whole.
    [InlineData(0, 0, 0, 0)]
    public void Congestion_marks_of_fragments_become_one(byte first, byte second, byte whole, byte third)
    {
        var (host, socket) = NewHost();
        byte[] marks = [first, second, third];
        for (int i = 0; i < 3; i++)
        {
            var part = Packet("10.0.0.1:5", "10.0.0.2:6") with { TrafficClass = marks[i] };
            host.Inject(part.BuildFragments(1000)[i]);
        }

        Assert.True(socket.TryReceive(out _, out UdpArrival arrival));
        Assert.Equal(whole, arrival.Ecn);
    }

    [Fact]
    public void A_mark_on_a_packet_that_can_carry_none_drops_it()
    {
        var (host, socket) = NewHost();
        byte[] marks = [0, 3, 0];
        for (int i = 0; i < 3; i++)
            host.Inject((Packet("10.0.0.1:5", "10.0.0.2:6") with { TrafficClass = marks[i] }).BuildFragments(1000)[i]);

        Assert.Null(Received(socket));
        Assert.Equal(0, host.Stack.Fragments.Count);
    }

    [Fact]
    public void Ipv6_tells_of_a_first_piece_whose_length_is_no_multiple_of_8()
    {
        var (host, _) = NewHost();
        host.Inject(PacketBuilder.Udp("[fd00::1]:5", "[fd00::2]:6", new byte[9]) with { MoreFragments = true });

        var (frame, layers) = host.ExpectOne();
        Assert.Equal((byte)Icmpv6Type.ICMPV6_PARAMPROB, layers.IcmpType);
        Assert.Equal(4, frame[layers.TransportOffset + 7]); // RFC 8200 4.5: the payload length field.
        host.ExpectDrop(IpDropReason.FragmentMalformed);
    }

    [Fact]
    public void An_atomic_fragment_is_a_packet_of_its_own()
    {
        var (host, socket) = NewHost();
        host.Inject(Packet("[fd00::1]:5", "[fd00::2]:6").BuildFragments(800)[1]);
        host.Inject(Packet("[fd00::1]:5", "[fd00::2]:6") with { Extensions = [(44, [0, 0, 0, 0, 0, 0, 0, 77])] });

        Assert.Equal(Text, Received(socket));
        Assert.Equal(1, host.Stack.Fragments.Count);
    }
}
