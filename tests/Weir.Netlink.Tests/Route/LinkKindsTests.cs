using System.Net;
using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;
using Weir.Netlink.Route.Kinds;

namespace Weir.Netlink.Tests.Route;

public class LinkKindsTests
{
    [Fact]
    public void A_geneve_tunnel_is_asked_for_as_ip_asks_for_it()
    {
        Hex.Equal("""
            6c000000 1000 0506 01000000 00000000
            00 00 0000 00000000 00000000 00000000
            0d00 0300 697374696f6f757400 000000      # IFLA_IFNAME "istioout"
            3c00 1200                                # IFLA_LINKINFO
              0b00 0100 67656e65766500 00            #   IFLA_INFO_KIND "geneve"
              2c00 0200                              #   IFLA_INFO_DATA
                0800 0100 e8030000                   #     ID 1000
                0800 0200 0af40102                   #     REMOTE
                0800 0b00 00000000                   #     LABEL
                0500 0300 00 000000                  #     TTL
                0500 0400 00 000000                  #     TOS
            """,
            Request("istioout", new GeneveKind { Id = 1000, Remote = IPAddress.Parse("10.244.1.2") }));
    }

    [Fact]
    public void A_vxlan_tunnel_is_asked_for_as_tc_asks_for_it()
    {
        Hex.Equal("""
            6c000000 1000 0506 01000000 00000000
            00 00 0000 00000000 00000000 00000000
            0800 0300 76783000                       # IFLA_IFNAME "vx0"
            4400 1200
              0a00 0100 76786c616e00 0000            #   "vxlan"
              3400 0200
                0800 0300 07000000                   #     LINK
                0800 0100 2a000000                   #     ID 42
                0800 0400 0a000001                   #     LOCAL
                0800 0200 0a000002                   #     GROUP
                0500 0700 00 000000                  #     LEARNING off
                0600 0f00 12b5 0000                  #     PORT 4789, big endian
            """,
            Request("vx0", new VxlanKind { Id = 42, LinkIndex = 7, Local = IPAddress.Parse("10.0.0.1"), Remote = IPAddress.Parse("10.0.0.2"), Learning = false, Port = 4789 }));
    }

    [Theory]
    [InlineData("dummy")]
    [InlineData("ifb")]
    [InlineData("wireguard")]
    public void Plain_kinds_say_their_name_only(string kind)
    {
        var request = Request("x", new PlainKind(kind));

        Assert.Equal(RecordedKernel.Attribute(18, RecordedKernel.Text(1, kind)), request[40..]);
    }

    public static TheoryData<LinkKind> Kinds =>
    [
        new BridgeKind { ForwardDelay = 1500, HelloTime = 200, MaximumAge = 2000, AgeingTime = 30000, SpanningTree = 1, Priority = 4096, VlanFiltering = true, VlanProtocol = 0x8100, GroupForwardMask = 8, MulticastSnooping = false, DefaultVlan = 1 },
        new GeneveKind { Id = 1, Remote = IPAddress.Parse("fd00::1"), Label = 5, Ttl = 64, Tos = 8, Port = 6081, UdpChecksum = false, ZeroChecksum6Transmit = true, ZeroChecksum6Receive = true, TtlInherit = true, DontFragment = 1 },
        new GeneveKind { External = true, Port = 6081 },
        new VxlanKind { Id = 9, Remote = IPAddress.Parse("fd00::1"), Local = IPAddress.Parse("fd00::2"), LinkIndex = 3, Ttl = 3, Tos = 4, Learning = true, Ageing = 300, Limit = 9, FirstSourcePort = 1, LastSourcePort = 2, Proxy = true, RouteShortCircuit = true, Layer2Miss = true, Layer3Miss = false, Port = 8472, UdpChecksum = true, ZeroChecksum6Transmit = false, ZeroChecksum6Receive = true, GroupPolicy = true, External = true, DontFragment = 2 },
        new MacvlanKind(MacvlanMode.Bridge) { Flags = 1 },
        new MacvlanKind(MacvlanMode.Private) { Tap = true },
        new IpvlanKind(IpvlanMode.L3S) { Flags = 2 },
        new VlanKind(100) { Protocol = 0x88a8, Flags = 1 },
        new PlainKind("dummy"),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_was_written_reads_the_same(LinkKind kind)
    {
        var writer = new NetlinkWriter(new byte[4096]);
        kind.Write(ref writer);

        Assert.Equal(kind, LinkKind.Read(kind.Name, writer.Written[16..]));
    }

    [Fact]
    public void A_kind_without_a_type_keeps_its_bytes()
    {
        byte[] data = [.. RecordedKernel.Attribute(1, 2, 3, 4, 5), .. RecordedKernel.Attribute(0x8002, 1)];

        var kind = Assert.IsType<RawKind>(LinkKind.Read("future", data));
        var writer = new NetlinkWriter(new byte[4096]);
        kind.Write(ref writer);

        Assert.Equal(data, writer.Written[16..].ToArray());
    }

    [Fact]
    public void A_kernel_without_the_kind_is_told_in_words()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, (int)Errno.EOPNOTSUPP, RecordedKernel.Text(1, "Unknown device type"))]);
        using var socket = new RouteSocket(kernel);

        var exception = Assert.Throws<NetlinkException>(() => socket.Links.Add(new NewLink { Name = "istioout", Kind = new GeneveKind { Id = 1000 } }));

        Assert.EndsWith("this kernel lacks the link kind geneve (CONFIG_GENEVE, or its module is not installed)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_xdp_program_is_attached_by_its_descriptor()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Links.AttachXdp(5, 9, XdpFlags.XDP_FLAGS_SKB_MODE);
        socket.Links.DetachXdp(5);

        Hex.Equal("""
            34000000 1300 0500 01000000 00000000
            00 00 0000 05000000 00000000 00000000
            1400 2b80 0800 0100 09000000 0800 0300 02000000
            """, kernel.Requests[0]);
        Hex.Equal("""
            2c000000 1300 0500 02000000 00000000
            00 00 0000 05000000 00000000 00000000
            0c00 2b80 0800 0100 ffffffff
            """, kernel.Requests[1]);
    }

    [Fact]
    public void A_link_moves_to_the_namespace_of_a_process()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Links.Change(5, new LinkChange { NamespaceOfProcess = 4711 });

        Hex.Equal("""
            28000000 1000 0500 01000000 00000000
            00 00 0000 05000000 00000000 00000000
            0800 1300 67120000                       # IFLA_NET_NS_PID
            """, kernel.Requests[0]);
    }

    private static byte[] Request(string name, LinkKind kind)
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);
        socket.Links.Add(new NewLink { Name = name, Kind = kind });
        return kernel.Requests[0].ToArray();
    }
}
