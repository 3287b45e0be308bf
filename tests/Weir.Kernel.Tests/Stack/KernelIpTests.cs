using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Weir.Linux;
using Weir.Packets;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Neighbors;
using Weir.TcpIp.Udp;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>IP, ICMP, UDP, ARP, neighbor discovery and forwarding between the kernel's stack and Weir's.</summary>
public class KernelIpTests
{
    private const int Stream = 1, Datagram = 2;

    [Theory]
    [InlineData(TunMode.Tun, "10.1.0.2", 65507)]
    [InlineData(TunMode.Tap, "10.1.0.2", 65507)]
    [InlineData(TunMode.Tun, "fd00:1::2", 65487)]
    [InlineData(TunMode.Tap, "fd00:1::2", 65487)]
    public void Ping_has_every_answer_whole_however_large(TunMode mode, string address, int largest)
    {
        RootTier.Require("ip", "ping");
        using var host = new IpHost(mode, 1500);
        foreach (var size in (int[])[0, 56, 1452, 1472, 1473, 9000, largest])
            Assert.Contains(" 3 received, 0% packet loss", host.Namespaces[0].Run("ping", "-c3", "-i0.02", "-W2", $"-s{size}", address).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TunMode.Tun, "10.1.0.2", 65507)]
    [InlineData(TunMode.Tap, "fd00:1::2", 65487)]
    public void Datagrams_come_back_as_they_were_however_large(TunMode mode, string address, int largest)
    {
        RootTier.Require("ip");
        using var host = new IpHost(mode, 1500);
        host.With((stack, _) => stack.Udp.Open(new UdpSocketOptions
        {
            LocalPort = 7,
            ReceiveBytes = 1 << 20,
        })).Readable = socket =>
        {
            while (socket.TryReceive(out var datagram, out var arrival))
                socket.Reply(datagram, arrival, MonotonicClock.Now);
        };
        using var kernel = host.KernelSocket(0, address.Contains(':', StringComparison.Ordinal), Datagram);
        using var client = new Socket(new SafeSocketHandle(kernel.Descriptor, ownsHandle: false)) { ReceiveTimeout = 5000 };
        client.Connect(new IPEndPoint(IPAddress.Parse(address), 7));
        var back = new byte[65536];
        foreach (var size in (int[])[1, 0, 1452, 1472, 1473, 9000, largest])
        {
            var sent = RandomNumberGenerator.GetBytes(size);
            client.Send(sent);
            Assert.Equal(size, client.Receive(back));
            Assert.Equal(sent, back[..size]);
        }
    }

    [Theory]
    [InlineData("10.1.0.1", "10.1.0.2", 3)]
    [InlineData("fd00:1::1", "fd00:1::2", 4)]
    public void A_closed_port_is_told_to_the_one_who_asked(string theirs, string ours, byte code)
    {
        RootTier.Require("ip");
        using var host = new IpHost(TunMode.Tun, 1500);
        using var kernel = host.KernelSocket(0, ours.Contains(':', StringComparison.Ordinal), Datagram);
        using var client = new Socket(new SafeSocketHandle(kernel.Descriptor, ownsHandle: false)) { ReceiveTimeout = 5000 };
        client.Connect(new IPEndPoint(IPAddress.Parse(ours), 9999));
        client.Send([1]);
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => client.Receive(new byte[1])).SocketErrorCode);

        var socket = host.With((stack, _) => stack.Udp.Open(new UdpSocketOptions { RemoteAddress = IpAddressBits.Parse(theirs), RemotePort = 9999 }));
        Assert.Equal(IpSendResult.Sent, host.With((_, now) => socket.Send([1], now)));
        UdpError error = default;
        Eventually.True(TimeSpan.FromSeconds(5), () => host.With((_, _) => socket.TryTakeError(out error)), "the kernel's answer");
        Assert.Equal(new UdpError(IcmpErrorKind.Unreachable, code, IpAddressBits.Parse(theirs), 9999, error.Mtu), error);
    }

    [Theory]
    [InlineData("10.1.0.1", "10.1.0.2")]
    [InlineData("fd00:1::1", "fd00:1::2")]
    public void Either_side_finds_the_other_and_finds_it_again_behind_another_card(string theirs, string ours)
    {
        RootTier.Require("ip", "ping");
        using var host = new IpHost(TunMode.Tap, 1500);
        var ns = host.Namespaces[0];
        ns.Run("ping", "-c1", "-W2", ours);
        var entry = ns.Ip($"-j neigh show {ours}").Json[0];
        Assert.Equal("02:00:00:00:00:01", entry.GetProperty("lladdr").GetString());
        Assert.Equal(MacOf(ns), host.With((stack, _) => stack.Interfaces[0].FindNeighbor(IpAddressBits.Parse(theirs))?.Mac));

        ns.Ip("neigh flush dev tun0");
        ns.Ip("link set tun0 address 02:00:00:00:99:99");
        ns.Run("ping", "-c1", "-W2", ours);
        Assert.Equal(MacAddress.Parse("02:00:00:00:99:99"), host.With((stack, _) => stack.Interfaces[0].FindNeighbor(IpAddressBits.Parse(theirs))?.Mac));
        Eventually.True(
            TimeSpan.FromSeconds(10),
            () =>
            {
                ns.Run("ping", "-c1", "-W2", ours);
                return host.With((stack, _) => stack.Interfaces[0].FindNeighbor(IpAddressBits.Parse(theirs))?.State) == NeighborState.Reachable;
            },
            "the neighbor confirmed by the kernel's own answer");
    }

    [Fact]
    public async Task Two_namespaces_reach_each_other_through_the_stack()
    {
        RootTier.Require("ip", "ping");
        using var host = new IpHost(TunMode.Tun, 1500, 1280);
        var (a, b) = (host.Namespaces[0], host.Namespaces[1]);
        Assert.Contains("ttl=63", a.Run("ping", "-c1", "-W2", "10.2.0.1").Output, StringComparison.Ordinal);
        Assert.Contains("ttl=63", b.Run("ping", "-c1", "-W2", "fd00:1::1").Output, StringComparison.Ordinal);
        Assert.Contains("From 10.1.0.2 icmp_seq=1 Time to live exceeded", a.Try("ping", "-c1", "-W2", "-t1", "10.2.0.1").Output, StringComparison.Ordinal);
        Assert.Contains("From fd00:1::2 icmp_seq=1 Time exceeded: Hop limit", a.Try("ping", "-c1", "-W2", "-t1", "fd00:2::1").Output, StringComparison.Ordinal);

        // Too large for the second link: cut by the router where that is allowed, told where it is not, and cut by the sender in IPv6.
        a.Run("ping", "-c1", "-W2", "-Mdont", "-s4000", "10.2.0.1");
        Assert.Contains("Frag needed and DF set (mtu = 1280)", a.Try("ping", "-c1", "-W2", "-Mdo", "-s1400", "10.2.0.1").Output, StringComparison.Ordinal);
        Assert.Equal(1280, a.Ip("-j route get 10.2.0.1").Json[0].GetProperty("metrics")[0].GetProperty("mtu").GetInt32());
        a.Try("ping", "-c1", "-W2", "-s4000", "fd00:2::1");
        a.Run("ping", "-c1", "-W2", "-s4000", "fd00:2::1");

        foreach (var address in (string[])["10.2.0.1", "fd00:2::1"])
            await Transfer(host, IPAddress.Parse(address));
    }

    /// <summary>The kernel's TCP on both sides, with its offloads: super-segments are cut by the stack that forwards them.</summary>
    private static async Task Transfer(IpHost host, IPAddress server)
    {
        var within = StackOnTun.Within(30);
        var isIpv6 = server.AddressFamily == AddressFamily.InterNetworkV6;
        using var listening = host.KernelSocket(1, isIpv6, Stream);
        using var connecting = host.KernelSocket(0, isIpv6, Stream);
        using var listener = new Socket(new SafeSocketHandle(listening.Descriptor, ownsHandle: false));
        using var client = new Socket(new SafeSocketHandle(connecting.Descriptor, ownsHandle: false));
        listener.Bind(new IPEndPoint(server, 5000));
        listener.Listen();
        var accepting = listener.AcceptAsync(within).AsTask();
        await client.ConnectAsync(new IPEndPoint(server, 5000), within);
        using var accepted = await accepting;
        var sent = RandomNumberGenerator.GetBytes(8 << 20);
        var sending = Task.Run(
            async () =>
            {
                await using var stream = new NetworkStream(client);
                await stream.WriteAsync(sent, within);
                client.Shutdown(SocketShutdown.Send);
            },
            within);
        using var received = new MemoryStream();
        await using (var stream = new NetworkStream(accepted))
            await stream.CopyToAsync(received, within);
        await sending;
        Assert.Equal(SHA256.HashData(sent), SHA256.HashData(received.ToArray()));
    }

    private static MacAddress? MacOf(TestNamespace ns) => MacAddress.Parse(ns.Ip("-j link show tun0").Json[0].GetProperty("address").GetString()!);
}
