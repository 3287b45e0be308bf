using System.Net;
using System.Net.Sockets;
using Weir.Netlink.Conntrack;
using Weir.Netlink.Protocol;
using Weir.Testing;

namespace Weir.Netlink.Tests.Conntrack;

public class ConntrackSocketTests
{
    private static readonly ConntrackTuple Tcp = new() { Source = IPAddress.Parse("10.9.0.1"), Destination = IPAddress.Parse("10.9.0.2"), Protocol = 6, SourcePort = 5000, DestinationPort = 80 };

    private static readonly byte[] Entry = Hex.Parse("""
        02000000
        34000180 14000180 08000100 0a090001 08000200 0a090002 1c000280 05000100 06000000 06000200 13880000 06000300 00500000
        34000280 14000180 08000100 0a090002 08000200 0a090001 1c000280 05000100 06000000 06000200 00500000 06000300 13880000
        08000300 0000000e                                  # seen reply, assured, confirmed
        08000700 0006977f                                  # timeout
        1c000980 0c000100 0000000000000002 0c000200 0000000000000070
        10000480 0c000180 05000100 03000000                # established
        08000800 00000220                                  # mark
        08000b00 00000001 08000c00 cc54313a 06001200 00050000
        10001480 0c000100 17c5c6a6b5d4e000
        """);

    [Fact]
    public void A_mark_is_set_by_the_original_direction()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new ConntrackSocket(kernel);

        socket.SetMark(Tcp, 0x220, 0xff0, zone: 5);

        Hex.Equal("""
            60000000 0001 0500 01000000 00000000 02000000 # IPCTNL_MSG_CT_NEW, REQUEST|ACK: no CREATE
            34000180 14000180 08000100 0a090001 08000200 0a090002
                     1c000280 05000100 06000000 06000200 13880000 06000300 00500000
            06001200 00050000                             # zone
            08000800 00000220 08001500 00000ff0           # mark, mask
            """, kernel.Requests[0]);
    }

    [Fact]
    public void A_ping_of_IPv6_is_deleted_by_its_type_code_and_number()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new ConntrackSocket(kernel);

        socket.Delete(new ConntrackTuple { Source = IPAddress.Parse("fd09::1"), Destination = IPAddress.Parse("fd09::2"), Protocol = 58, IcmpType = 128, IcmpCode = 0, IcmpId = 7 }, id: 9);
        socket.Flush();

        Hex.Equal("""
            70000000 0201 0500 01000000 00000000 0a000000
            54000180 2c000180 14000300 fd090000000000000000000000000001 14000400 fd090000000000000000000000000002
                     24000280 05000100 3a000000 06000700 00070000 05000800 80000000 05000900 00000000
            08000c00 00000009
            """, kernel.Requests[0]);
        Hex.Equal("14000000 0201 0500 02000000 00000000 00000000", kernel.Requests[1]);
        // Without a version the kernel does not look at the family and flushes all.
        socket.Flush(AddressFamily.InterNetworkV6);
        Hex.Equal("14000000 0201 0500 03000000 00000000 0a010000", kernel.Requests[2]);
    }

    [Fact]
    public void An_entry_is_read_with_all_that_the_kernel_says_of_it()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, (NetlinkMessageType)0x100, 2, Entry), RecordedKernel.Done(request)]);
        using var socket = new ConntrackSocket(kernel);

        Assert.Equal(
            new ConntrackEntry
            {
                Family = AddressFamily.InterNetwork, Original = Tcp,
                Reply = new ConntrackTuple { Source = Tcp.Destination, Destination = Tcp.Source, Protocol = 6, SourcePort = 80, DestinationPort = 5000 },
                Status = ConntrackStatus.IPS_SEEN_REPLY | ConntrackStatus.IPS_ASSURED | ConntrackStatus.IPS_CONFIRMED, Timeout = 431999, TcpState = 3, Mark = 0x220,
                OriginalCounters = new ConntrackCounters(2, 112), Use = 1, Id = 0xcc54313a, Zone = 5, Start = 0x17c5c6a6b5d4e000,
            },
            Assert.Single(socket.List()));
        Hex.Equal("14000000 0101 0103 01000000 00000000 00000000", kernel.Requests[0]);
    }

    [Fact]
    public void A_list_that_changed_while_it_was_read_says_so()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, (NetlinkMessageType)0x100, 0x12, Entry), RecordedKernel.Done(request)]);
        using var socket = new ConntrackSocket(kernel);

        Assert.False(socket.ForEach(AddressFamily.InterNetwork, _ => { }));
        Assert.True(new ConntrackSocket(new RecordedKernel(request => [RecordedKernel.Done(request)])).ForEachAndZeroCounters(AddressFamily.InterNetwork, _ => { }));
    }

    [Fact]
    public void Events_are_told_apart_by_their_type_and_flags()
    {
        var request = new byte[16];
        byte[] datagram =
        [
            .. RecordedKernel.Message(request, (NetlinkMessageType)0x100, 0x600, Entry), .. RecordedKernel.Message(request, (NetlinkMessageType)0x100, 0, Entry),
            .. RecordedKernel.Message(request, (NetlinkMessageType)0x102, 0, Entry), 1, 2, 3,
        ];

        Assert.Equal([typeof(ConntrackCreated), typeof(ConntrackChanged), typeof(ConntrackDestroyed), typeof(ConntrackEventsLost)], ConntrackMonitor.Parse(datagram).Select(happened => happened.GetType()));
    }

    [Fact]
    public void A_hostile_kernel_is_read_or_refused()
    {
        var random = new SeededGenerator(32);
        for (var i = 0; i < 30_000; i++)
        {
            using var kernel = new RecordedKernel(request =>
                [RecordedKernel.Message(request, (NetlinkMessageType)0x100, 2, random.Mutate(Entry)[..random.Next(0, Entry.Length)]), RecordedKernel.Done(request, random.Pick<int>(0, 0, 2))]);
            using var socket = new ConntrackSocket(kernel);
            try
            {
                _ = random.Pick<object?>(socket.List(), socket.Get(Tcp));
            }
            catch (NetlinkException)
            {
                // What it may say.
            }

            ConntrackMonitor.Parse(random.Mutate(RecordedKernel.Message(new byte[16], (NetlinkMessageType)0x100, 0, Entry)));
        }
    }
}
