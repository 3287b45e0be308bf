using Weir.Netlink.Protocol;

namespace Weir.Netlink.Sockets;

/// <summary>What the kernel knows of a TCP connection: struct tcp_info (include/uapi/linux/tcp.h), as far as the kernel fills it; what an older one lacks is zero.</summary>
public sealed record TcpInformation
{
    public SocketState State { get; init; }

    public byte Retransmits { get; init; }

    public byte Backoff { get; init; }

    /// <summary>TCPI_OPT_: 1 timestamps, 2 selective acks, 4 window scale, 8 congestion notices.</summary>
    public byte Options { get; init; }

    public byte SendScale { get; init; }

    public byte ReceiveScale { get; init; }

    public TimeSpan RetransmissionTimeout { get; init; }

    public uint SendSegmentSize { get; init; }

    public uint ReceiveSegmentSize { get; init; }

    /// <summary>Segments that are not acknowledged; of a listener: connections that wait to be accepted.</summary>
    public uint Unacknowledged { get; init; }

    /// <summary>Segments; of a listener: the longest queue of connections.</summary>
    public uint SelectivelyAcknowledged { get; init; }

    public uint Lost { get; init; }

    public uint PathMtu { get; init; }

    public TimeSpan RoundTripTime { get; init; }

    public TimeSpan RoundTripVariance { get; init; }

    public TimeSpan SmallestRoundTripTime { get; init; }

    public uint SlowStartThreshold { get; init; }

    /// <summary>Segments.</summary>
    public uint CongestionWindow { get; init; }

    public uint TotalRetransmits { get; init; }

    /// <summary>Bytes per second.</summary>
    public ulong PacingRate { get; init; }

    public ulong BytesAcknowledged { get; init; }

    public ulong BytesReceived { get; init; }

    public uint SegmentsSent { get; init; }

    public uint SegmentsReceived { get; init; }

    /// <summary>Bytes written and not sent.</summary>
    public uint Unsent { get; init; }

    /// <summary>Bytes per second.</summary>
    public ulong DeliveryRate { get; init; }

    public ulong BytesSent { get; init; }

    public ulong BytesRetransmitted { get; init; }

    /// <summary>Bytes.</summary>
    public uint SendWindow { get; init; }

    internal static TcpInformation Read(NetlinkAttribute attribute) => new()
    {
        State = (SocketState)attribute.Read<byte>(0),
        Retransmits = attribute.Read<byte>(2),
        Backoff = attribute.Read<byte>(4),
        Options = attribute.Read<byte>(5),
        SendScale = (byte)(attribute.Read<byte>(6) & 0xf),
        ReceiveScale = (byte)(attribute.Read<byte>(6) >> 4),
        RetransmissionTimeout = Microseconds(attribute, 8),
        SendSegmentSize = attribute.Read<uint>(16),
        ReceiveSegmentSize = attribute.Read<uint>(20),
        Unacknowledged = attribute.Read<uint>(24),
        SelectivelyAcknowledged = attribute.Read<uint>(28),
        Lost = attribute.Read<uint>(32),
        PathMtu = attribute.Read<uint>(60),
        RoundTripTime = Microseconds(attribute, 68),
        RoundTripVariance = Microseconds(attribute, 72),
        SlowStartThreshold = attribute.Read<uint>(76),
        CongestionWindow = attribute.Read<uint>(80),
        TotalRetransmits = attribute.Read<uint>(100),
        PacingRate = attribute.Read<ulong>(104),
        BytesAcknowledged = attribute.Read<ulong>(120),
        BytesReceived = attribute.Read<ulong>(128),
        SegmentsSent = attribute.Read<uint>(136),
        SegmentsReceived = attribute.Read<uint>(140),
        Unsent = attribute.Read<uint>(144),
        SmallestRoundTripTime = Microseconds(attribute, 148),
        DeliveryRate = attribute.Read<ulong>(160),
        BytesSent = attribute.Read<ulong>(200),
        BytesRetransmitted = attribute.Read<ulong>(208),
        SendWindow = attribute.Read<uint>(228),
    };

    private static TimeSpan Microseconds(NetlinkAttribute attribute, int offset) => TimeSpan.FromMicroseconds(attribute.Read<uint>(offset));
}
