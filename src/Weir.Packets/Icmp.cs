using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>The first 8 bytes of an ICMP (RFC 792) or ICMPv6 (RFC 4443) message as values. <c>Rest</c> is what the type makes of bytes 4 to 7.</summary>
public readonly record struct IcmpHeader(byte Type, byte Code, ushort Checksum, uint Rest)
{
    public const int Size = 8;

    public void WriteTo(Span<byte> destination)
    {
        destination[IcmpMessage.TypeOffset] = Type;
        destination[IcmpMessage.CodeOffset] = Code;
        WriteUInt16BigEndian(destination[IcmpMessage.ChecksumOffset..], Checksum);
        WriteUInt32BigEndian(destination[IcmpMessage.RestOffset..], Rest);
    }
}

/// <summary>An ICMP or ICMPv6 message in place. Every member is safe once Parse has returned None.</summary>
/// <remarks>
/// <code>
///  0               1               2               3
/// +---------------+---------------+---------------+---------------+
/// |     type      |     code      |           checksum            |
/// +---------------+---------------+---------------+---------------+
/// |      identifier, sequence | mtu | pointer | unused            |
/// +---------------+---------------+---------------+---------------+
/// |      data, or the packet that an error is about               |
/// </code>
/// </remarks>
public readonly ref struct IcmpMessage
{
    internal const int TypeOffset = 0;
    internal const int CodeOffset = 1;
    internal const int ChecksumOffset = 2;
    internal const int RestOffset = 4;
    private const int SequenceOffset = 6;

    private readonly ReadOnlySpan<byte> bytes;

    private IcmpMessage(ReadOnlySpan<byte> bytes) => this.bytes = bytes;

    public static PacketError Parse(ReadOnlySpan<byte> bytes, out IcmpMessage message)
    {
        message = default;
        if (bytes.Length < IcmpHeader.Size)
        {
            return PacketError.IcmpTooShort;
        }

        message = new IcmpMessage(bytes);
        return PacketError.None;
    }

    public byte Type => bytes[TypeOffset];

    public byte Code => bytes[CodeOffset];

    public ushort Checksum => ReadUInt16BigEndian(bytes[ChecksumOffset..]);

    /// <summary>Of an echo request or reply.</summary>
    public ushort Identifier => ReadUInt16BigEndian(bytes[RestOffset..]);

    /// <summary>Of an echo request or reply.</summary>
    public ushort Sequence => ReadUInt16BigEndian(bytes[SequenceOffset..]);

    public ReadOnlySpan<byte> Payload => bytes[IcmpHeader.Size..];

    public IcmpHeader Header => new(Type, Code, Checksum, ReadUInt32BigEndian(bytes[RestOffset..]));
}

/// <summary>RFC 792, as include/uapi/linux/icmp.h spells it.</summary>
public enum IcmpType : byte
{
    ICMP_ECHOREPLY = 0,
    ICMP_DEST_UNREACH = 3,
    ICMP_SOURCE_QUENCH = 4,
    ICMP_REDIRECT = 5,
    ICMP_ECHO = 8,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETERPROB = 12,
    ICMP_TIMESTAMP = 13,
    ICMP_TIMESTAMPREPLY = 14,
}

/// <summary>RFC 4443 and 4861, as include/uapi/linux/icmpv6.h and include/net/ndisc.h spell it.</summary>
public enum Icmpv6Type : byte
{
    ICMPV6_DEST_UNREACH = 1,
    ICMPV6_PKT_TOOBIG = 2,
    ICMPV6_TIME_EXCEED = 3,
    ICMPV6_PARAMPROB = 4,
    ICMPV6_ECHO_REQUEST = 128,
    ICMPV6_ECHO_REPLY = 129,
    ICMPV6_MGM_QUERY = 130,
    ICMPV6_MGM_REPORT = 131,
    ICMPV6_MGM_REDUCTION = 132,
    NDISC_ROUTER_SOLICITATION = 133,
    NDISC_ROUTER_ADVERTISEMENT = 134,
    NDISC_NEIGHBOUR_SOLICITATION = 135,
    NDISC_NEIGHBOUR_ADVERTISEMENT = 136,
    NDISC_REDIRECT = 137,
    ICMPV6_MLD2_REPORT = 143,
}
