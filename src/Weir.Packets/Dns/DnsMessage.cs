using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets.Dns;

/// <summary>A DNS message in place, RFC 1035 4. Every member is safe once Parse has returned None.</summary>
/// <remarks>
/// Parse walks the whole message once, so it is also the answer to "is this DNS?". Its work is bounded by the message's length: each
/// record takes at least 11 bytes, each name at most 255 bytes and <see cref="DnsName.MaxPointers"/> pointers.
/// </remarks>
public readonly ref struct DnsMessage
{
    /// <summary>The length in front of a message on a stream, RFC 1035 4.2.2.</summary>
    public const int StreamPrefixSize = 2;

    private readonly ReadOnlySpan<byte> bytes;
    private readonly int recordsOffset;

    private DnsMessage(ReadOnlySpan<byte> bytes, int recordsOffset, int length)
    {
        this.bytes = bytes;
        this.recordsOffset = recordsOffset;
        Length = length;
    }

    public DnsHeader Header => DnsHeader.Read(bytes);

    /// <summary>Bytes of header, questions and records; what stands behind them is left alone.</summary>
    public int Length { get; }

    public QuestionList Questions => new(bytes, Header.Questions);

    /// <summary>All records, with the section that each stands in.</summary>
    public RecordList Records => new(bytes, recordsOffset, Header);

    /// <summary>The records of the answer section.</summary>
    public RecordList Answers => new(bytes, recordsOffset, Header with { Authorities = 0, Additionals = 0 });

    public static PacketError Parse(ReadOnlySpan<byte> bytes, out DnsMessage message)
    {
        message = default;
        if (bytes.Length < DnsHeader.Size)
        {
            return PacketError.DnsTooShort;
        }

        var header = DnsHeader.Read(bytes);
        int offset = DnsHeader.Size;
        for (int i = 0; i < header.Questions; i++)
        {
            PacketError error = DnsQuestion.Parse(bytes, offset, out _, out offset);
            if (error != PacketError.None)
            {
                return error;
            }
        }

        int records = offset;
        int count = header.Answers + header.Authorities + header.Additionals;
        for (int i = 0; i < count; i++)
        {
            PacketError error = DnsRecord.Parse(bytes, offset, default, out _, out offset);
            if (error != PacketError.None)
            {
                return error;
            }
        }

        message = new DnsMessage(bytes, records, offset);
        return PacketError.None;
    }

    /// <summary>Cuts the first message out of a stream: length (2), message.</summary>
    /// <returns>False while there is less than a whole message.</returns>
    public static bool TryCut(ReadOnlySpan<byte> stream, out ReadOnlySpan<byte> message)
    {
        message = [];
        if (stream.Length < StreamPrefixSize)
        {
            return false;
        }

        int length = ReadUInt16BigEndian(stream);
        if (length > stream.Length - StreamPrefixSize)
        {
            return false;
        }

        message = stream.Slice(StreamPrefixSize, length);
        return true;
    }

    public readonly ref struct QuestionList
    {
        private readonly ReadOnlySpan<byte> message;
        private readonly int count;

        internal QuestionList(ReadOnlySpan<byte> message, int count)
        {
            this.message = message;
            this.count = count;
        }

        public Enumerator GetEnumerator() => new(message, count);

        public ref struct Enumerator
        {
            private readonly ReadOnlySpan<byte> message;
            private int offset = DnsHeader.Size;
            private int left;
            private DnsQuestion current;

            internal Enumerator(ReadOnlySpan<byte> message, int count)
            {
                this.message = message;
                left = count;
            }

            public readonly DnsQuestion Current => current;

            public bool MoveNext() =>
                left-- > 0 && DnsQuestion.Parse(message, offset, out current, out offset) == PacketError.None;
        }
    }

    public readonly ref struct RecordList
    {
        private readonly ReadOnlySpan<byte> message;
        private readonly int offset;
        private readonly DnsHeader header;

        internal RecordList(ReadOnlySpan<byte> message, int offset, DnsHeader header)
        {
            this.message = message;
            this.offset = offset;
            this.header = header;
        }

        public Enumerator GetEnumerator() => new(message, offset, header);

        public ref struct Enumerator
        {
            private readonly ReadOnlySpan<byte> message;
            private readonly DnsHeader header;
            private int offset;
            private int index;
            private DnsRecord current;

            internal Enumerator(ReadOnlySpan<byte> message, int offset, DnsHeader header)
            {
                this.message = message;
                this.offset = offset;
                this.header = header;
            }

            public readonly DnsRecord Current => current;

            public bool MoveNext()
            {
                int number = index++;
                if (number >= header.Answers + header.Authorities + header.Additionals)
                {
                    return false;
                }

                DnsSection section = number < header.Answers ? DnsSection.Answer
                    : number < header.Answers + header.Authorities ? DnsSection.Authority
                    : DnsSection.Additional;
                return DnsRecord.Parse(message, offset, section, out current, out offset) == PacketError.None;
            }
        }
    }
}
