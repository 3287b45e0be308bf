using System.Buffers.Binary;
using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tests.Ip;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Neighbors;

/// <summary>RFC 3810: what switches and routers are told of the groups that neighbor discovery needs.</summary>
public class ListenerReportTests
{
    private static readonly UInt128 Group = Host.Address("ff02::1:ff00:2");

    private static Host NewHost(params string[] addresses)
    {
        var host = new Host { ListenerReports = true };
        host.Add(DeviceMedium.Ethernet, 1500, new InterfaceOptions(), addresses.Length == 0 ? ["10.0.0.2/24", "fd00::2/64"] : addresses);
        return host;
    }

    /// <summary>A host whose first reports are over.</summary>
    private static Host Quiet(params string[] addresses)
    {
        Host host = NewHost(addresses);
        host.Advance(2);
        host.Sent();
        return host;
    }

    private static byte[] Query(UInt128 group = default, int maxResponse = 1000, byte hopLimit = 1, int length = 28, string from = "fe80::1")
    {
        byte[] message = new byte[length - 8];
        BinaryPrimitives.WriteUInt128BigEndian(message, group);
        return (PacketBuilder.Icmp(from, group == 0 ? "ff02::1" : "ff02::1:ff00:2", 130, 0, (uint)maxResponse << 16) with { Payload = message, TimeToLive = hopLimit }).Build();
    }

    /// <summary>The kind and group of each record of a report; what surrounds it is checked.</summary>
    private static List<(byte Kind, UInt128 Group)> Records(byte[] frame)
    {
        FrameLayers layers = Host.Read(frame);
        EthernetFrame.Parse(frame, out EthernetFrame ethernet);
        Assert.Equal(MacAddress.Parse("33:33:00:00:00:16"), ethernet.Destination);
        Assert.Equal(Host.Address("ff02::16"), layers.Destination);
        Assert.Equal(1, layers.TimeToLive);
        Assert.Equal([58, 0, 5, 2, 0, 0, 1, 0], frame[54..62]);
        Assert.Equal(143, layers.IcmpType);
        ReadOnlySpan<byte> records = frame.AsSpan(layers.TransportOffset + 8);
        Assert.Equal(records.Length, 20 * BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(layers.TransportOffset + 6)));
        List<(byte Kind, UInt128 Group)> found = [];
        for (; !records.IsEmpty; records = records[20..])
            found.Add((records[0], BinaryPrimitives.ReadUInt128BigEndian(records[4..])));
        return found;
    }

    [Fact]
    public void An_address_has_its_group_reported_at_once_and_again_within_a_second()
    {
        Host host = NewHost();
        Assert.Equal([(4, Group)], Records(Assert.Single(host.Sent())));
        host.Advance(1);
        Assert.Equal([(4, Group)], Records(Assert.Single(host.Sent())));
        host.Advance(100);
        host.ExpectNothing();
    }

    [Fact]
    public void Addresses_with_the_same_last_bits_share_a_group()
    {
        Host host = Quiet("fd00::2/64", "fd01::2/64", "fe80::2/64");
        host.Inject(Query());
        host.Advance(1);
        byte[] frame = Assert.Single(host.Sent());
        Assert.Equal([(2, Group)], Records(frame));
        Assert.Equal(Host.Address("fe80::2"), Host.Read(frame).Source);
    }

    [Fact]
    public void Without_a_link_local_address_a_report_has_no_source() => Assert.Equal((UInt128)0, Host.Read(Assert.Single(NewHost().Sent())).Source);

    [Theory, InlineData(false), InlineData(true)]
    public void A_query_is_answered_within_its_time(bool forTheGroup)
    {
        Host host = Quiet();
        host.Inject(Query(forTheGroup ? Group : 0, maxResponse: 5000));
        host.ExpectNothing();
        host.Advance(5);
        Assert.Equal([(2, Group)], Records(Assert.Single(host.Sent())));
    }

    [Fact]
    public void Long_times_are_said_as_mantissa_and_exponent()
    {
        Host host = Quiet();
        // RFC 3810 5.1.3: (0 | 0x1000) << (0 + 3) ms.
        host.Inject(Query(maxResponse: 0x8000));
        Assert.InRange(host.Stack.NextDeadline!.Value - host.Now, TimeSpan.Zero, TimeSpan.FromMilliseconds(32_768));
        host.Advance(32.8);
        Assert.Equal([(2, Group)], Records(Assert.Single(host.Sent())));
    }

    [Fact]
    public void Many_questions_have_one_answer()
    {
        Host host = Quiet();
        for (int i = 0; i < 50; i++)
            host.Inject(Query());
        host.Advance(10);
        Assert.Single(host.Sent());
    }

    [Fact]
    public void A_question_for_a_group_of_others_is_not_answered()
    {
        Host host = Quiet("fd00::2/64", "fd00::3/64");
        byte[] other = new byte[20];
        BinaryPrimitives.WriteUInt128BigEndian(other, Host.Address("ff02::1:ff00:9"));
        host.Inject((PacketBuilder.Icmp("fe80::1", "ff02::1", 130, 0, 0) with { Payload = other, TimeToLive = 1 }).Build());
        host.Advance(100);
        host.ExpectNothing();
    }

    [Fact]
    public void A_querier_of_the_first_version_gets_reports_of_the_first_version_until_it_is_gone()
    {
        Host host = Quiet();
        host.Inject(Query(length: 24));
        host.Advance(1);
        byte[] frame = Assert.Single(host.Sent());
        FrameLayers layers = Host.Read(frame);
        Assert.Equal((131, Group), ((int)layers.IcmpType, layers.Destination));
        Assert.Equal(Group, BinaryPrimitives.ReadUInt128BigEndian(frame.AsSpan(layers.TransportOffset + 8)));

        host.Advance(261);
        host.Inject(Query());
        host.Advance(1);
        Assert.Equal([(2, Group)], Records(Assert.Single(host.Sent())));
    }

    [Theory]
    [InlineData(2, 28, "fe80::1")]
    [InlineData(1, 26, "fe80::1")]
    [InlineData(1, 20, "fe80::1")]
    [InlineData(1, 28, "fd00::1")]
    public void A_query_that_may_have_come_from_afar_or_is_of_no_version_is_not_answered(byte hopLimit, int length, string from)
    {
        Host host = Quiet();
        host.Inject(length < 24
            ? (PacketBuilder.Icmp(from, "ff02::1", 130, 0, 0) with { Payload = new byte[length - 8], TimeToLive = hopLimit }).Build()
            : Query(hopLimit: hopLimit, length: length, from: from));
        host.ExpectDrop(IpDropReason.NeighborMessageInvalid);
        host.Advance(100);
        host.ExpectNothing();
    }

    [Fact]
    public void The_group_is_told_before_it_is_asked_whether_another_has_the_address()
    {
        var host = new Host { ListenerReports = true };
        host.Add(DeviceMedium.Ethernet, 1500, new InterfaceOptions { DetectDuplicates = true }, "fd00::2/64");
        Assert.Equal([143, 135], host.Sent().Select(frame => (int)Host.Read(frame).IcmpType));
    }

    [Fact]
    public void Without_Ethernet_nobody_is_told()
    {
        var host = new Host { ListenerReports = true };
        host.Add(DeviceMedium.Ip, 1500, new InterfaceOptions(), "fd00::2/64");
        host.Advance(10);
        host.ExpectNothing();
    }
}
