using System.Runtime.InteropServices;

namespace Weir.Packets.Pcapng;

/// <summary>The blocks of a pcapng file, as draft-ietf-opsawg-pcapng describes them, in the machine's byte order.</summary>
/// <remarks>
/// <code>
/// block:                 type (4) | total length (4) | body, padded to 4 bytes | total length again (4)
/// section header:        byte order magic (4) | major, minor version (2 + 2) | section length (8), -1: not said
/// interface description: link type (2) | reserved (2) | snap length (4) | options
/// enhanced packet:       interface (4) | timestamp, upper and lower half (4 + 4) | captured length (4) | original length (4) | bytes | options
/// option:                code (2) | length (2) | value, padded to 4 bytes
/// </code>
/// Times are nanoseconds since 1970 (option if_tsresol = 9). Each write returns the bytes written.
/// </remarks>
public static class PcapngBlock
{
    /// <summary>Bytes of a section header block.</summary>
    public const int SectionHeaderSize = 28;

    /// <summary>Bytes of an interface description block.</summary>
    public const int InterfaceSize = 32;

    /// <summary>Bytes of an enhanced packet block besides the packet and its padding.</summary>
    public const int PacketOverhead = 32 + DirectionSize;

    private const int DirectionSize = 12;
    private const uint SectionHeaderType = 0x0A0D_0D0A;
    private const uint InterfaceType = 1;
    private const uint EnhancedPacketType = 6;
    private const uint ByteOrderMagic = 0x1A2B_3C4D;
    private const uint TimestampResolution = 9 | (1 << 16);
    private const uint Nanoseconds = 9;
    private const uint PacketFlags = 2 | (4 << 16);

    /// <summary>Bytes of the block of a packet of <paramref name="length"/> bytes.</summary>
    public static int PacketSize(int length) => PacketOverhead + Padded(length);

    public static int WriteSectionHeader(Span<byte> destination)
    {
        Write(destination, SectionHeaderType);
        Write(destination[4..], SectionHeaderSize);
        Write(destination[8..], ByteOrderMagic);
        MemoryMarshal.Write(destination[12..], (ushort)1);
        MemoryMarshal.Write(destination[14..], (ushort)0);
        MemoryMarshal.Write(destination[16..], -1L);
        Write(destination[24..], SectionHeaderSize);
        return SectionHeaderSize;
    }

    /// <param name="destination">At least <see cref="InterfaceSize"/> bytes.</param>
    /// <param name="linkType">What the packets begin with.</param>
    public static int WriteInterface(Span<byte> destination, PcapngLinkType linkType)
    {
        Write(destination, InterfaceType);
        Write(destination[4..], InterfaceSize);
        Write(destination[8..], (uint)linkType);
        Write(destination[12..], 0);
        Write(destination[16..], TimestampResolution);
        Write(destination[20..], BitConverter.IsLittleEndian ? Nanoseconds : Nanoseconds << 24);
        Write(destination[24..], 0);
        Write(destination[28..], InterfaceSize);
        return InterfaceSize;
    }

    /// <param name="destination">At least <see cref="PacketSize"/> bytes.</param>
    /// <param name="interfaceIndex">Which of the section's interface descriptions, from 0.</param>
    /// <param name="nanoseconds">Since 1970.</param>
    /// <param name="direction">Which way the packet went, seen from the one who captures.</param>
    /// <param name="packet">All bytes, from the link type's header on.</param>
    public static int WritePacket(Span<byte> destination, int interfaceIndex, ulong nanoseconds, PcapngDirection direction, ReadOnlySpan<byte> packet)
    {
        int padded = Padded(packet.Length);
        int size = PacketOverhead + padded;
        Write(destination, EnhancedPacketType);
        Write(destination[4..], (uint)size);
        Write(destination[8..], (uint)interfaceIndex);
        Write(destination[12..], (uint)(nanoseconds >> 32));
        Write(destination[16..], (uint)nanoseconds);
        Write(destination[20..], (uint)packet.Length);
        Write(destination[24..], (uint)packet.Length);
        packet.CopyTo(destination[28..]);
        destination[(28 + packet.Length)..(28 + padded)].Clear();
        Span<byte> options = destination[(28 + padded)..];
        Write(options, PacketFlags);
        Write(options[4..], (uint)direction);
        Write(options[8..], 0);
        Write(options[12..], (uint)size);
        return size;
    }

    private static int Padded(int length) => (length + 3) & ~3;

    private static void Write(Span<byte> destination, uint value) => MemoryMarshal.Write(destination, value);
}
