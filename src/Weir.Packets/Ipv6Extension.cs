using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>One IPv6 extension header in place, RFC 8200 4.3 to 4.6 and RFC 4302 (AH).</summary>
/// <remarks>
/// <code>
/// hop-by-hop, routing, destination:  next header, length in 8-byte units without the first 8, data
/// fragment:                          next header, reserved, offset (13 bits) reserved (2) M (1), identification (32)
/// authentication:                    next header, length in 4-byte units minus 2, reserved (16), SPI, sequence, check value
/// </code>
/// </remarks>
public readonly ref struct Ipv6Extension
{
    private const int NextHeaderOffset = 0;
    private const int LengthOffset = 1;
    private const int FragmentOffsetOffset = 2;
    private const int FragmentIdOffset = 4;
    private const int SmallestSize = 8;
    private const int SmallestAuthentication = 12;

    private readonly ReadOnlySpan<byte> bytes;

    private Ipv6Extension(ReadOnlySpan<byte> bytes, byte type)
    {
        this.bytes = bytes;
        Type = type;
    }

    /// <summary>The number by which the header before named this one.</summary>
    public byte Type { get; }

    public byte NextHeader => bytes[NextHeaderOffset];

    /// <summary>Bytes of the whole header.</summary>
    public int Length => bytes.Length;

    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Bytes before this fragment in the whole packet; 0 when this is no fragment header.</summary>
    public int FragmentOffset => Type == IpProtocol.IPPROTO_FRAGMENT ? ReadUInt16BigEndian(bytes[FragmentOffsetOffset..]) & 0xFFF8 : 0;

    public bool MoreFragments => Type == IpProtocol.IPPROTO_FRAGMENT && (bytes[FragmentOffsetOffset + 1] & 1) != 0;

    /// <summary>The fragment identification; 0 when this is no fragment header.</summary>
    public uint FragmentId => Type == IpProtocol.IPPROTO_FRAGMENT ? ReadUInt32BigEndian(bytes[FragmentIdOffset..]) : 0;

    /// <summary>True for the headers that are walked over. ESP hides what follows and "no next header" has none: both end the chain.</summary>
    public static bool IsExtension(byte nextHeader) => nextHeader is
        IpProtocol.IPPROTO_HOPOPTS or IpProtocol.IPPROTO_ROUTING or IpProtocol.IPPROTO_FRAGMENT or IpProtocol.IPPROTO_AH or IpProtocol.IPPROTO_DSTOPTS;

    /// <summary>Reads the header at the start of <paramref name="bytes"/>, which end where the packet ends.</summary>
    public static PacketError Parse(ReadOnlySpan<byte> bytes, byte type, out Ipv6Extension extension)
    {
        extension = default;
        if (bytes.Length < SmallestSize)
        {
            return PacketError.Ipv6ExtensionTooShort;
        }

        int length = type switch
        {
            IpProtocol.IPPROTO_FRAGMENT => SmallestSize,
            IpProtocol.IPPROTO_AH => (bytes[LengthOffset] + 2) * 4,
            _ => (bytes[LengthOffset] + 1) * 8,
        };
        if (type == IpProtocol.IPPROTO_AH && length < SmallestAuthentication)
        {
            return PacketError.Ipv6AuthenticationHeaderBelowMinimum;
        }

        if (length > bytes.Length)
        {
            return PacketError.Ipv6ExtensionBeyondPacket;
        }

        extension = new Ipv6Extension(bytes[..length], type);
        return PacketError.None;
    }
}
