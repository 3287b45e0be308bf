using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Netlink.Tests.Route;

public class RoutesTests
{
    [Fact]
    public void A_default_route_with_an_onlink_gateway_has_no_destination()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Routes.Add(new IpRoute { Family = AddressFamily.InterNetwork, Gateway = IPAddress.Parse("10.244.1.2"), LinkIndex = 5, Table = 101, Flags = 0x4 | 0x10 });

        Hex.Equal("""
            2c000000 1800 0506 01000000 00000000 # RTM_NEWROUTE, REQUEST|ACK|EXCL|CREATE
            02 00 00 00 65 03 00 01 04000000     # rtmsg: table 101, proto boot, scope universe, unicast, ONLINK (not LINKDOWN)
            0800 0400 05000000                   # RTA_OIF
            0800 0500 0af40102                   # RTA_GATEWAY
            """, kernel.Requests[0]);
    }

    [Fact]
    public void Legs_of_a_multipath_route_are_structures_with_attributes()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Routes.Add(new IpRoute
        {
            Family = AddressFamily.InterNetwork,
            Destination = IPAddress.Parse("2.0.0.0"),
            DestinationLength = 8,
            NextHops = [new NextHop(IPAddress.Parse("10.0.0.3"), 5, Weight: 3, Flags: 0), new NextHop(IPAddress.Parse("10.0.0.4"), 6, Weight: 1, Flags: 0x15)],
        });

        Hex.Equal("""
            48000000 1800 0506 01000000 00000000
            02 08 00 00 fe 03 00 01 00000000
            0800 0100 02000000                   # RTA_DST
            2400 0900                            # RTA_MULTIPATH
              1000 00 02 05000000 0800 0500 0a000003 # weight 3 is hops 2
              1000 04 00 06000000 0800 0500 0a000004 # of the flags only ONLINK
            """, kernel.Requests[0]);
    }

    [Fact]
    public void A_gateway_of_the_other_family_goes_as_via()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Routes.Add(new IpRoute { Family = AddressFamily.InterNetwork, Destination = IPAddress.Parse("3.0.0.0"), DestinationLength = 8, Gateway = IPAddress.Parse("fd00::9"), LinkIndex = 5, Table = 1000 });

        Hex.Equal("""
            4c000000 1800 0506 01000000 00000000
            02 08 00 00 00 03 00 01 00000000            # table 0: it stands in RTA_TABLE
            0800 0f00 e8030000                          # RTA_TABLE 1000
            0800 0100 03000000
            0800 0400 05000000
            1600 1200 0a00 fd000000000000000000000000000009 0000 # RTA_VIA
            """, kernel.Requests[0]);
    }

    [Fact]
    public void What_is_not_modelled_is_written_back_as_it_came()
    {
        byte[] encapsulation = RecordedKernel.Attribute(22, RecordedKernel.Attribute(1, 1, 2, 3, 4));
        byte[] payload =
        [
            2, 8, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0,
            .. RecordedKernel.Attribute(1, 9, 0, 0, 0), .. RecordedKernel.Attribute(4, 5, 0, 0, 0), .. RecordedKernel.Attribute(21, 1, 0), .. encapsulation,
            .. RecordedKernel.Attribute(8, [.. RecordedKernel.Attribute(2, 0xb0, 4, 0, 0), .. RecordedKernel.Text(16, "reno")]),
        ];
        using var kernel = new RecordedKernel(request => request[4] == (byte)NetlinkMessageType.RTM_GETROUTE
            ? [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWROUTE, 2, payload), RecordedKernel.Done(request)]
            : [RecordedKernel.Error(request, 0)]);
        using var socket = new RouteSocket(kernel);

        socket.Routes.Add(socket.Routes.List(AddressFamily.InterNetwork).Single());

        Hex.Equal("""
            58000000 1800 0506 02000000 00000000
            02 08 00 00 fe 03 00 01 00000000
            0800 0100 09000000
            1800 0800 0800 0200 b0040000 0900 1000 72656e6f00 000000 # RTA_METRICS: mtu 1200, congctl reno
            0800 0400 05000000
            0600 1500 0100 0000                                      # RTA_ENCAP_TYPE
            0c00 1600 0800 0100 01020304                             # RTA_ENCAP
            """, kernel.Requests[1]);
    }

    [Fact]
    public void Cached_routes_are_left_out()
    {
        byte[] payload = [2, 0, 0, 0, 254, 3, 0, 1, 0, 2, 0, 0];
        using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWROUTE, 2, payload), RecordedKernel.Done(request)]);
        using var socket = new RouteSocket(kernel);

        Assert.Empty(socket.Routes.List());
    }

    [Fact]
    public void A_table_that_does_not_exist_has_no_routes()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Done(request, (int)Errno.ENOENT, attributes: RecordedKernel.Text(1, "ipv4: FIB table does not exist"))]);
        using var socket = new RouteSocket(kernel);

        Assert.Empty(socket.Routes.List(AddressFamily.InterNetwork, 4711));
        Assert.Throws<NetlinkException>(() => socket.Routes.List());
    }
}
