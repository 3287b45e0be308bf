using System.Net;
using Weir.Linux;
using Weir.Packets;
using Weir.Stack;
using Weir.Stack.Devices;
using Weir.Stack.Services;
using Weir.TcpIp.Dhcp;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>A stack on a bridge, that has its address and its name server from dnsmasq.</summary>
public class LeaseTests
{
    private static readonly IPAddress Bridge = IPAddress.Parse("10.9.0.1");

    [Fact]
    public async Task An_address_a_router_and_names_come_from_the_network_and_the_address_is_given_back()
    {
        RootTier.Require("ip", "dnsmasq", "ping");
        using var host = new TestNamespace();
        using var folder = new ScratchFolder();
        host.Ip("link add br0 type bridge forward_delay 0");
        host.Ip("addr add 10.9.0.1/24 dev br0");
        host.Ip("link set br0 up");
        host.Ip("tuntap add mode tap name tap0");
        host.Ip("link set tap0 master br0 up");
        var leases = folder.PathOf("leases");
        host.Start(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-resolv", "--no-hosts", "--local=/test/", "--no-ping",
            "--host-record=web.test,10.9.0.1", "--dhcp-range=10.9.0.50,10.9.0.59,120", $"--dhcp-leasefile={leases}");
        host.WaitForUdp(67);
        using var ns = NetworkNamespace.OpenNamed(host.Name);
        var within = StackOnTun.Within(60);
        await using (var stack = TcpStack.StartTun(ns, new TunQueueOptions { Name = "tap0", Mode = TunMode.Tap }, new TcpStackOptions { Name = "tap0", Dhcp = true }))
        {
            stack.Serve(new IPEndPoint(IPAddress.Any, 7), () => new EchoService());
            DhcpLease lease = await stack.LeaseAsync(within);
            var address = IpAddressBits.ToIPAddress(lease.Address.Address);
            Assert.InRange(address.GetAddressBytes()[3], 50, 59);
            Assert.Equal(24, lease.Address.Length);
            Assert.Equal(Bridge, IpAddressBits.ToIPAddress(lease.Router));
            Assert.Equal([Bridge], lease.NameServers.Select(IpAddressBits.ToIPAddress));
            Assert.Equal([Bridge], await stack.ResolveAsync("web.test", within));
            host.Run("ping", "-c", "1", "-W", "10", address.ToString());
            Assert.Contains($" {address} ", await File.ReadAllTextAsync(leases, within), StringComparison.Ordinal);
        }

        Eventually.True(TimeSpan.FromSeconds(20), () => File.ReadAllText(leases).Length == 0, "the lease is given back");
    }
}
