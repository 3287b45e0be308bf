using System.Net;
using System.Text.Json;
using Weir.Kernel.Tests.Netlink;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;
using Weir.Netlink.Route.Kinds;
using Weir.Testing;

namespace Weir.Kernel.Tests.Ip;

/// <summary>Each kind in both directions; what this kernel lacks is refused to both, and Weir says so in words.</summary>
public class LinkKindsTests
{
    public static TheoryData<LinkKind, string> Kinds => new()
    {
        { new BridgeKind { ForwardDelay = 400, HelloTime = 100, AgeingTime = 6000, SpanningTree = 0, Priority = 4096, MulticastSnooping = false }, "bridge forward_delay 400 hello_time 100 ageing_time 6000 stp_state 0 priority 4096 mcast_snooping 0" },
        { new VxlanKind { Id = 42, Local = IPAddress.Parse("10.0.0.1"), Remote = IPAddress.Parse("10.0.0.2"), Learning = false, Port = 4789, Ttl = 9, Tos = 8, Ageing = 100, Limit = 50, UdpChecksum = true }, "vxlan id 42 local 10.0.0.1 remote 10.0.0.2 dstport 4789 nolearning ttl 9 tos 8 ageing 100 maxaddr 50 udpcsum" },
        { new VxlanKind { Id = 43, Remote = IPAddress.Parse("fd00::2"), Port = 4790, ZeroChecksum6Transmit = true, FirstSourcePort = 100, LastSourcePort = 200 }, "vxlan id 43 remote fd00::2 dstport 4790 udp6zerocsumtx srcport 100 200" },
        { new GeneveKind { Id = 1000, Remote = IPAddress.Parse("10.244.1.2") }, "geneve id 1000 remote 10.244.1.2" },
        { new GeneveKind { External = true, Port = 6082 }, "geneve external dstport 6082" },
        { new MacvlanKind(MacvlanMode.Bridge), "macvlan mode bridge" },
        { new IpvlanKind(IpvlanMode.L3), "ipvlan mode l3" },
        { new VlanKind(100), "vlan id 100" },
        { new PlainKind("dummy"), "dummy" },
        { new PlainKind("ifb"), "ifb" },
        { new PlainKind("wireguard"), "wireguard" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_kind_is_made_and_read_as_by_ip_or_refused_as_to_ip(LinkKind kind, string words)
    {
        RootTier.Require("ip");
        using var ours = new RouteOracle();
        using var theirs = new RouteOracle();
        foreach (var host in new[] { ours, theirs })
            host.Ip("link add lower index 50 type veth peer name other");
        var parent = kind is MacvlanKind or IpvlanKind or VlanKind ? 50 : 0;

        try
        {
            ours.Socket.Links.Add(new NewLink { Name = "x0", Index = 60, Kind = kind, ParentIndex = parent, Address = [2, 0, 0, 0, 0, 9] });
        }
        catch (NetlinkException exception) when (exception.ExtendedAck == "Unknown device type")
        {
            Assert.Contains($"this kernel lacks the link kind {kind.Name} (CONFIG_", exception.Message, StringComparison.Ordinal);
            Assert.Contains("Unknown device type", Tool.Try("ip", ["-n", theirs.Name, "link", "add", "x0", "type", .. words.Split(' ')]).Error, StringComparison.Ordinal);
            return;
        }
        catch (NetlinkException) when (kind is IpvlanKind)
        {
            // An ipvlan takes its parent's address, so that none may be asked for.
            ours.Socket.Links.Add(new NewLink { Name = "x0", Index = 60, Kind = kind, ParentIndex = parent });
        }

        theirs.Ip($"link add {(parent != 0 ? "link lower " : "")}name x0 index 60 {(kind is IpvlanKind ? "" : "address 02:00:00:00:00:09 ")}type {words}");

        Assert.Equal(Data(theirs), Data(ours));
        var (made, read) = (ours.Socket.Links.Get("x0")!.ReadKind()!, theirs.Socket.Links.Get("x0")!.ReadKind()!);
        Assert.Equal(read, made);
        Assert.Equal(kind.GetType(), read.GetType());
    }

    [Fact]
    public void A_bridge_and_its_port_are_changed()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        host.Ip("link add br0 type bridge");
        host.Ip("link add v0 type veth peer name v1");
        host.Ip("link set v0 master br0");
        var (bridge, port) = (host.Socket.Links.Get("br0")!.Index, host.Socket.Links.Get("v0")!.Index);

        host.Socket.Links.Change(bridge, new LinkChange { Kind = new BridgeKind { AgeingTime = 12300 } });
        host.Socket.Links.Change(port, new LinkChange { BridgePort = new BridgePort { Hairpin = true, Isolated = true, Cost = 77, Learning = false } });

        Assert.Equal(12300, host.Run("ip", "-d -j link show dev br0").Json[0].GetProperty("linkinfo").GetProperty("info_data").GetProperty("ageing_time").GetInt32());
        var shown = host.Run("ip", "-d -j link show dev v0").Json[0].GetProperty("linkinfo").GetProperty("info_slave_data");
        Assert.Equal((true, true, 77, false), (shown.GetProperty("hairpin").GetBoolean(), shown.GetProperty("isolated").GetBoolean(), shown.GetProperty("cost").GetInt32(), shown.GetProperty("learning").GetBoolean()));
        var read = host.Socket.Links.Get("v0")!.ReadBridgePort()!;
        Assert.Equal((true, true, 77u, false), (read.Hairpin!.Value, read.Isolated!.Value, read.Cost!.Value, read.Learning!.Value));
    }

    [Fact]
    public void Tun_devices_are_made_and_deleted_as_by_ip_tuntap()
    {
        RootTier.Require("ip");
        using var ours = new RouteOracle();
        using var theirs = new RouteOracle();
        TunDevice.Create(ours.Namespace, new TunOptions { Name = "tun0", Owner = 1000, Group = 1001 });
        TunDevice.Create(ours.Namespace, new TunOptions { Name = "tap0", Mode = TunMode.Tap, MultiQueue = true, VnetHeader = true });
        theirs.Ip("tuntap add mode tun name tun0 user 1000 group 1001");
        theirs.Ip("tuntap add mode tap name tap0 multi_queue vnet_hdr");

        Assert.Equal(Lines(theirs.Run("ip", "tuntap show").Output), Lines(ours.Run("ip", "tuntap show").Output));
        foreach (var name in new[] { "tun0", "tap0" })
            Assert.Equal(theirs.Socket.Links.Get(name)!.ReadKind(), ours.Socket.Links.Get(name)!.ReadKind());
        var kind = Assert.IsType<TunKind>(theirs.Socket.Links.Get("tun0")!.ReadKind());
        Assert.Equal((1000u, 1001u, false, true), (kind.Owner!.Value, kind.Group!.Value, kind.Tap, kind.Persistent));

        using (var first = TunDevice.Open(ours.Namespace, new TunOptions { Name = "tap0", Mode = TunMode.Tap, MultiQueue = true, VnetHeader = true }))
        using (var second = TunDevice.Open(ours.Namespace, new TunOptions { Name = "tap0", Mode = TunMode.Tap, MultiQueue = true, VnetHeader = true }))
            Assert.Equal(2u, Assert.IsType<TunKind>(ours.Socket.Links.Get("tap0")!.ReadKind()).Queues);
        Assert.Equal((int)Errno.EINVAL, Assert.Throws<LinuxException>(() => TunDevice.Open(ours.Namespace, new TunOptions { Name = "tap0", Mode = TunMode.Tun })).Errno);
        TunDevice.Delete(ours.Namespace, new TunOptions { Name = "tun0" });
        TunDevice.Delete(ours.Namespace, new TunOptions { Name = "tap0", Mode = TunMode.Tap, MultiQueue = true });
        Assert.Equal(["lo"], ours.Socket.Links.List().Select(link => link.Name));

        static IEnumerable<string> Lines(string text) => text.Split('\n').Order(StringComparer.Ordinal);
    }

    [Fact]
    public void A_link_moves_to_the_namespace_of_a_process()
    {
        RootTier.Require("ip", "sleep");
        using var here = new RouteOracle();
        using var there = new TestNamespace();
        var process = there.Start("sleep", "60");
        here.Ip("link add v0 type veth peer name v1");
        var pid = int.Parse(Tool.Run("ip", "netns", "pids", there.Name).Output.Split('\n')[0]);

        here.Socket.Links.Change(here.Socket.Links.Get("v0")!.Index, new LinkChange { NamespaceOfProcess = pid, Name = "moved" });

        Assert.Equal("moved", there.Run("ip", "-j", "link", "show", "dev", "moved").Json[0].GetProperty("ifname").GetString());
        process.Kill();
    }

    [Fact]
    public void An_xdp_program_is_attached_seen_and_detached()
    {
        RootTier.Require("ip");
        using var host = new RouteOracle();
        host.Ip("link add v0 type veth peer name v1");
        var index = host.Socket.Links.Get("v0")!.Index;
        const int xdpPass = 2, programTypeXdp = 6;
        using var program = BpfProgram.Load((BpfProgramType)programTypeXdp, "pass", new BpfAssembler().Move(BpfRegister.R0, xdpPass).Exit().Build());

        host.Socket.Links.AttachXdp(index, program.Descriptor, XdpFlags.XDP_FLAGS_SKB_MODE);
        var link = host.Socket.Links.Get("v0")!;
        Assert.NotEqual(0u, link.XdpProgramId);
        Assert.Equal(2, link.XdpMode);
        Assert.Equal(link.XdpProgramId, host.Run("ip", "-j link show dev v0").Json[0].GetProperty("xdp").GetProperty("prog").GetProperty("id").GetUInt32());
        Assert.Equal((int)Errno.EBUSY, Assert.Throws<NetlinkException>(() => host.Socket.Links.AttachXdp(index, program.Descriptor, XdpFlags.XDP_FLAGS_UPDATE_IF_NOEXIST | XdpFlags.XDP_FLAGS_SKB_MODE)).Errno);
        host.Socket.Links.DetachXdp(index, XdpFlags.XDP_FLAGS_SKB_MODE);
        Assert.Equal(0u, host.Socket.Links.Get("v0")!.XdpProgramId);
    }

    private static string Data(RouteOracle host)
    {
        var link = host.Run("ip", "-d -j link show dev x0").Json[0];
        var data = link.GetProperty("linkinfo").TryGetProperty("info_data", out var found)
            ? string.Join(' ', found.EnumerateObject().Where(field => !field.Name.EndsWith("_timer", StringComparison.Ordinal) && !field.Name.EndsWith("_id", StringComparison.Ordinal)).Select(field => field.ToString()))
            : "";
        return $"{link.GetProperty("ifindex")} {link.GetProperty("address")} {link.GetProperty("mtu")} {data}";
    }
}
