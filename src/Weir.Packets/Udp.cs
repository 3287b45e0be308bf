using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>The fields of a UDP header, RFC 768, as values.</summary>
public readonly record struct UdpHeader(ushort SourcePort, ushort DestinationPort, ushort Length, ushort Checksum)
{
    public const int Size = 8;

    public void WriteTo(Span<byte> destination)
    {
        WriteUInt16BigEndian(destination[UdpDatagram.SourcePortOffset..], SourcePort);
        WriteUInt16BigEndian(destination[UdpDatagram.DestinationPortOffset..], DestinationPort);
        WriteUInt16BigEndian(destination[UdpDatagram.LengthOffset..], Length);
        WriteUInt16BigEndian(destination[UdpDatagram.ChecksumOffset..], Checksum);
    }
}

/// <summary>A UDP datagram in place. Every member is safe once Parse has returned None.</summary>
/// <remarks>
/// <code>
///  0               1               2               3
/// +-------------------------------+-------------------------------+
/// |          source port          |       destination port        |
/// +-------------------------------+-------------------------------+
/// |            length             |           checksum            |
/// +-------------------------------+-------------------------------+
/// |                            payload                            |
/// </code>
/// </remarks>
public readonly ref struct UdpDatagram
{
    internal const int SourcePortOffset = 0;
    internal const int DestinationPortOffset = 2;
    internal const int LengthOffset = 4;
    internal const int ChecksumOffset = 6;

    private readonly ReadOnlySpan<byte> bytes;

    private UdpDatagram(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Reads the datagram at the start of an IP payload; what the length does not cover is left.</summary>
    public static PacketError Parse(ReadOnlySpan<byte> bytes, out UdpDatagram datagram)
    {
        datagram = default;
        if (bytes.Length < UdpHeader.Size)
        {
            return PacketError.UdpTooShort;
        }

        int length = ReadUInt16BigEndian(bytes[LengthOffset..]);

        // RFC 2675 4: 0 in a jumbogram.
        length = length == 0 && bytes.Length > ushort.MaxValue ? bytes.Length : length;
        if (length < UdpHeader.Size)
        {
            return PacketError.UdpLengthBelowHeader;
        }

        if (length > bytes.Length)
        {
            return PacketError.UdpLengthBeyondPacket;
        }

        datagram = new UdpDatagram(bytes[..length]);
        return PacketError.None;
    }

    public ushort SourcePort => ReadUInt16BigEndian(bytes[SourcePortOffset..]);

    public ushort DestinationPort => ReadUInt16BigEndian(bytes[DestinationPortOffset..]);

    /// <summary>0 over IPv4: the sender made none.</summary>
    public ushort Checksum => ReadUInt16BigEndian(bytes[ChecksumOffset..]);

    public ReadOnlySpan<byte> Payload => bytes[UdpHeader.Size..];

    public UdpHeader Header => new(SourcePort, DestinationPort, ReadUInt16BigEndian(bytes[LengthOffset..]), Checksum);
}
