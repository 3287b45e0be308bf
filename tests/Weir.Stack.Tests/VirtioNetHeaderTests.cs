using Weir.Stack.Devices;
using Weir.TcpIp.Devices;

namespace Weir.Stack.Tests;

public class VirtioNetHeaderTests
{
    [Theory]
    [InlineData(20, 1, 52)]
    [InlineData(40, 4, 72)]
    [InlineData(34, 1, 66)]
    [InlineData(54, 4, 86)]
    public void A_packet_of_several_segments_says_how_to_cut_it(ushort transportOffset, byte type, byte headers)
    {
        var packet = new byte[4096];
        packet[transportOffset + 12] = 8 << 4;
        var header = new byte[VirtioNetHeader.Length];
        VirtioNetHeader.Write(header, packet, new PacketOffload { ChecksumPartial = true, TransportOffset = transportOffset, ChecksumOffset = 16, SegmentSize = 1448 });
        Assert.Equal([1, type, headers, 0, 0xa8, 0x05, (byte)transportOffset, 0, 16, 0], header);
    }

    [Fact]
    public void A_packet_with_nothing_left_to_do_has_an_empty_header()
    {
        byte[] header = [9, 9, 9, 9, 9, 9, 9, 9, 9, 9];
        VirtioNetHeader.Write(header, new byte[60], default);
        Assert.Equal(new byte[VirtioNetHeader.Length], header);
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(1, true, true)]
    [InlineData(2, true, false)]
    public void What_the_kernel_says_of_the_checksum_is_told(byte flags, bool verified, bool partial)
    {
        var offload = VirtioNetHeader.Read([flags, 1, 52, 0, 0xa8, 0x05, 20, 0, 16, 0]);
        Assert.Equal((verified, partial, (ushort)1448), (offload.ChecksumVerified, offload.ChecksumPartial, offload.SegmentSize));
    }
}
