using System.Buffers.Binary;
using System.Text;
using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Queue;
using Weir.Testing;

namespace Weir.Kernel.Tests.Queue;

public class PacketQueueTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_packet_waits_for_its_verdict_and_its_content_can_be_changed()
    {
        RootTier.Require("ip", "iptables");
        using var host = new QueueHost("NFQUEUE --queue-num 5");
        using var queue = PacketQueue.Open(host.Namespace, new PacketQueueOptions { Number = 5, Flags = QueueFlags.NFQA_CFG_F_UID_GID | QueueFlags.NFQA_CFG_F_GSO | QueueFlags.NFQA_CFG_F_FAIL_OPEN });
        Assert.Equal(QueueFlags.NFQA_CFG_F_UID_GID | QueueFlags.NFQA_CFG_F_GSO | QueueFlags.NFQA_CFG_F_FAIL_OPEN, queue.Flags);

        host.Send("hello");
        host.Send("dropped");
        host.Send("kept");
        Collect(queue, 3, packet =>
        {
            Assert.False(host.HasArrived);
            var text = Encoding.ASCII.GetString(packet.Payload[28..]);
            Assert.Equal((3, 0x0800, 0u, (uint)packet.Payload.Length), (packet.Hook, packet.EtherType, packet.UserId!.Value, packet.Length));
            Assert.Equal(1, packet.OutputLink);
            if (text == "hello")
                queue.SetVerdict(packet.Id, QueueVerdict.Accept, WithText(packet.Payload, "hello, and longer"));
            else
                queue.SetVerdict(packet.Id, text == "kept" ? QueueVerdict.Accept : QueueVerdict.Drop);
        });
        queue.Send();

        Assert.Equal("hello, and longer", host.Receive());
        Assert.Equal("kept", host.Receive());
        Assert.False(host.HasArrived);
        Assert.Equal(0UL, queue.RefusedVerdicts);
    }

    [Fact]
    public void One_verdict_with_a_mark_releases_all_that_wait()
    {
        RootTier.Require("ip", "iptables");
        using var host = new QueueHost("NFQUEUE --queue-num 5");
        host.Iptables("-A INPUT -m mark --mark 0x544 -j ACCEPT");
        using var queue = PacketQueue.Open(host.Namespace, new PacketQueueOptions { Number = 5 });
        for (var i = 0; i < 10; i++)
            host.Send($"{i}");
        uint last = 0;
        Collect(queue, 10, packet => last = packet.Id);
        Assert.Equal(10u, Assert.Single(PacketQueueStatistics.Read(host.Namespace)).Waiting);

        queue.SetVerdictUpTo(last, QueueVerdict.Accept, mark: 0x544);
        queue.Send();

        Assert.Equal("0123456789", string.Concat(Enumerable.Range(0, 10).Select(_ => host.Receive())));
        Assert.Matches(@"\n +10 +290 ACCEPT .*mark match 0x544", host.Run("iptables", "-nvxL INPUT"));
        Assert.Equal(new PacketQueueStatistics(5, 0, QueueMessageCopy, 0, 0, last), Assert.Single(PacketQueueStatistics.Read(host.Namespace)));
    }

    [Fact]
    public void A_full_queue_drops_and_with_fail_open_lets_pass()
    {
        RootTier.Require("ip", "iptables");
        using var host = new QueueHost("NFQUEUE --queue-num 5");
        using var queue = PacketQueue.Open(host.Namespace, new PacketQueueOptions { Number = 5, Length = 2, CopyRange = 0 });
        foreach (var text in new[] { "a", "b", "c", "d" })
        {
            try
            {
                host.Send(text);
            }
            catch (System.Net.Sockets.SocketException)
            {
                // The sender hears of the drop (EPERM).
            }
        }

        var statistics = Assert.Single(PacketQueueStatistics.Read(host.Namespace));
        Assert.Equal((2u, 2u), (statistics.Waiting, statistics.QueueDrops));
        Assert.False(host.HasArrived);
        Assert.True(queue.TrySetFlag(QueueFlags.NFQA_CFG_F_FAIL_OPEN, on: true));
        host.Send("e");
        Assert.Equal("e", host.Receive());
        uint last = 0;
        Collect(queue, 2, packet =>
        {
            Assert.True(packet.Payload.IsEmpty);
            last = packet.Id;
        });
        queue.SetVerdictUpTo(last, QueueVerdict.Accept);
        queue.Send();
        Assert.Equal("ab", host.Receive() + host.Receive());
    }

    [Fact]
    public void A_rule_with_bypass_waits_only_while_somebody_is_bound()
    {
        RootTier.Require("ip", "iptables");
        using var host = new QueueHost("NFQUEUE --queue-num 5 --queue-bypass");
        host.Send("before");
        Assert.Equal("before", host.Receive());
        using (var queue = PacketQueue.Open(host.Namespace, new PacketQueueOptions { Number = 5 }))
        {
            Assert.Equal((int)Errno.EPERM, Assert.Throws<NetlinkException>(() => PacketQueue.Open(host.Namespace, new PacketQueueOptions { Number = 5 })).Errno);
            host.Send("waits");
            Collect(queue, 1, _ => { });
            Assert.False(host.HasArrived);
        }

        // A process that another test starts has the socket too, between fork(2) and execve(2).
        Eventually.True(TimeSpan.FromSeconds(10), () => host.Run("cat", "/proc/net/netfilter/nfnetlink_queue").Length == 0, "nobody is bound");
        host.Send("after");
        Assert.Equal("after", host.Receive());
    }

    [Fact]
    public void Nothing_is_allocated_for_a_packet()
    {
        RootTier.Require("ip", "iptables");
        using var host = new QueueHost("NFQUEUE --queue-num 5");
        using var queue = PacketQueue.Open(host.Namespace, new PacketQueueOptions { Number = 5 });
        byte[] content = new byte[100], received = new byte[200], changed = new byte[2000];
        var (packets, allocated) = (0, 0L);

        while (packets < 2000)
        {
            for (var i = 0; i < 10; i++)
                host.Send(content);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var left = 10; left > 0;)
            {
                var count = queue.Receive(Wait);
                left -= count;
                for (var i = 0; i < count; i++)
                {
                    var packet = queue[i];
                    packet.Payload.CopyTo(changed);
                    queue.SetVerdict(packet.Id, QueueVerdict.Accept, changed.AsSpan(0, packet.Payload.Length), mark: 1);
                }
            }

            queue.Send();
            if (packets >= 1000)
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            for (var i = 0; i < 10; i++)
                Assert.Equal(100, host.Receive(received));
            packets += 10;
        }

        Assert.Equal(0, allocated);
    }

    private const uint QueueMessageCopy = 65_531;

    private delegate void PacketHandler(QueuePacket packet);

    private static void Collect(PacketQueue queue, int number, PacketHandler handler)
    {
        while (number > 0)
        {
            var count = queue.Receive(Wait);
            Assert.True(count > 0, $"{number} packets are missing");
            for (var i = 0; i < count; i++)
                handler(queue[i]);
            number -= count;
        }
    }

    /// <summary>The UDP packet with another text: lengths and the header's checksum made right, UDP's left out as IPv4 allows.</summary>
    private static byte[] WithText(ReadOnlySpan<byte> packet, string text)
    {
        byte[] changed = [.. packet[..28], .. Encoding.ASCII.GetBytes(text)];
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(2), (ushort)changed.Length);
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(24), (ushort)(changed.Length - 20));
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(26), 0);
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(10), 0);
        uint sum = 0;
        for (var i = 0; i < 20; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(changed.AsSpan(i));
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(10), (ushort)~sum);
        return changed;
    }
}
