using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Netlink.Tests.Route;

public class LinksTests
{
    [Fact]
    public void A_veth_pair_is_asked_for_with_both_names_and_indexes()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Links.AddVeth(new VethEnd { Name = "v0", Index = 20 }, new VethEnd { Name = "v1", Index = 21 });

        Hex.Equal("""
            58000000 1000 0506 01000000 00000000  # RTM_NEWLINK, REQUEST|ACK|EXCL|CREATE
            00 00 0000 14000000 00000000 00000000 # ifinfomsg: index 20
            0700 0300 763000 00                   # IFLA_IFNAME "v0"
            3000 1200                             # IFLA_LINKINFO
              0900 0100 7665746800 000000         #   IFLA_INFO_KIND "veth"
              2000 0200                           #   IFLA_INFO_DATA
                1c00 0100                         #     VETH_INFO_PEER
                  00 00 0000 15000000 00000000 00000000 # ifinfomsg: index 21
                  0700 0300 763100 00             #       IFLA_IFNAME "v1"
            """, kernel.Requests[0]);
    }

    [Fact]
    public void Moving_renaming_and_a_new_index_go_in_one_message()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);
        using var ns = NetworkNamespace.OpenCurrent();

        socket.Links.Change(100, new LinkChange { Name = "eth0", Namespace = ns, NewIndex = 777 });

        Hex.Equal($"""
            3c000000 1000 0500 01000000 00000000  # RTM_NEWLINK, REQUEST|ACK
            00 00 0000 64000000 00000000 00000000 # ifinfomsg: index 100
            0900 0300 6574683000 000000           # IFLA_IFNAME "eth0"
            0800 1c00 {ns.Descriptor:x2}000000    # IFLA_NET_NS_FD
            0800 3100 09030000                    # IFLA_NEW_IFINDEX 777
            """, kernel.Requests[0]);
    }

    [Fact]
    public void Going_up_with_another_address_generation_takes_two_messages()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Links.Change(100, new LinkChange { Up = true, Arp = false, Ipv6AddressGeneration = 1 });

        Assert.Equal(2, kernel.Requests.Count);
        Hex.Equal("""
            30000000 1000 0500 01000000 00000000
            00 00 0000 64000000 80000000 80000000 # IFF_NOARP
            1000 1a00                             # IFLA_AF_SPEC
              0c00 0a00                           #   AF_INET6
                0500 0800 01 000000               #     IFLA_INET6_ADDR_GEN_MODE none
            """, kernel.Requests[0]);
        Hex.Equal("""
            20000000 1000 0500 02000000 00000000
            00 00 0000 64000000 01000000 01000000 # IFF_UP
            """, kernel.Requests[1]);
    }

    [Fact]
    public void An_alias_goes_without_a_nul()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Links.Change(1, new LinkChange { Alias = "abc" });

        Hex.Equal("""
            28000000 1000 0500 01000000 00000000
            00 00 0000 01000000 00000000 00000000
            0700 1400 616263 00
            """, kernel.Requests[0]);
    }

    [Fact]
    public void A_link_is_read_with_what_it_is_and_what_it_hangs_on()
    {
        byte[] linkInfo = [.. RecordedKernel.Text(1, "veth"), .. RecordedKernel.Attribute(2)];
        byte[] payload =
        [
            0, 0, 1, 0, 100, 0, 0, 0, 0x43, 0x10, 1, 0, 0, 0, 0, 0,
            .. RecordedKernel.Text(3, "v0"), .. RecordedKernel.Attribute(1, 2, 0, 0, 0, 0, 1), .. RecordedKernel.Attribute(4, 0xdc, 5, 0, 0),
            .. RecordedKernel.Attribute(5, 200, 0, 0, 0), .. RecordedKernel.Attribute(37, 3, 0, 0, 0), .. RecordedKernel.Attribute(16, 6),
            .. RecordedKernel.Attribute(18, linkInfo), .. RecordedKernel.Attribute(0x8000 | 43, RecordedKernel.Attribute(4, 9, 0, 0, 0)),
            .. RecordedKernel.Attribute(52 | 0x8000, RecordedKernel.Text(53, "a-long-alternative-name")),
            .. RecordedKernel.Attribute(26, RecordedKernel.Attribute(10, RecordedKernel.Attribute(8, 1))),
        ];
        using var kernel = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWLINK, 2, payload), RecordedKernel.Done(request)]);
        using var socket = new RouteSocket(kernel);

        var link = Assert.Single(socket.Links.List());

        Assert.Equal(("v0", 100, "veth", 1500, 200, 3, "UP", 9u), (link.Name, link.Index, link.Kind, link.Mtu, link.PeerIndex, link.PeerNamespaceId!.Value, link.OperationalState, link.XdpProgramId));
        Assert.Equal(["a-long-alternative-name"], link.AlternativeNames);
        Assert.Equal((byte)1, link.Ipv6AddressGeneration);
        Assert.True(link.IsUp);
    }

    [Fact]
    public void A_link_that_is_not_there_is_null()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, (int)Errno.ENODEV)]);
        using var socket = new RouteSocket(kernel);

        Assert.Null(socket.Links.Get("nope"));
        Assert.Null(socket.Links.Get(77));
    }
}
