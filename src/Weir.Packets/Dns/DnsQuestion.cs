using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets.Dns;

/// <summary>One question of a DNS message, RFC 1035 4.1.2, in place.</summary>
/// <remarks><code>name | type (2) | class (2)</code></remarks>
public readonly ref struct DnsQuestion
{
    internal const int FixedSize = 4;

    private readonly ReadOnlySpan<byte> message;
    private readonly int offset;
    private readonly int fixedOffset;

    private DnsQuestion(ReadOnlySpan<byte> message, int offset, int fixedOffset)
    {
        this.message = message;
        this.offset = offset;
        this.fixedOffset = fixedOffset;
    }

    public DnsName Name => new(message, offset);

    public DnsRecordType Type => (DnsRecordType)ReadUInt16BigEndian(message[fixedOffset..]);

    /// <summary>1 is the Internet.</summary>
    public ushort Class => ReadUInt16BigEndian(message[(fixedOffset + 2)..]);

    internal static PacketError Parse(ReadOnlySpan<byte> message, int offset, out DnsQuestion question, out int end)
    {
        question = default;
        PacketError error = DnsName.Check(message, offset, out int fixedOffset);
        end = fixedOffset + FixedSize;
        if (error != PacketError.None)
        {
            return error;
        }

        if (end > message.Length)
        {
            return PacketError.DnsQuestionTooShort;
        }

        question = new DnsQuestion(message, offset, fixedOffset);
        return PacketError.None;
    }
}
