using Weir.Netlink.Log;
using Weir.Netlink.Protocol;
using Weir.Testing;

namespace Weir.Netlink.Tests.Log;

public class PacketLogTests
{
    private static readonly byte[] Packet = Hex.Parse("""
        02000005                                   # nfgenmsg: AF_INET, group 5
        08000100 0800 03 00                        # IPv4, output
        09000a00 7765697200 000000                 # weir
        08000400 00000002 08000500 00000003 08000200 00000544
        10000800 00060000 0203040506070000
        08000b00 00000539 08000e00 0000053a 08000c00 00000007
        0a000900 450000010203 0000
        """);

    [Fact]
    public void A_group_is_bound_with_its_copy_range_and_its_thresholds()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var log = new PacketLog(kernel, new PacketLogOptions { Group = 5, CopyRange = 100, Threshold = 3, Timeout = TimeSpan.FromMilliseconds(200) });

        Hex.Equal("""
            40000000 0104 0500 01000000 00000000 # NFULNL_MSG_CONFIG, REQUEST|ACK
            00 00 0005
            05000100 01000000                    # bind
            0a000200 00000064 02 00 0000         # 100 bytes of each packet
            08000400 00000014 08000500 00000003  # 20 hundredths, 3 packets
            06000600 0001 0000                   # with sequence numbers
            """, kernel.Requests[0]);
    }

    [Fact]
    public void Packets_are_read_one_by_one_and_several_from_one_datagram()
    {
        var message = RecordedKernel.Message(new byte[16], (NetlinkMessageType)0x400, 0, Packet);
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, 0), [.. message, .. message, .. RecordedKernel.Done(request)], message]);
        using var log = new PacketLog(kernel, new PacketLogOptions { Group = 5, BatchSize = 1 });

        Assert.Equal(2, log.Receive(TimeSpan.Zero));
        var packet = log[1];
        Assert.Equal((0x0800, 3, "weir", 2, 3, 0x544u, 1337u, 1338u, 7u),
            (packet.EtherType, packet.Hook, packet.Prefix, packet.InputLink, packet.OutputLink, packet.Mark, packet.UserId!.Value, packet.GroupId!.Value, packet.Sequence!.Value));
        Assert.Equal(("020304050607", "450000010203"), (Convert.ToHexString(packet.SourceHardwareAddress), Convert.ToHexString(packet.Payload)));
        Assert.Equal(1, log.Receive(TimeSpan.Zero));
        Assert.Equal(0, log.Receive(TimeSpan.Zero));
    }

    [Fact]
    public void Whatever_comes_is_read_without_an_exception()
    {
        var random = new SeededGenerator(42);
        for (var i = 0; i < 5000; i++)
        {
            var message = random.Mutate(RecordedKernel.Message(new byte[16], (NetlinkMessageType)0x400, 0, random.Mutate(Packet)));
            using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, 0), message[..random.Next(0, message.Length)], random.BytesBelow(200)]);
            using var log = new PacketLog(kernel, new PacketLogOptions { Group = 5 });
            for (var left = log.Receive(TimeSpan.Zero); left > 0; left--)
            {
                var packet = log[left - 1];
                Assert.True(packet.Prefix.Length + packet.SourceHardwareAddress.Length + packet.Payload.Length < 1000);
            }
        }
    }
}
