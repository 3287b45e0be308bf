using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Weir.Linux;
using Weir.Stack.Services;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>A bridge of the kernel that asks who listens, and sends groups only to those who do.</summary>
public class SnoopingSwitchTests
{
    [Theory, InlineData(1), InlineData(2)]
    public async Task A_bridge_that_snoops_learns_where_our_addresses_are_asked_for(int version)
    {
        RootTier.Require("ip", "bridge");
        await using var host = new StackOnTun(mode: TunMode.Tap);
        host.Stack.Serve(new IPEndPoint(IPAddress.IPv6Any, 7), () => new EchoService());
        host.Host.Ip($"link add br0 up type bridge mcast_snooping 1 mcast_querier 1 mcast_mld_version {version} mcast_query_response_interval 20 mcast_startup_query_interval 50 forward_delay 0");
        host.Host.Ip("addr flush dev tun0");
        host.Host.Ip("addr add fd09::1/64 dev br0 nodad");
        host.Host.Ip("addr add fe80::99/64 dev br0 nodad");
        host.Host.Ip("link set tun0 master br0");

        Eventually.True(TimeSpan.FromSeconds(20), () => Groups(host).Contains("ff02::1:ff00:2"), "the group in the bridge's table");

        using var client = host.KernelSocket(AddressFamily.InterNetworkV6);
        var within = StackOnTun.Within(20);
        await client.ConnectAsync(new IPEndPoint(StackOnTun.Ours6, 7), within);
        await client.SendAsync(new byte[] { 42 }, within);
        Assert.Equal(1, await client.ReceiveAsync(new byte[1], within));
    }

    private static List<string> Groups(StackOnTun host)
    {
        using var answer = JsonDocument.Parse(host.Host.Run("bridge", "-j", "mdb", "show").Output);
        return [.. answer.RootElement.EnumerateArray().SelectMany(entry => entry.GetProperty("mdb").EnumerateArray())
            .Where(entry => entry.GetProperty("port").GetString() == "tun0").Select(entry => entry.GetProperty("grp").GetString()!)];
    }
}
