using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>The fields of an IPv6 header, RFC 8200 3, as values.</summary>
public readonly record struct Ipv6Header
{
    public const int Size = 40;

    /// <summary>DSCP (6 bits) and ECN (2 bits).</summary>
    public byte TrafficClass { get; init; }

    /// <summary>20 bits.</summary>
    public uint FlowLabel { get; init; }

    public ushort PayloadLength { get; init; }

    public byte NextHeader { get; init; }

    public byte HopLimit { get; init; }

    public UInt128 Source { get; init; }

    public UInt128 Destination { get; init; }

    public void WriteTo(Span<byte> destination)
    {
        WriteUInt32BigEndian(destination[Ipv6Packet.VersionOffset..], (6u << 28) | ((uint)TrafficClass << 20) | (FlowLabel & Ipv6Packet.FlowLabelBits));
        WriteUInt16BigEndian(destination[Ipv6Packet.PayloadLengthOffset..], PayloadLength);
        destination[Ipv6Packet.NextHeaderOffset] = NextHeader;
        destination[Ipv6Packet.HopLimitOffset] = HopLimit;
        WriteUInt128BigEndian(destination[Ipv6Packet.SourceOffset..], Source);
        WriteUInt128BigEndian(destination[Ipv6Packet.DestinationOffset..], Destination);
    }
}

/// <summary>An IPv6 packet in place. Every member is safe once Parse has returned None.</summary>
/// <remarks>
/// <code>
///  0               1               2               3
/// +-------+---------------+---------------------------------------+
/// |version| traffic class |              flow label               |
/// +-------+---------------+-------+---------------+---------------+
/// |         payload length        |  next header  |   hop limit   |
/// +-------------------------------+---------------+---------------+
/// |                   source address (16 bytes)                   |
/// +---------------------------------------------------------------+
/// |                 destination address (16 bytes)                |
/// +---------------------------------------------------------------+
/// |             extension headers, transport, data                |
/// </code>
/// A payload length of 0 with more than 65535 bytes is the kernel's BIG TCP, or a jumbogram of RFC 2675: the packet is all that is there.
/// </remarks>
public readonly ref struct Ipv6Packet
{
    internal const int VersionOffset = 0;
    internal const int PayloadLengthOffset = 4;
    internal const int NextHeaderOffset = 6;
    internal const int HopLimitOffset = 7;
    internal const int SourceOffset = 8;
    internal const int DestinationOffset = 24;
    internal const uint FlowLabelBits = 0x000F_FFFF;

    private readonly ReadOnlySpan<byte> bytes;

    private Ipv6Packet(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    public static PacketError Parse(ReadOnlySpan<byte> bytes, out Ipv6Packet packet)
    {
        packet = default;
        if (bytes.Length < Ipv6Header.Size)
        {
            return PacketError.Ipv6TooShort;
        }

        if (bytes[VersionOffset] >> 4 != 6)
        {
            return PacketError.Ipv6VersionWrong;
        }

        int payload = ReadUInt16BigEndian(bytes[PayloadLengthOffset..]);
        int available = bytes.Length - Ipv6Header.Size;
        payload = payload == 0 && available > ushort.MaxValue ? available : payload;
        if (payload > available)
        {
            return PacketError.Ipv6LengthBeyondFrame;
        }

        packet = new Ipv6Packet(bytes[..(Ipv6Header.Size + payload)]);
        return PacketError.None;
    }

    /// <summary>The first extension header's number, or the transport's.</summary>
    public byte NextHeader => bytes[NextHeaderOffset];

    public byte HopLimit => bytes[HopLimitOffset];

    public UInt128 Source => ReadUInt128BigEndian(bytes[SourceOffset..]);

    public UInt128 Destination => ReadUInt128BigEndian(bytes[DestinationOffset..]);

    /// <summary>Extension headers and what follows them.</summary>
    public ReadOnlySpan<byte> Payload => bytes[Ipv6Header.Size..];

    public Ipv6ExtensionList Extensions => new(NextHeader, Payload);

    public Ipv6Header Header
    {
        get
        {
            uint first = ReadUInt32BigEndian(bytes);
            return new Ipv6Header
            {
                TrafficClass = (byte)(first >> 20),
                FlowLabel = first & FlowLabelBits,
                PayloadLength = ReadUInt16BigEndian(bytes[PayloadLengthOffset..]),
                NextHeader = NextHeader,
                HopLimit = HopLimit,
                Source = Source,
                Destination = Destination,
            };
        }
    }
}

/// <summary>The extension headers of an IPv6 packet; read with <c>foreach</c>, which ends at the transport, at a later fragment's data, or at the first wrong header.</summary>
public readonly ref struct Ipv6ExtensionList
{
    private readonly ReadOnlySpan<byte> bytes;
    private readonly byte next;

    internal Ipv6ExtensionList(byte next, ReadOnlySpan<byte> bytes)
    {
        this.next = next;
        this.bytes = bytes;
    }

    public Enumerator GetEnumerator() => new(next, bytes);

    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> rest;
        private int left = FrameLayers.MaxExtensionHeaders;
        private Ipv6Extension current;

        internal Enumerator(byte next, ReadOnlySpan<byte> bytes)
        {
            NextHeader = next;
            rest = bytes;
        }

        public readonly Ipv6Extension Current => current;

        /// <summary>What follows the headers read so far.</summary>
        public byte NextHeader { readonly get; private set; }

        public readonly ReadOnlySpan<byte> Rest => rest;

        /// <summary>Why the enumeration ended; None at the true end.</summary>
        public PacketError Error { readonly get; private set; }

        public bool MoveNext()
        {
            if (Error != PacketError.None || current.FragmentOffset != 0 || !Ipv6Extension.IsExtension(NextHeader))
            {
                return false;
            }

            Error = left-- == 0 ? PacketError.Ipv6ExtensionChainTooLong : Ipv6Extension.Parse(rest, NextHeader, out current);
            if (Error != PacketError.None)
            {
                return false;
            }

            NextHeader = current.NextHeader;
            rest = rest[current.Length..];
            return true;
        }
    }
}
