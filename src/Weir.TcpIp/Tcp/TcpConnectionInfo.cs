namespace Weir.TcpIp.Tcp;

/// <summary>A connection's numbers, like struct tcp_info of include/uapi/linux/tcp.h.</summary>
public readonly record struct TcpConnectionInfo
{
    public required TcpState State { get; init; }

    /// <summary>Smoothed round-trip time; zero: none measured.</summary>
    public required TimeSpan Srtt { get; init; }

    public required TimeSpan RttVar { get; init; }

    public required TimeSpan MinRtt { get; init; }

    public required TimeSpan Rto { get; init; }

    /// <summary>Bytes.</summary>
    public required long Cwnd { get; init; }

    /// <summary>Bytes; <see cref="long.MaxValue"/>: none yet.</summary>
    public required long Ssthresh { get; init; }

    /// <summary>Payload of the largest segment that is sent.</summary>
    public required int SndMss { get; init; }

    public required long SndWnd { get; init; }

    public required long RcvWnd { get; init; }

    /// <summary>Bytes that are thought to be in the network.</summary>
    public required long InFlight { get; init; }

    /// <summary>Bytes written and not acknowledged.</summary>
    public required int SendBuffered { get; init; }

    public required int SendCapacity { get; init; }

    public required int ReceiveBuffered { get; init; }

    public required int ReceiveCapacity { get; init; }

    public required long BytesAcked { get; init; }

    public required long BytesReceived { get; init; }

    public required long SegmentsSent { get; init; }

    public required long SegmentsReceived { get; init; }

    /// <summary>Segments that were sent again, for whatever reason: <c>retrans</c> of <c>ss -ti</c>.</summary>
    public required long Retransmissions { get; init; }

    /// <summary>Times that the retransmission timer has expired (RFC 6298 5.4), like tcpi_total_rto. A tail loss probe is none, nor one of a closed window.</summary>
    public required long Timeouts { get; init; }

    public required bool Timestamps { get; init; }

    public required bool SelectiveAcknowledgment { get; init; }

    public required bool WindowScaling { get; init; }

    public required bool Ecn { get; init; }

    internal static TcpConnectionInfo Of(TcpConnection connection, long segmentsReceived) => new()
    {
        State = connection.State,
        Srtt = new TimeSpan(connection.SendSide.Rtt.Srtt),
        RttVar = new TimeSpan(connection.SendSide.Rtt.RttVar),
        MinRtt = new TimeSpan(connection.SendSide.Rtt.MinRtt),
        Rto = new TimeSpan(connection.SendSide.Rtt.Rto),
        Cwnd = connection.SendSide.Congestion.Cwnd,
        Ssthresh = connection.SendSide.Congestion.Ssthresh,
        SndMss = connection.SendSide.Mss,
        SndWnd = connection.SendSide.SndWnd,
        RcvWnd = connection.ReceiveSide.RcvWnd,
        InFlight = connection.SendSide.Board.Pipe,
        SendBuffered = connection.SendSide.Queue.BytesBuffered,
        SendCapacity = connection.SendSide.Queue.Capacity,
        ReceiveBuffered = connection.ReceiveSide.Stream.BytesBuffered,
        ReceiveCapacity = connection.ReceiveSide.Stream.Capacity,
        BytesAcked = Math.Max(0, connection.SendSide.SndUna - 1),
        BytesReceived = (long)connection.ReceiveSide.Stream.BytesPushed,
        SegmentsSent = connection.Writer.SegmentsSent,
        SegmentsReceived = segmentsReceived,
        Retransmissions = connection.SendSide.Retransmissions,
        Timeouts = connection.SendSide.Timers.TotalTimeouts,
        Timestamps = connection.Timestamps.Agreed,
        SelectiveAcknowledgment = connection.SelectiveAcks,
        WindowScaling = connection.Scaled,
        Ecn = connection.SendSide.Ecn,
    };
}
