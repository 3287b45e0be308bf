using System.Buffers.Binary;
using Weir.TcpIp.Devices;

namespace Weir.Stack.Devices;

/// <summary>include/uapi/linux/virtio_net.h: flags of the header.</summary>
[Flags]
internal enum VirtioNetFlags : byte
{
    None = 0,
    VIRTIO_NET_HDR_F_NEEDS_CSUM = 1,
    VIRTIO_NET_HDR_F_DATA_VALID = 2,
}

/// <summary>include/uapi/linux/virtio_net.h: what a packet of several segments is made of.</summary>
internal enum VirtioNetSegmentation : byte
{
    VIRTIO_NET_HDR_GSO_NONE = 0,
    VIRTIO_NET_HDR_GSO_TCPV4 = 1,
    VIRTIO_NET_HDR_GSO_UDP = 3,
    VIRTIO_NET_HDR_GSO_TCPV6 = 4,
    VIRTIO_NET_HDR_GSO_UDP_L4 = 5,
    VIRTIO_NET_HDR_GSO_ECN = 0x80,
}

/// <summary>The ten bytes before each packet of a TUN or TAP device with IFF_VNET_HDR, in the host's byte order.</summary>
/// <remarks>
/// <code>
/// u8 flags | u8 gso_type | u16 hdr_len | u16 gso_size | u16 csum_start | u16 csum_offset
/// </code>
/// </remarks>
internal static class VirtioNetHeader
{
    internal const int Length = 10;

    private const int FlagsAt = 0, SegmentationAt = 1, HeaderLengthAt = 2, SegmentSizeAt = 4, ChecksumStartAt = 6, ChecksumOffsetAt = 8;

    /// <summary>Fills the header of a packet that is sent.</summary>
    /// <param name="header">Its <see cref="Length"/> bytes.</param>
    /// <param name="packet">The packet or frame behind it.</param>
    /// <param name="linkHeader">Bytes of it before the IP header.</param>
    /// <param name="offload">What the kernel is to do with it.</param>
    internal static void Write(Span<byte> header, ReadOnlySpan<byte> packet, int linkHeader, in PacketOffload offload)
    {
        header[..Length].Clear();
        if (!offload.ChecksumPartial)
            return;
        header[FlagsAt] = (byte)VirtioNetFlags.VIRTIO_NET_HDR_F_NEEDS_CSUM;
        BinaryPrimitives.WriteUInt16LittleEndian(header[ChecksumStartAt..], offload.TransportOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(header[ChecksumOffsetAt..], offload.ChecksumOffset);
        if (offload.SegmentSize == 0)
            return;
        // The kernel takes the headers' length from here: what is behind it is cut (include/linux/virtio_net.h, virtio_net_hdr_to_skb).
        var transport = packet[offload.TransportOffset..];
        var headers = offload.TransportOffset + ((transport[12] >> 4) * 4);
        // The IP header's length does not say: what is forwarded may have options, or extension headers.
        var isIPv4 = packet[linkHeader] >> 4 == 4;
        header[SegmentationAt] = (byte)(isIPv4 ? VirtioNetSegmentation.VIRTIO_NET_HDR_GSO_TCPV4 : VirtioNetSegmentation.VIRTIO_NET_HDR_GSO_TCPV6);
        BinaryPrimitives.WriteUInt16LittleEndian(header[HeaderLengthAt..], (ushort)headers);
        BinaryPrimitives.WriteUInt16LittleEndian(header[SegmentSizeAt..], offload.SegmentSize);
    }

    /// <summary>What the kernel says of a packet that it hands over.</summary>
    internal static PacketOffload Read(ReadOnlySpan<byte> header)
    {
        var flags = (VirtioNetFlags)header[FlagsAt];
        return new PacketOffload
        {
            ChecksumVerified = flags != VirtioNetFlags.None,
            ChecksumPartial = (flags & VirtioNetFlags.VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0,
            SegmentSize = header[SegmentationAt] == (byte)VirtioNetSegmentation.VIRTIO_NET_HDR_GSO_NONE ? (ushort)0 : BinaryPrimitives.ReadUInt16LittleEndian(header[SegmentSizeAt..]),
            TransportOffset = BinaryPrimitives.ReadUInt16LittleEndian(header[ChecksumStartAt..]),
            ChecksumOffset = BinaryPrimitives.ReadUInt16LittleEndian(header[ChecksumOffsetAt..]),
        };
    }
}
