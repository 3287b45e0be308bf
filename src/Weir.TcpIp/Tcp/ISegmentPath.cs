namespace Weir.TcpIp.Tcp;

/// <summary>The way of a connection's segments to the other end: IP below it, or a script in a test.</summary>
/// <remarks>A segment is written once, into the memory that it is sent from: begin, write header, options and payload, send. The checksum field is left 0; who sends fills it in.</remarks>
public interface ISegmentPath
{
    /// <summary>This end's address, as <c>Weir.Packets.IpAddressBits</c> has them.</summary>
    UInt128 Local { get; }

    UInt128 Remote { get; }

    /// <summary>Bytes of the largest TCP segment, header and options included, that reaches the other end in one packet as far as is known (path MTU less the IP header).</summary>
    int MaxSegment { get; }

    /// <summary>Bytes of the largest segment that the device cuts itself, header included; 0: none, <see cref="MaxSegment"/> holds.</summary>
    int MaxSegmentOffload { get; }

    /// <summary>A buffer of exactly <paramref name="length"/> bytes for one segment. Empty: there is no room now; try again at the next transmit.</summary>
    Span<byte> Begin(int length);

    /// <summary>Sends the first <paramref name="length"/> bytes of the buffer.</summary>
    /// <param name="segmentSize">Payload bytes of each segment that it is to be cut into; 0: it is one.</param>
    /// <param name="ecn">The two ECN bits of the IP header (RFC 3168 5): 0, or 2 for ECT(0).</param>
    void Send(int length, int segmentSize, byte ecn);

    /// <summary>Payloads of so many bytes and more need not be written into the buffer.</summary>
    int GatherFrom => int.MaxValue;

    /// <summary>Sends the buffer, which holds <paramref name="header"/> bytes, and behind it a payload from where it lies, in two pieces.</summary>
    void Send(int header, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int segmentSize, byte ecn) => throw new NotSupportedException();

    /// <summary>Segments may wait for more of the connection's until one carries PSH (<c>Weir.TcpIp.Devices.DeviceCapabilities.HoldsUntilPush</c>).</summary>
    bool HoldsUntilPush => false;

    /// <summary>Tells the other end by ICMP that the host which it sent a segment to can't be reached.</summary>
    /// <param name="segment">What it sent, of which the header is enough.</param>
    /// <returns>False: it was not told.</returns>
    bool TrySendUnreachable(ReadOnlySpan<byte> segment) => false;
}
