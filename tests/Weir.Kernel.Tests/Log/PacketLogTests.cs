using System.Text;
using Weir.Kernel.Tests.Queue;
using Weir.Netlink.Log;
using Weir.Netlink.Protocol;
using Weir.Testing;

namespace Weir.Kernel.Tests.Log;

public class PacketLogTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    [Fact]
    public void Logged_packets_come_with_prefix_mark_link_and_sender_and_go_on()
    {
        RootTier.Require("ip", "iptables");
        using var host = new QueueHost("NFLOG --nflog-group 5 --nflog-prefix weir");
        host.Iptables("-t mangle -A OUTPUT -p udp -j MARK --set-mark 0x544");
        host.Iptables($"-A INPUT -p udp --dport {QueueHost.Port} -j NFLOG --nflog-group 5 --nflog-prefix in");
        using var log = PacketLog.Open(host.Namespace, new PacketLogOptions { Group = 5, CopyRange = 30 });
        Assert.Throws<NetlinkException>(() => PacketLog.Open(host.Namespace, new PacketLogOptions { Group = 5 }));

        host.Send("hello");

        Assert.Equal("hello", host.Receive());
        var seen = new List<string>();
        while (seen.Count < 2)
        {
            var count = log.Receive(Wait);
            Assert.True(count > 0, "a packet is missing");
            for (var i = 0; i < count; i++)
            {
                var packet = log[i];
                Assert.Equal((0x0800, 0x544u, 30), (packet.EtherType, packet.Mark, packet.Payload.Length));
                seen.Add($"{packet.Sequence} {packet.Prefix} hook {packet.Hook} in {packet.InputLink} out {packet.OutputLink} uid {packet.UserId} {Encoding.ASCII.GetString(packet.Payload[28..])}");
            }
        }

        Assert.Equal(["0 weir hook 3 in 0 out 1 uid 0 he", "1 in hook 1 in 1 out 0 uid  he"], seen);
    }

    [Fact]
    public void Packets_are_gathered_as_many_as_was_asked_for()
    {
        RootTier.Require("ip", "iptables");
        using var host = new QueueHost("NFLOG --nflog-group 6");
        using var log = PacketLog.Open(host.Namespace, new PacketLogOptions { Group = 6, Threshold = 3, Timeout = TimeSpan.FromSeconds(60), CopyRange = 0, BatchSize = 1 });
        for (var i = 0; i < 2; i++)
            host.Send("x");

        Assert.Equal(0, log.Receive(TimeSpan.Zero));
        host.Send("x");
        Assert.Equal(3, log.Receive(Wait));
        Assert.True(log[2].Payload.IsEmpty);
        Assert.Equal(2u, log[2].Sequence);
    }
}
