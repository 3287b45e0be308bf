using Weir.Packets;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Neighbors;

/// <summary>What a querier asks (RFC 3810 5.1; of the first version RFC 2710 3).</summary>
/// <remarks>
/// <code>
/// type 130 | code | checksum | maximum response (2) | reserved (2) | group (16), and in the second version:
/// S, robustness (1) | query interval (1) | number of sources (2) | sources
/// </code>
/// </remarks>
internal readonly struct ListenerQuery
{
    private const int FirstVersionSize = 24;
    private const int SecondVersionSize = 28;

    /// <summary>0: all groups.</summary>
    public required UInt128 Group { get; init; }

    public required TimeSpan MaxResponse { get; init; }

    public required bool IsFirstVersion { get; init; }

    /// <summary>False: between the two lengths (RFC 3810 8.1), or the group is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out ListenerQuery query)
    {
        query = default;
        if (message.Length is < FirstVersionSize or (> FirstVersionSize and < SecondVersionSize))
            return false;
        UInt128 group = ReadUInt128BigEndian(message[IcmpHeader.Size..]);
        if (group != 0 && !Ip.AddressKinds.IsMulticast(group))
            return false;
        bool isFirst = message.Length == FirstVersionSize;
        int code = ReadUInt16BigEndian(message[4..]);
        query = new ListenerQuery
        {
            Group = group,
            MaxResponse = TimeSpan.FromMilliseconds(isFirst || code < 0x8000 ? code : ((code & 0xFFF) | 0x1000) << (((code >> 12) & 7) + 3)),
            IsFirstVersion = isFirst,
        };
        return true;
    }
}
