using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets.Tls;

/// <summary>RFC 8446 B.1.</summary>
public enum TlsContentType : byte
{
    change_cipher_spec = 20,
    alert = 21,
    handshake = 22,
    application_data = 23,
}

/// <summary>The header of a TLS record, RFC 8446 5.1, as values.</summary>
public readonly record struct TlsRecordHeader(TlsContentType Type, ushort LegacyVersion, ushort Length)
{
    public const int Size = 5;

    public void WriteTo(Span<byte> destination)
    {
        destination[TlsRecord.TypeOffset] = (byte)Type;
        WriteUInt16BigEndian(destination[TlsRecord.VersionOffset..], LegacyVersion);
        WriteUInt16BigEndian(destination[TlsRecord.LengthOffset..], Length);
    }
}

/// <summary>A TLS record in place. Every member is safe once Parse has returned None.</summary>
/// <remarks>
/// <code>
///  0               1               2               3               4
/// +---------------+---------------+---------------+---------------+---------------+
/// | content type  |        legacy version         |            length             |
/// +---------------+---------------+---------------+---------------+---------------+
/// |                              fragment                                         |
/// </code>
/// </remarks>
public readonly ref struct TlsRecord
{
    /// <summary>2^14 of plain text and 2048 that TLS 1.2 encryption may add, RFC 5246 6.2.3.</summary>
    public const int MaxLength = 16384 + 2048;

    internal const int TypeOffset = 0;
    internal const int VersionOffset = 1;
    internal const int LengthOffset = 3;

    private readonly ReadOnlySpan<byte> bytes;

    private TlsRecord(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    /// <summary>Reads the record at the start of <paramref name="bytes"/>; what follows it is left.</summary>
    public static PacketError Parse(ReadOnlySpan<byte> bytes, out TlsRecord record)
    {
        record = default;
        if (bytes.Length < TlsRecordHeader.Size)
        {
            return PacketError.TlsTooShort;
        }

        int length = ReadUInt16BigEndian(bytes[LengthOffset..]);
        if (length > MaxLength)
        {
            return PacketError.TlsRecordTooLong;
        }

        if (length > bytes.Length - TlsRecordHeader.Size)
        {
            return PacketError.TlsRecordBeyondBytes;
        }

        record = new TlsRecord(bytes[..(TlsRecordHeader.Size + length)]);
        return PacketError.None;
    }

    public TlsContentType Type => (TlsContentType)bytes[TypeOffset];

    /// <summary>0x0301 to 0x0303 in practice; it says little about the version that is spoken.</summary>
    public ushort LegacyVersion => ReadUInt16BigEndian(bytes[VersionOffset..]);

    public ReadOnlySpan<byte> Fragment => bytes[TlsRecordHeader.Size..];

    /// <summary>Bytes of header and fragment.</summary>
    public int Size => bytes.Length;

    public TlsRecordHeader Header => new(Type, LegacyVersion, (ushort)Fragment.Length);

    /// <summary>Whether a stream begins like a TLS record of this type: known from the first byte on.</summary>
    public static ReadOutcome Match(ReadOnlySpan<byte> stream, TlsContentType type)
    {
        if ((stream.Length > TypeOffset && stream[TypeOffset] != (byte)type)
            || (stream.Length > VersionOffset && stream[VersionOffset] != 3)
            || (stream.Length > VersionOffset + 1 && stream[VersionOffset + 1] > 4))
        {
            return ReadOutcome.Mismatch;
        }

        if (stream.Length < TlsRecordHeader.Size)
        {
            return ReadOutcome.NeedsMore;
        }

        int length = ReadUInt16BigEndian(stream[LengthOffset..]);
        bool isEmpty = length == 0 && type != TlsContentType.application_data;
        return isEmpty || length > MaxLength ? ReadOutcome.Mismatch : ReadOutcome.Complete;
    }
}
