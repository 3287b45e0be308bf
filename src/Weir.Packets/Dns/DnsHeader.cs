using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets.Dns;

/// <summary>The header of a DNS message, RFC 1035 4.1.1, as values.</summary>
/// <remarks>
/// <code>
/// id (2) | QR (1) opcode (4) AA TC RD RA (1 each) Z AD CD (1 each) response code (4) | counts of questions, answers, authorities, additionals (2 each)
/// </code>
/// </remarks>
public readonly record struct DnsHeader(ushort Id, ushort Flags, ushort Questions, ushort Answers, ushort Authorities, ushort Additionals)
{
    public const int Size = 12;

    private const int IdOffset = 0;
    private const int FlagsOffset = 2;
    private const int QuestionsOffset = 4;
    private const int AnswersOffset = 6;
    private const int AuthoritiesOffset = 8;
    private const int AdditionalsOffset = 10;

    public bool IsResponse => (Flags & 0x8000) != 0;

    /// <summary>0 is a standard query.</summary>
    public byte Opcode => (byte)((Flags >> 11) & 0x0F);

    public bool IsTruncated => (Flags & 0x0200) != 0;

    /// <summary>0 no error, 2 server failure, 3 no such name, 5 refused.</summary>
    public byte ResponseCode => (byte)(Flags & 0x0F);

    public void WriteTo(Span<byte> destination)
    {
        WriteUInt16BigEndian(destination[IdOffset..], Id);
        WriteUInt16BigEndian(destination[FlagsOffset..], Flags);
        WriteUInt16BigEndian(destination[QuestionsOffset..], Questions);
        WriteUInt16BigEndian(destination[AnswersOffset..], Answers);
        WriteUInt16BigEndian(destination[AuthoritiesOffset..], Authorities);
        WriteUInt16BigEndian(destination[AdditionalsOffset..], Additionals);
    }

    internal static DnsHeader Read(ReadOnlySpan<byte> bytes) => new(
        ReadUInt16BigEndian(bytes[IdOffset..]),
        ReadUInt16BigEndian(bytes[FlagsOffset..]),
        ReadUInt16BigEndian(bytes[QuestionsOffset..]),
        ReadUInt16BigEndian(bytes[AnswersOffset..]),
        ReadUInt16BigEndian(bytes[AuthoritiesOffset..]),
        ReadUInt16BigEndian(bytes[AdditionalsOffset..]));
}
