using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets.Dns;

/// <summary>The part of a DNS message that a record stands in.</summary>
public enum DnsSection : byte
{
    Answer,
    Authority,
    Additional,
}

/// <summary>One resource record, RFC 1035 4.1.3, in place.</summary>
/// <remarks><code>name | type (2) | class (2) | time to live (4) | data length (2) | data</code></remarks>
public readonly ref struct DnsRecord
{
    private const int TypeOffset = 0;
    private const int ClassOffset = 2;
    private const int TimeToLiveOffset = 4;
    private const int LengthOffset = 8;
    private const int FixedSize = 10;
    private const int InternetClass = 1;

    /// <summary>RFC 6762 10.2: multicast DNS keeps a flag in the top bit of the class.</summary>
    private const int ClassMask = 0x7FFF;

    private readonly ReadOnlySpan<byte> message;
    private readonly int offset;
    private readonly int fixedOffset;

    private DnsRecord(ReadOnlySpan<byte> message, int offset, int fixedOffset, DnsSection section)
    {
        this.message = message;
        this.offset = offset;
        this.fixedOffset = fixedOffset;
        Section = section;
    }

    public DnsSection Section { get; }

    public DnsName Name => new(message, offset);

    public DnsRecordType Type => (DnsRecordType)ReadUInt16BigEndian(message[(fixedOffset + TypeOffset)..]);

    /// <summary>1 is the Internet. OPT keeps its payload size here.</summary>
    public ushort Class => ReadUInt16BigEndian(message[(fixedOffset + ClassOffset)..]);

    /// <summary>Seconds.</summary>
    public uint TimeToLive => ReadUInt32BigEndian(message[(fixedOffset + TimeToLiveOffset)..]);

    /// <summary>The data as it stands in the message; names in it may be compressed: see <see cref="Target"/>.</summary>
    public ReadOnlySpan<byte> Data => message.Slice(fixedOffset + FixedSize, DataLength);

    /// <summary>The address of an A or AAAA record as <see cref="IpAddressBits"/> says; false for others.</summary>
    public bool TryGetAddress(out UInt128 address)
    {
        ReadOnlySpan<byte> data = Data;
        address = (Type, data.Length) switch
        {
            (DnsRecordType.A, 4) => IpAddressBits.FromIpv4(ReadUInt32BigEndian(data)),
            (DnsRecordType.AAAA, 16) => ReadUInt128BigEndian(data),
            _ => 0,
        };
        return IsInternet && (Type, data.Length) is (DnsRecordType.A, 4) or (DnsRecordType.AAAA, 16);
    }

    /// <summary>The name in the data of a CNAME, NS or PTR record; the root for others.</summary>
    public DnsName Target => HoldsName(Type) && IsInternet ? new DnsName(message, fixedOffset + FixedSize) : default;

    private bool IsInternet => (Class & ClassMask) == InternetClass;

    private int DataLength => ReadUInt16BigEndian(message[(fixedOffset + LengthOffset)..]);

    internal static PacketError Parse(ReadOnlySpan<byte> message, int offset, DnsSection section, out DnsRecord record, out int end)
    {
        record = default;
        end = 0;
        PacketError error = DnsName.Check(message, offset, out int fixedOffset);
        if (error != PacketError.None)
        {
            return error;
        }

        if (message.Length - fixedOffset < FixedSize)
        {
            return PacketError.DnsRecordTooShort;
        }

        var parsed = new DnsRecord(message, offset, fixedOffset, section);
        end = fixedOffset + FixedSize + parsed.DataLength;
        if (end > message.Length)
        {
            return PacketError.DnsRecordBeyondMessage;
        }

        error = parsed.CheckData(end);
        if (error == PacketError.None)
        {
            record = parsed;
        }

        return error;
    }

    private static bool HoldsName(DnsRecordType type) => type is DnsRecordType.CNAME or DnsRecordType.NS or DnsRecordType.PTR;

    private PacketError CheckData(int end)
    {
        if (!IsInternet)
        {
            return PacketError.None;
        }

        if (HoldsName(Type))
        {
            PacketError error = DnsName.Check(message, fixedOffset + FixedSize, out int nameEnd);
            return error == PacketError.None && nameEnd != end ? PacketError.DnsRecordLengthWrong : error;
        }

        return (Type, DataLength) switch
        {
            (DnsRecordType.A, not 4) => PacketError.DnsRecordLengthWrong,
            (DnsRecordType.AAAA, not 16) => PacketError.DnsRecordLengthWrong,
            _ => PacketError.None,
        };
    }
}
