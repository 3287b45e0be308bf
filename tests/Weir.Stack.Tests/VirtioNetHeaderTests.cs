using Weir.Stack.Devices;
using Weir.TcpIp.Devices;

namespace Weir.Stack.Tests;

public class VirtioNetHeaderTests
{
    [Theory]
    [InlineData(0, 4, 20, 1, 52)]
    [InlineData(0, 6, 40, 4, 72)]
    [InlineData(14, 4, 34, 1, 66)]
    [InlineData(14, 6, 54, 4, 86)]
    [InlineData(0, 4, 40, 1, 72)] // With options, or extension headers: what is forwarded can have them.
    [InlineData(14, 4, 54, 1, 86)]
    [InlineData(0, 6, 48, 4, 80)]
    public void A_packet_of_several_segments_says_how_to_cut_it(int linkHeader, byte version, ushort transportOffset, byte type, byte headers)
    {
        var packet = new byte[4096];
        packet[linkHeader] = (byte)(version << 4);
        packet[transportOffset + 12] = 8 << 4;
        var header = new byte[VirtioNetHeader.Length];
        VirtioNetHeader.Write(header, packet, linkHeader, new PacketOffload { ChecksumPartial = true, TransportOffset = transportOffset, ChecksumOffset = 16, SegmentSize = 1448 });
        Assert.Equal([1, type, headers, 0, 0xa8, 0x05, (byte)transportOffset, 0, 16, 0], header);
    }

    [Fact]
    public void A_packet_with_nothing_left_to_do_has_an_empty_header()
    {
        byte[] header = [9, 9, 9, 9, 9, 9, 9, 9, 9, 9];
        VirtioNetHeader.Write(header, new byte[60], 0, default);
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
