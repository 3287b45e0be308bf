namespace Weir.TcpIp.Devices;

/// <summary>What is left to do with a packet, or need not be done: the part of struct virtio_net_hdr that both directions know.</summary>
public readonly record struct PacketOffload
{
    /// <summary>Received: the transport checksum was verified or was never computed (VIRTIO_NET_HDR_F_DATA_VALID, NEEDS_CSUM); do not verify it.</summary>
    public bool ChecksumVerified { get; init; }

    /// <summary>Sent: the transport checksum field holds the folded sum of the pseudo header, and the receiver is to complete it (NEEDS_CSUM).</summary>
    public bool ChecksumPartial { get; init; }

    /// <summary>Bytes from the start of the packet (of the frame on Ethernet) to the transport header; with <see cref="ChecksumPartial"/> or <see cref="SegmentSize"/>.</summary>
    public ushort TransportOffset { get; init; }

    /// <summary>Bytes from the transport header to its checksum field: 16 for TCP, 6 for UDP.</summary>
    public ushort ChecksumOffset { get; init; }

    /// <summary>Payload bytes of each TCP segment that the packet stands for (gso_size); 0: it is one segment.</summary>
    public ushort SegmentSize { get; init; }
}
