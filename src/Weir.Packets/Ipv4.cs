using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>The fields of an IPv4 header, RFC 791 3.1, as values; options are apart. Addresses in host order.</summary>
public readonly record struct Ipv4Header
{
    /// <summary>Bytes without options.</summary>
    public const int Size = 20;

    public const int MaxSize = 60;

    public Ipv4Header() => HeaderLength = Size;

    /// <summary>Bytes with options: 20 to 60, a multiple of 4.</summary>
    public byte HeaderLength { get; init; }

    /// <summary>DSCP (6 bits) and ECN (2 bits).</summary>
    public byte TrafficClass { get; init; }

    public ushort TotalLength { get; init; }

    public ushort Identification { get; init; }

    /// <summary>Reserved, don't fragment, more fragments (a bit each), offset in 8 bytes (13 bits).</summary>
    public ushort Fragment { get; init; }

    public byte TimeToLive { get; init; }

    public byte Protocol { get; init; }

    public ushort Checksum { get; init; }

    public uint Source { get; init; }

    public uint Destination { get; init; }

    /// <summary>Writes 20 bytes; options follow at <see cref="Size"/>.</summary>
    public void WriteTo(Span<byte> destination)
    {
        destination[Ipv4Packet.VersionOffset] = (byte)(0x40 | (HeaderLength >> 2));
        destination[Ipv4Packet.TrafficClassOffset] = TrafficClass;
        WriteUInt16BigEndian(destination[Ipv4Packet.TotalLengthOffset..], TotalLength);
        WriteUInt16BigEndian(destination[Ipv4Packet.IdentificationOffset..], Identification);
        WriteUInt16BigEndian(destination[Ipv4Packet.FragmentOffsetOffset..], Fragment);
        destination[Ipv4Packet.TimeToLiveOffset] = TimeToLive;
        destination[Ipv4Packet.ProtocolOffset] = Protocol;
        WriteUInt16BigEndian(destination[Ipv4Packet.ChecksumOffset..], Checksum);
        WriteUInt32BigEndian(destination[Ipv4Packet.SourceOffset..], Source);
        WriteUInt32BigEndian(destination[Ipv4Packet.DestinationOffset..], Destination);
    }
}

/// <summary>An IPv4 packet in place. Every member is safe once Parse has returned None.</summary>
/// <remarks>
/// <code>
///  0               1               2               3
/// +-------+-------+---------------+-------------------------------+
/// |version|  ihl  | traffic class |         total length          |
/// +-------+-------+---------------+-----+-------------------------+
/// |        identification         |flags|     fragment offset     |
/// +---------------+---------------+-----+-------------------------+
/// | time to live  |   protocol    |        header checksum        |
/// +---------------+---------------+-------------------------------+
/// |                        source address                         |
/// +---------------------------------------------------------------+
/// |                      destination address                      |
/// +---------------------------------------------------------------+
/// |        options, 0 to 40 bytes         |        payload        |
/// </code>
/// A total length of 0 with more than 65535 bytes is the kernel's BIG TCP: the packet is all that is there.
/// </remarks>
public readonly ref struct Ipv4Packet
{
    internal const int VersionOffset = 0;
    internal const int TrafficClassOffset = 1;
    internal const int TotalLengthOffset = 2;
    internal const int IdentificationOffset = 4;
    internal const int FragmentOffsetOffset = 6;
    internal const int TimeToLiveOffset = 8;
    internal const int ProtocolOffset = 9;
    internal const int ChecksumOffset = 10;
    internal const int SourceOffset = 12;
    internal const int DestinationOffset = 16;
    private const int DontFragmentBit = 0x4000;
    private const int MoreFragmentsBit = 0x2000;
    private const int OffsetBits = 0x1FFF;

    private readonly ReadOnlySpan<byte> bytes;

    private Ipv4Packet(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    public static PacketError Parse(ReadOnlySpan<byte> bytes, out Ipv4Packet packet)
    {
        packet = default;
        if (bytes.Length < Ipv4Header.Size)
        {
            return PacketError.Ipv4TooShort;
        }

        if (bytes[VersionOffset] >> 4 != 4)
        {
            return PacketError.Ipv4VersionWrong;
        }

        int header = (bytes[VersionOffset] & 0x0F) << 2;
        if (header < Ipv4Header.Size)
        {
            return PacketError.Ipv4HeaderLengthBelowMinimum;
        }

        if (header > bytes.Length)
        {
            return PacketError.Ipv4HeaderBeyondFrame;
        }

        int length = ReadUInt16BigEndian(bytes[TotalLengthOffset..]);
        length = length == 0 && bytes.Length > ushort.MaxValue ? bytes.Length : length;
        if (length < header)
        {
            return PacketError.Ipv4LengthBelowHeader;
        }

        if (length > bytes.Length)
        {
            return PacketError.Ipv4LengthBeyondFrame;
        }

        packet = new Ipv4Packet(bytes[..length]);
        return packet.IsFragment && packet.FragmentOffset + length > ushort.MaxValue ? PacketError.Ipv4FragmentBeyondMaximum : PacketError.None;
    }

    public byte Protocol => bytes[ProtocolOffset];

    public byte TimeToLive => bytes[TimeToLiveOffset];

    public uint Source => ReadUInt32BigEndian(bytes[SourceOffset..]);

    public uint Destination => ReadUInt32BigEndian(bytes[DestinationOffset..]);

    public ushort Identification => ReadUInt16BigEndian(bytes[IdentificationOffset..]);

    public bool DontFragment => (Fragment & DontFragmentBit) != 0;

    public bool MoreFragments => (Fragment & MoreFragmentsBit) != 0;

    /// <summary>Bytes before this fragment in the whole packet.</summary>
    public int FragmentOffset => (Fragment & OffsetBits) << 3;

    public bool IsFragment => (Fragment & (MoreFragmentsBit | OffsetBits)) != 0;

    public bool IsHeaderChecksumRight => InternetChecksum.Compute(bytes[..HeaderLength]) == 0;

    public Ipv4OptionList Options => new(bytes[Ipv4Header.Size..HeaderLength]);

    public ReadOnlySpan<byte> Payload => bytes[HeaderLength..];

    public Ipv4Header Header => new()
    {
        HeaderLength = (byte)HeaderLength,
        TrafficClass = bytes[TrafficClassOffset],
        TotalLength = ReadUInt16BigEndian(bytes[TotalLengthOffset..]),
        Identification = Identification,
        Fragment = Fragment,
        TimeToLive = TimeToLive,
        Protocol = Protocol,
        Checksum = ReadUInt16BigEndian(bytes[ChecksumOffset..]),
        Source = Source,
        Destination = Destination,
    };

    private int HeaderLength => (bytes[VersionOffset] & 0x0F) << 2;

    private ushort Fragment => ReadUInt16BigEndian(bytes[FragmentOffsetOffset..]);
}
