using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>The fields of a TCP header, RFC 9293 3.1, as values; options are apart.</summary>
public readonly record struct TcpHeader
{
    /// <summary>Bytes without options.</summary>
    public const int Size = 20;

    public const int MaxSize = 60;

    public TcpHeader() => HeaderLength = Size;

    public ushort SourcePort { get; init; }

    public ushort DestinationPort { get; init; }

    public uint Sequence { get; init; }

    public uint Acknowledgment { get; init; }

    /// <summary>The data offset in bytes: 20 to 60, a multiple of 4.</summary>
    public byte HeaderLength { get; init; }

    /// <summary>4 bits that RFC 9293 keeps for later.</summary>
    public byte Reserved { get; init; }

    public TcpFlags Flags { get; init; }

    public ushort Window { get; init; }

    public ushort Checksum { get; init; }

    public ushort UrgentPointer { get; init; }

    /// <summary>Writes 20 bytes; options follow at <see cref="Size"/>.</summary>
    public void WriteTo(Span<byte> destination)
    {
        WriteUInt16BigEndian(destination[TcpSegment.SourcePortOffset..], SourcePort);
        WriteUInt16BigEndian(destination[TcpSegment.DestinationPortOffset..], DestinationPort);
        WriteUInt32BigEndian(destination[TcpSegment.SequenceOffset..], Sequence);
        WriteUInt32BigEndian(destination[TcpSegment.AcknowledgmentOffset..], Acknowledgment);
        destination[TcpSegment.DataOffsetOffset] = (byte)((HeaderLength << 2) | (Reserved & 0x0F));
        destination[TcpSegment.FlagsOffset] = (byte)Flags;
        WriteUInt16BigEndian(destination[TcpSegment.WindowOffset..], Window);
        WriteUInt16BigEndian(destination[TcpSegment.ChecksumOffset..], Checksum);
        WriteUInt16BigEndian(destination[TcpSegment.UrgentPointerOffset..], UrgentPointer);
    }
}

/// <summary>A TCP segment in place. Every member is safe once Parse has returned None.</summary>
/// <remarks>
/// <code>
///  0               1               2               3
/// +-------------------------------+-------------------------------+
/// |          source port          |       destination port        |
/// +-------------------------------+-------------------------------+
/// |                        sequence number                        |
/// +---------------------------------------------------------------+
/// |                     acknowledgment number                     |
/// +-------+-------+---------------+-------------------------------+
/// |offset |reservd|     flags     |            window             |
/// +-------+-------+---------------+-------------------------------+
/// |           checksum            |        urgent pointer         |
/// +-------------------------------+-------------------------------+
/// |        options, 0 to 40 bytes         |        payload        |
/// </code>
/// </remarks>
public readonly ref struct TcpSegment
{
    internal const int SourcePortOffset = 0;
    internal const int DestinationPortOffset = 2;
    internal const int SequenceOffset = 4;
    internal const int AcknowledgmentOffset = 8;
    internal const int DataOffsetOffset = 12;
    internal const int FlagsOffset = 13;
    internal const int WindowOffset = 14;
    internal const int ChecksumOffset = 16;
    internal const int UrgentPointerOffset = 18;

    private readonly ReadOnlySpan<byte> bytes;

    private TcpSegment(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Reads a whole IP payload; TCP has no length of its own.</summary>
    public static PacketError Parse(ReadOnlySpan<byte> bytes, out TcpSegment segment)
    {
        segment = default;
        if (bytes.Length < TcpHeader.Size)
        {
            return PacketError.TcpTooShort;
        }

        int header = (bytes[DataOffsetOffset] >> 4) << 2;
        if (header < TcpHeader.Size)
        {
            return PacketError.TcpDataOffsetBelowHeader;
        }

        if (header > bytes.Length)
        {
            return PacketError.TcpDataOffsetBeyondPacket;
        }

        segment = new TcpSegment(bytes);
        return PacketError.None;
    }

    public ushort SourcePort => ReadUInt16BigEndian(bytes[SourcePortOffset..]);

    public ushort DestinationPort => ReadUInt16BigEndian(bytes[DestinationPortOffset..]);

    public uint Sequence => ReadUInt32BigEndian(bytes[SequenceOffset..]);

    public uint Acknowledgment => ReadUInt32BigEndian(bytes[AcknowledgmentOffset..]);

    public TcpFlags Flags => (TcpFlags)bytes[FlagsOffset];

    /// <summary>As sent, before scaling.</summary>
    public ushort Window => ReadUInt16BigEndian(bytes[WindowOffset..]);

    public ushort Checksum => ReadUInt16BigEndian(bytes[ChecksumOffset..]);

    public TcpOptionList Options => new(bytes[TcpHeader.Size..HeaderLength]);

    public ReadOnlySpan<byte> Payload => bytes[HeaderLength..];

    /// <summary>What the segment takes of the sequence space: payload, SYN and FIN.</summary>
    public uint SequenceLength => (uint)Payload.Length + ((Flags & TcpFlags.SYN) != 0 ? 1u : 0u) + ((Flags & TcpFlags.FIN) != 0 ? 1u : 0u);

    public TcpHeader Header => new()
    {
        SourcePort = SourcePort,
        DestinationPort = DestinationPort,
        Sequence = Sequence,
        Acknowledgment = Acknowledgment,
        HeaderLength = (byte)HeaderLength,
        Reserved = (byte)(bytes[DataOffsetOffset] & 0x0F),
        Flags = Flags,
        Window = Window,
        Checksum = Checksum,
        UrgentPointer = ReadUInt16BigEndian(bytes[UrgentPointerOffset..]),
    };

    private int HeaderLength => (bytes[DataOffsetOffset] >> 4) << 2;
}
