using Weir.Linux;
using Weir.Netlink.Ethtool;
using Weir.Netlink.Protocol;
using Weir.Testing;

namespace Weir.Netlink.Tests.Ethtool;

public class EthtoolSocketTests
{
    private const ushort Family = 0x15;

    [Fact]
    public void The_family_is_asked_for_once_and_a_switch_names_each_feature()
    {
        using var kernel = new RecordedKernel(request => [.. Answer(request, [])]);
        using var socket = new EthtoolSocket(kernel);
        Hex.Equal("""
            20000000 1000 0500 01000000 00000000 # GENL_ID_CTRL, REQUEST|ACK
            03 01 0000                           # CTRL_CMD_GETFAMILY, version 1
            0c00 0200 6574 6874 6f6f 6c00        # CTRL_ATTR_FAMILY_NAME "ethtool"
            """, kernel.Requests[0]);

        socket.Features.Set("v0", new Dictionary<string, bool> { ["rx-gro"] = false, ["tx-nocache-copy"] = true });
        Hex.Equal("""
            54000000 1500 0500 02000000 00000000 # family, REQUEST|ACK
            0c 01 0000                           # ETHTOOL_MSG_FEATURES_SET
            0c00 0180 0700 0200 7630 0000        # HEADER { DEV_NAME "v0" }
            3400 0380                            # FEATURES_WANTED
            3000 0380                            # BITS
            1000 0180 0b00 0200 72782d67726f 0000            # BIT { NAME "rx-gro" }
            1c00 0180 1400 0200 74782d6e6f63616368652d636f707900  0400 0300 # BIT { NAME "tx-nocache-copy", VALUE }
            """, kernel.Requests[1]);
    }

    [Fact]
    public void Channels_that_are_not_set_are_not_sent()
    {
        using var kernel = new RecordedKernel(request => [.. Answer(request, [])]);
        using var socket = new EthtoolSocket(kernel);
        socket.Channels.Set("v0", new ChannelCounts { Combined = 2 });
        Hex.Equal("""
            28000000 1500 0500 02000000 00000000
            12 01 0000                           # ETHTOOL_MSG_CHANNELS_SET
            0c00 0180 0700 0200 7630 0000
            0800 0900 02000000                   # COMBINED_COUNT
            """, kernel.Requests[1]);
    }

    [Fact]
    public void A_kernel_without_the_family_is_told()
    {
        using var kernel = new RecordedKernel(request => [RecordedKernel.Error(request, 2)]);
        Assert.Equal((int)Errno.ENOENT, Assert.Throws<NetlinkException>(() => new EthtoolSocket(kernel)).Errno);
        using var silent = RecordedKernel.Acknowledging();
        Assert.Contains("names no family", Assert.Throws<NetlinkException>(() => new EthtoolSocket(silent)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_kernel_says_is_read_or_refused()
    {
        var random = new SeededGenerator(11);
        byte[] answer = [];
        using var kernel = new RecordedKernel(request => [.. Answer(request, answer)]);
        using var socket = new EthtoolSocket(kernel);
        for (var i = 0; i < 30_000; i++)
        {
            byte[] good =
            [
                .. RecordedKernel.Attribute((ushort)random.Next(1, 12), RecordedKernel.Attribute(3, RecordedKernel.Attribute(1, RecordedKernel.Text(2, "rx-gro")))),
                .. RecordedKernel.Attribute((ushort)random.Next(1, 12), random.BytesBelow(12)),
            ];
            answer = random.Chance(50) ? random.BytesBelow(120) : random.Mutate(good);
            foreach (Action read in (Action[])[() => socket.Features.List("v0"), () => socket.Channels.Get("v0"), () => socket.Rings.Get("v0")])
            {
                try
                {
                    read();
                }
                catch (NetlinkException)
                {
                    // The one way to say no.
                }
            }
        }
    }

    /// <summary>The family's number for the controller; else an answer of the family, then the ack.</summary>
    private static IEnumerable<byte[]> Answer(byte[] request, byte[] attributes)
    {
        if (request[4] == 0x10)
            yield return RecordedKernel.Message(request, (NetlinkMessageType)0x10, 0, [1, 2, 0, 0, .. RecordedKernel.Attribute(1, BitConverter.GetBytes(Family))]);
        else if (attributes.Length > 0)
            yield return RecordedKernel.Message(request, (NetlinkMessageType)Family, 0, [0, 1, 0, 0, .. attributes]);
        yield return RecordedKernel.Error(request, 0);
    }
}
