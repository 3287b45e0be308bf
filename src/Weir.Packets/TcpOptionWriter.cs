using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>Writes TCP options one behind the other; 40 bytes hold all that a header can.</summary>
public ref struct TcpOptionWriter(Span<byte> buffer)
{
    private readonly Span<byte> buffer = buffer;
    private int written;

    public void WriteMaximumSegmentSize(ushort size) => WriteUInt16BigEndian(Start(TcpOptionKind.TCPOPT_MSS, 2), size);

    public void WriteWindowScale(byte shift) => Start(TcpOptionKind.TCPOPT_WINDOW, 1)[0] = shift;

    public void WriteSackPermitted() => Start(TcpOptionKind.TCPOPT_SACK_PERM, 0);

    public void WriteTimestamps(uint value, uint echo)
    {
        Span<byte> data = Start(TcpOptionKind.TCPOPT_TIMESTAMP, 8);
        WriteUInt32BigEndian(data, value);
        WriteUInt32BigEndian(data[4..], echo);
    }

    public void WriteSack(scoped ReadOnlySpan<(uint Left, uint Right)> blocks)
    {
        Span<byte> data = Start(TcpOptionKind.TCPOPT_SACK, 8 * blocks.Length);
        foreach ((uint left, uint right) in blocks)
        {
            WriteUInt32BigEndian(data, left);
            WriteUInt32BigEndian(data[4..], right);
            data = data[8..];
        }
    }

    /// <summary>Any option, as its bytes are.</summary>
    public void Write(TcpOptionKind kind, scoped ReadOnlySpan<byte> data) => data.CopyTo(Start(kind, data.Length));

    /// <summary>Fills up to a multiple of 4 with no-operation options and returns all that was written.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        while (written % 4 != 0)
        {
            buffer[written++] = (byte)TcpOptionKind.TCPOPT_NOP;
        }

        return buffer[..written];
    }

    private Span<byte> Start(TcpOptionKind kind, int dataLength)
    {
        buffer[written] = (byte)kind;
        buffer[written + 1] = (byte)(2 + dataLength);
        Span<byte> data = buffer.Slice(written + 2, dataLength);
        written += 2 + dataLength;
        return data;
    }
}
